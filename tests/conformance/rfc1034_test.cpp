// RFC 1034: Domain names, concepts and facilities.

#include <gmock/gmock.h>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TestResponder server_of_slash_24() {
    return TestResponder({zone_for("192.0.2.0/24")
                              .ptr("7", "a.example.")
                              .ptr("7", "b.example.")
                              .cname("8", "7.2.0.192.in-addr.arpa.")
                              .ns("9", "ns.child.example.")
                              .build()});
}

// 4.3.2 step 3a: all RRs which match QTYPE are copied into the answer section.
TEST(Rfc1034, AnswerHoldsTheWholeRrset) {
    TestResponder server = server_of_slash_24();
    EXPECT_THAT(server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr).answer,
                ElementsAre("7.2.0.192.in-addr.arpa. 3600 IN PTR a.example.",
                            "7.2.0.192.in-addr.arpa. 3600 IN PTR b.example."));
}

// 4.3.2 step 3a: a CNAME is copied, and the query is taken up again at its target.
TEST(Rfc1034, CnameIsFollowed) {
    TestResponder server = server_of_slash_24();
    EXPECT_THAT(server.reply_to("8.2.0.192.in-addr.arpa", RrType::ptr).answer,
                ElementsAre("8.2.0.192.in-addr.arpa. 3600 IN CNAME 7.2.0.192.in-addr.arpa.",
                            "7.2.0.192.in-addr.arpa. 3600 IN PTR a.example.",
                            "7.2.0.192.in-addr.arpa. 3600 IN PTR b.example."));
}

// 3.6.2: queries which match CNAME are answered with it alone.
TEST(Rfc1034, QueryForCnameIsNotFollowed) {
    TestResponder server = server_of_slash_24();
    EXPECT_THAT(server.reply_to("8.2.0.192.in-addr.arpa", RrType::cname).answer,
                ElementsAre("8.2.0.192.in-addr.arpa. 3600 IN CNAME 7.2.0.192.in-addr.arpa."));
}

// 4.3.2 step 3b: at a cut the NS RRs go to the authority section: no answer, no authority bit.
TEST(Rfc1034, DelegationIsAReferral) {
    TestResponder server = server_of_slash_24();
    const ReplyText reply = server.reply_to("9.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_FALSE(reply.aa);
    EXPECT_THAT(reply.answer, IsEmpty());
    EXPECT_THAT(reply.authority,
                ElementsAre("9.2.0.192.in-addr.arpa. 3600 IN NS ns.child.example."));
}

// 4.3.2 step 3c: a name that does not exist is an authoritative name error.
TEST(Rfc1034, MissingNameIsANameError) {
    TestResponder server = server_of_slash_24();
    const ReplyText reply = server.reply_to("6.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::nx_domain));
    EXPECT_TRUE(reply.aa);
    EXPECT_THAT(reply.answer, IsEmpty());
}

// 4.2.1: the apex has SOA and NS.
TEST(Rfc1034, ApexAnswersSoaAndNs) {
    TestResponder server = server_of_slash_24();
    EXPECT_THAT(server.reply_to("2.0.192.in-addr.arpa", RrType::soa).answer,
                ElementsAre("2.0.192.in-addr.arpa. 3600 IN SOA ns.example. host.example. 1 7200 "
                            "1800 1209600 900"));
    EXPECT_THAT(server.reply_to("2.0.192.in-addr.arpa", RrType::ns).answer,
                ElementsAre("2.0.192.in-addr.arpa. 3600 IN NS ns.example."));
}

// 3.1: names are compared without regard to case.
TEST(Rfc1034, CaseDoesNotMatter) {
    TestResponder server = server_of_slash_24();
    EXPECT_THAT(server.reply_to("7.2.0.192.IN-ADDR.ARPA", RrType::ptr).answer, SizeIs(2));
}

// 4.3.1: recursion is not available, so nothing is said about names of others.
TEST(Rfc1034, NamesOfOthersAreRefused) {
    TestResponder server = server_of_slash_24();
    for (const char* name :
         {".", "arpa", "in-addr.arpa", "0.192.in-addr.arpa", "3.0.192.in-addr.arpa", "example",
          "12.0.192.in-addr.arpa", "x2.0.192.in-addr.arpa"}) {
        const ReplyText reply = server.reply_to(name, RrType::ptr);
        EXPECT_THAT(reply, has_rcode(Rcode::refused)) << name;
        EXPECT_THAT(reply, has_no_records()) << name;
        EXPECT_FALSE(reply.aa) << name;
    }
}

}  // namespace
}  // namespace arpad
