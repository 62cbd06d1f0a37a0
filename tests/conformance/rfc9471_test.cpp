// RFC 9471: DNS glue requirements in referral responses.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TestResponder server_of(const ZoneMaker& zone) {
    return TestResponder({zone.build()});
}

/// A zone with a cut at `cut` and `count` nameservers with addresses, whose names end in `domain`.
ZoneMaker zone_with_servers(int count, const std::string& domain) {
    ZoneMaker zone = zone_at("test");
    for (int i = 0; i < count; ++i) {
        const auto server = fmt::format("ns{}.{}.test.", i, domain);
        zone.ns("foo", server);
        zone.record(fmt::format("{} A 192.0.2.{}", server, i));
        zone.record(fmt::format("{} AAAA 2001:db8::{:x}", server, i));
    }
    return zone;
}

// 2.1: "Glue for in-domain name servers."
TEST(Rfc9471, InDomainGlueIsInTheReferral) {
    TestResponder server = server_of(zone_at("test")
                                         .ns("foo", "ns1.foo.test.")
                                         .ns("foo", "ns2.foo.test.")
                                         .record("ns1.foo 5 A 192.0.2.1")
                                         .record("ns2.foo 6 AAAA 2001:db8::2"));
    const ReplyText reply = server.reply_to("www.foo.test", RrType::a);
    EXPECT_FALSE(reply.aa);
    EXPECT_FALSE(reply.tc);
    EXPECT_THAT(reply.answer, IsEmpty());
    EXPECT_THAT(reply.authority, SizeIs(2));
    EXPECT_THAT(reply.additional, ElementsAre("ns1.foo.test. 5 IN A 192.0.2.1",
                                              "ns2.foo.test. 6 IN AAAA 2001:db8::2"));
}

// 2.2: "Glue for sibling domain name servers."
TEST(Rfc9471, SiblingGlueIsInTheReferralWhereItFits) {
    TestResponder server = server_of(zone_at("test")
                                         .ns("foo", "ns1.bar.test.")
                                         .ns("bar", "ns1.bar.test.")
                                         .record("ns1.bar A 192.0.2.1"));
    EXPECT_THAT(server.reply_to("www.foo.test", RrType::a).additional,
                ElementsAre("ns1.bar.test. 3600 IN A 192.0.2.1"));
}

TEST(Rfc9471, AddressesInTheZoneItselfAreInTheReferral) {
    TestResponder server =
        server_of(zone_at("test").ns("foo", "ns.test.").record("ns A 192.0.2.1"));
    EXPECT_THAT(server.reply_to("www.foo.test", RrType::a).additional,
                ElementsAre("ns.test. 3600 IN A 192.0.2.1"));
}

TEST(Rfc9471, ServerOutsideTheZoneHasNoGlue) {
    TestResponder server({zone_at("test").ns("foo", "ns.other.").build(),
                          zone_at("other").record("ns A 192.0.2.1").build()});
    EXPECT_THAT(server.reply_to("www.foo.test", RrType::a).additional, IsEmpty());
}

TEST(Rfc9471, CutItselfMayBeTheServer) {
    TestResponder server =
        server_of(zone_at("test").ns("foo", "foo.test.").record("foo A 192.0.2.1"));
    EXPECT_THAT(server.reply_to("www.foo.test", RrType::a).additional,
                ElementsAre("foo.test. 3600 IN A 192.0.2.1"));
}

TEST(Rfc9471, GlueIsFoundWhateverItsCase) {
    TestResponder server =
        server_of(zone_at("test").ns("foo", "NS1.Foo.Test.").record("ns1.foo A 192.0.2.1"));
    EXPECT_THAT(server.reply_to("www.foo.test", RrType::a).additional, SizeIs(1));
}

// 3.1: "if not all glue fits, the server MUST set TC=1".
TEST(Rfc9471, InDomainGlueThatDoesNotFitIsTruncation) {
    TestResponder server = server_of(zone_with_servers(13, "foo"));
    const ReplyText small = server.reply_to("www.foo.test", RrType::a);
    EXPECT_TRUE(small.tc);
    EXPECT_THAT(small, has_no_records());
    const ReplyText large = server.reply_to(ask("www.foo.test", RrType::a).payload(1232));
    EXPECT_FALSE(large.tc);
    EXPECT_THAT(large.additional, SizeIs(26));
    EXPECT_THAT(server.reply_to(ask("www.foo.test", RrType::a), Transport::tcp).additional,
                SizeIs(26));
}

