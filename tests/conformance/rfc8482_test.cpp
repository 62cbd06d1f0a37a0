// RFC 8482: Providing minimal-sized responses to DNS queries that have QTYPE=ANY.

#include <gmock/gmock.h>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TestResponder server_of_slash_16() {
    return TestResponder({zone_for("192.0.0.0/16")
                              .ptr("7.2", "a.example.")
                              .ptr("7.2", "b.example.")
                              .rr("7.2", RrType::txt, {1, 'x'})
                              .build()});
}

// 4.1: one RRset is enough, and it is whole.
TEST(Rfc8482, AnyIsAnsweredByOneWholeRrset) {
    TestResponder server = server_of_slash_16();
    EXPECT_THAT(server.reply_to("7.2.0.192.in-addr.arpa", RrType::any).answer,
                ElementsAre(HasSubstr("PTR a.example."), HasSubstr("PTR b.example.")));
    EXPECT_THAT(server.reply_to("0.192.in-addr.arpa", RrType::any).answer,
                ElementsAre(HasSubstr("IN SOA ")));
}

// 4.4: over TCP it may be the same.
TEST(Rfc8482, AnyIsAnsweredTheSameOverTcp) {
    TestResponder server = server_of_slash_16();
    const QueryMaker query = ask("0.192.in-addr.arpa", RrType::any);
    EXPECT_EQ(server.reply_to(query, Transport::tcp).octets,
              server.reply_to(query, Transport::udp).octets);
}

TEST(Rfc8482, AnyAtAnEmptyNonTerminalIsNoData) {
    TestResponder server = server_of_slash_16();
    const ReplyText reply = server.reply_to("2.0.192.in-addr.arpa", RrType::any);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_THAT(reply.answer, IsEmpty());
    EXPECT_THAT(reply.authority, ElementsAre(HasSubstr("IN SOA ")));
}

TEST(Rfc8482, AnyAtAMissingNameIsANameError) {
    TestResponder server = server_of_slash_16();
    EXPECT_THAT(server.reply_to("8.2.0.192.in-addr.arpa", RrType::any),
                has_rcode(Rcode::nx_domain));
}

}  // namespace
}  // namespace arpad
