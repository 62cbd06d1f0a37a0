// RFC 2181: Clarifications to the DNS specification.

#include <gmock/gmock.h>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

// 5.2: the TTLs of all RRs of an RRset are the same.
TEST(Rfc2181, RecordsOfAnRrsetShareTheirTtl) {
    TestResponder server(
        {zone_for("192.0.2.0/24").ttl(77).ptr("7", "a.example.").ptr("7", "b.example.").build()});
    EXPECT_THAT(server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr).answer,
                Each(HasSubstr(" 77 IN PTR ")));
}

// 8: a TTL is a number from 0 to 2147483647.
TEST(Rfc2181, SmallestAndLargestTtlAreServed) {
    TestResponder server({zone_for("192.0.2.0/24")
                              .ttl(0)
                              .ptr("7", "a.example.")
                              .ttl(2'147'483'647)
                              .ptr("8", "a.example.")
                              .build()});
    EXPECT_THAT(server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr).answer,
                ElementsAre("7.2.0.192.in-addr.arpa. 0 IN PTR a.example."));
    EXPECT_THAT(server.reply_to("8.2.0.192.in-addr.arpa", RrType::ptr).answer,
                ElementsAre("8.2.0.192.in-addr.arpa. 2147483647 IN PTR a.example."));
}

// 9: where an RRset does not fit, TC is set; a part of it is of no use.
TEST(Rfc2181, TruncatedReplyHoldsNoPartOfAnRrset) {
    ZoneMaker maker = zone_for("192.0.2.0/24");
    for (int i = 0; i < 100; ++i) maker.ptr("7", "host-" + std::to_string(i) + ".example.");
    TestResponder server({maker.build()});
    const ReplyText reply = server.reply_to(ask("7.2.0.192.in-addr.arpa", RrType::ptr).edns());
    EXPECT_TRUE(reply.tc);
    EXPECT_THAT(reply, has_no_records());
}

// 9: TC is not set where everything that is required fits.
TEST(Rfc2181, ReplyThatFitsIsNotTruncated) {
    ZoneMaker maker = zone_for("192.0.2.0/24");
    for (int i = 0; i < 10; ++i) maker.ptr("7", "host-" + std::to_string(i) + ".example.");
    TestResponder server({maker.build()});
    const ReplyText reply = server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_FALSE(reply.tc);
    EXPECT_THAT(reply.answer, testing::SizeIs(10));
}

// 10.2: an address may have several names.
TEST(Rfc2181, AddressMayHaveSeveralNames) {
    TestResponder server(
        {zone_for("192.0.2.0/24").ptr("7", "b.example.").ptr("7", "a.example.").build()});
    EXPECT_THAT(server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr).answer, testing::SizeIs(2));
}

// 11: labels may hold any octets.
TEST(Rfc2181, LabelsOfAnyOctetsAreReadAndEchoed) {
    TestResponder server({zone_for("192.0.2.0/24").build()});
    for (const char* name : {"\\000.2.0.192.in-addr.arpa", "\\255\\.x.2.0.192.in-addr.arpa",
                             "a\\ b.2.0.192.in-addr.arpa"}) {
        const Octets query = ask(name, RrType::ptr).octets();
        const ReplyText reply = server.reply_to(name, RrType::ptr);
        EXPECT_THAT(reply, has_rcode(Rcode::nx_domain)) << name;
        EXPECT_TRUE(std::equal(query.begin() + 12, query.end(), reply.octets.begin() + 12)) << name;
    }
}

}  // namespace
}  // namespace arpad