// 3.2: sibling glue that does not fit is left out, without TC.
TEST(Rfc9471, SiblingGlueThatDoesNotFitIsLeftOut) {
    TestResponder server = server_of(zone_with_servers(13, "bar"));
    const ReplyText small = server.reply_to("www.foo.test", RrType::a);
    EXPECT_FALSE(small.tc);
    EXPECT_THAT(small.authority, SizeIs(13));
    EXPECT_LT(small.additional.size(), 26U);
    EXPECT_FALSE(small.additional.empty());
    EXPECT_LE(small.octets.size(), 512U);
    EXPECT_THAT(server.reply_to(ask("www.foo.test", RrType::a), Transport::tcp).additional,
                SizeIs(26));
}

// 3.1, 3.2: what must be there goes first, whatever the order of the NS.
TEST(Rfc9471, InDomainGlueGoesBeforeSiblingGlue) {
    ZoneMaker zone = zone_with_servers(12, "bar");
    zone.ns("foo", "zz.foo.test.").record("zz.foo A 192.0.2.99");
    const ReplyText reply = server_of(zone).reply_to("www.foo.test", RrType::a);
    EXPECT_FALSE(reply.tc);
    ASSERT_FALSE(reply.additional.empty());
    EXPECT_EQ(reply.additional[0], "zz.foo.test. 3600 IN A 192.0.2.99");
}

TEST(Rfc9471, NsThatDoNotFitAreTruncation) {
    ZoneMaker zone = zone_at("test");
    for (int i = 0; i < 40; ++i) zone.ns("foo", fmt::format("server-number-{}.example.", i));
    const ReplyText reply = server_of(zone).reply_to("www.foo.test", RrType::a);
    EXPECT_TRUE(reply.tc);
    EXPECT_THAT(reply, has_no_records());
}

// RFC 4035 3.1.4.1: DS at the cut is the parent's data, everything else there is a referral.
TEST(Rfc9471, QueryAtTheCutIsAReferralButForDs) {
    TestResponder server =
        server_of(zone_at("test")
                      .ns("foo", "ns.foo.test.")
                      .record("ns.foo A 192.0.2.1")
                      .record("foo DS 1 13 2 "
                              "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
    for (const RrType type : {RrType::ns, RrType::soa, RrType::any, RrType::a, RrType::ptr}) {
        const ReplyText reply = server.reply_to("foo.test", type);
        EXPECT_FALSE(reply.aa) << to_text(type);
        EXPECT_THAT(reply.authority, SizeIs(1)) << to_text(type);
        EXPECT_THAT(reply.additional, SizeIs(1)) << to_text(type);
    }
    const ReplyText ds = server.reply_to("foo.test", RrType::ds);
    EXPECT_TRUE(ds.aa);
    EXPECT_THAT(ds.answer, SizeIs(1));
    EXPECT_THAT(ds.authority, IsEmpty());
    EXPECT_FALSE(server.reply_to("x.foo.test", RrType::ds).aa);
}

TEST(Rfc9471, GlueIsNoAnswer) {
    TestResponder server =
        server_of(zone_at("test").ns("foo", "ns.foo.test.").record("ns.foo A 192.0.2.1"));
    const ReplyText reply = server.reply_to("ns.foo.test", RrType::a);
    EXPECT_FALSE(reply.aa);
    EXPECT_THAT(reply.answer, IsEmpty());
    EXPECT_THAT(reply.authority, SizeIs(1));
    EXPECT_THAT(reply.additional, SizeIs(1));
}

// A chain that ends at a cut: AA speaks of the first owner (RFC 1035 4.1.1), glue still counts.
TEST(Rfc9471, ReferralBehindACnameHasItsGlue) {
    TestResponder server = server_of(zone_at("test")
                                         .cname("a", "www.foo.test.")
                                         .ns("foo", "ns.foo.test.")
                                         .record("ns.foo A 192.0.2.1"));
    const ReplyText reply = server.reply_to("a.test", RrType::a);
    EXPECT_TRUE(reply.aa);
    EXPECT_THAT(reply.answer, ElementsAre("a.test. 3600 IN CNAME www.foo.test."));
    EXPECT_THAT(reply.authority, SizeIs(1));
    EXPECT_THAT(reply.additional, SizeIs(1));
}

TEST(Rfc9471, GlueStaysWithinEverySizeThatIsOffered) {
    ZoneMaker zone = zone_with_servers(9, "bar");
    zone.ns("foo", "zz.foo.test.").record("zz.foo A 192.0.2.99");
    TestResponder server = server_of(zone);
    for (unsigned octets = 512; octets <= 1232; octets += 7) {
        const ReplyText reply = server.reply_to(
            ask("www.foo.test", RrType::a).payload(static_cast<std::uint16_t>(octets)));
        EXPECT_LE(reply.octets.size(), octets);
        EXPECT_FALSE(reply.tc) << octets;
        ASSERT_FALSE(reply.additional.empty());
        EXPECT_EQ(reply.additional[0], "zz.foo.test. 3600 IN A 192.0.2.99");
    }
}

}  // namespace
}  // namespace arpad
