// RFC 6672: DNAME redirection in the DNS.

#include <gmock/gmock.h>

#include <string>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* to_example_net = "example.com. 3600 IN DNAME example.net.";

/// example.com. with `dname` records in it.
TestResponder server_with(const ZoneMaker& zone) {
    return TestResponder({zone.build()});
}

TestResponder server_to_example_net() {
    return server_with(zone_at("example.com").record("@ DNAME example.net."));
}

// 2.2, 3.1: the DNAME, and the CNAME made of it, with the DNAME's TTL.
TEST(Rfc6672, NameBelowIsRedirected) {
    TestResponder server = server_with(zone_at("example.com").record("@ 77 DNAME example.net."));
    const ReplyText reply = server.reply_to("foo.bar.example.com", RrType::a);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_TRUE(reply.aa);
    EXPECT_THAT(reply.answer, ElementsAre("example.com. 77 IN DNAME example.net.",
                                          "foo.bar.example.com. 77 IN CNAME foo.bar.example.net."));
}

// 2.2, table 1.
TEST(Rfc6672, TableOfSubstitutions) {
    const auto cname = [](const char* owner, const char* target, const char* question) {
        TestResponder server =
            server_with(zone_at("com").record(std::string(owner) + " DNAME " + target));
        const ReplyText reply = server.reply_to(question, RrType::cname);
        return reply.answer.empty() ? std::string("none") : reply.answer.back();
    };
    EXPECT_EQ(cname("example.com.", "example.net.", "a.example.com"),
              "a.example.com. 3600 IN CNAME a.example.net.");
    EXPECT_EQ(cname("example.com.", "example.net.", "a.b.example.com"),
              "a.b.example.com. 3600 IN CNAME a.b.example.net.");
    EXPECT_EQ(cname("example.com.", "example.net.", "ab.example.com"),
              "ab.example.com. 3600 IN CNAME ab.example.net.");
    EXPECT_EQ(cname("example.com.", "example.net.", "foo.example.com"),
              "foo.example.com. 3600 IN CNAME foo.example.net.");
    EXPECT_EQ(cname("x.example.com.", "example.net.", "a.x.example.com"),
              "a.x.example.com. 3600 IN CNAME a.example.net.");
    EXPECT_EQ(cname("example.com.", "y.example.net.", "a.example.com"),
              "a.example.com. 3600 IN CNAME a.y.example.net.");
    EXPECT_EQ(cname("example.com.", ".", "a.example.com"), "a.example.com. 3600 IN CNAME a.");
    EXPECT_EQ(cname("example.com.", "example.net.", "example.com"), "none");
    EXPECT_EQ(cname("example.com.", "example.net.", "ab-example.com"), "none");
}

// 2.3: the owner itself is not redirected.
TEST(Rfc6672, OwnerItselfIsNotRedirected) {
    TestResponder server = server_to_example_net();
    EXPECT_THAT(server.reply_to("example.com", RrType::dname).answer, ElementsAre(to_example_net));
    EXPECT_THAT(server.reply_to("example.com", RrType::soa).answer, SizeIs(1));
    EXPECT_THAT(server.reply_to("example.com", RrType::a).answer, IsEmpty());
}

// 2.4: names below are occluded.
TEST(Rfc6672, DataBelowIsNotAnswered) {
    TestResponder server = server_with(zone_at("example.com")
                                           .record("@ DNAME example.net.")
                                           .record("a TXT hidden")
                                           .record("*.b TXT hidden")
                                           .record("c NS ns.example."));
    for (const char* name :
         {"a.example.com", "x.b.example.com", "c.example.com", "x.c.example.com"}) {
        const ReplyText reply = server.reply_to(name, RrType::txt);
        EXPECT_THAT(reply.answer, ElementsAre(to_example_net, HasSubstr("CNAME"))) << name;
        EXPECT_TRUE(reply.aa) << name;
    }
}

// 3.2: the highest of several DNAMEs counts.
TEST(Rfc6672, DnameClosestToTheApexCounts) {
    TestResponder server = server_with(
        zone_at("example.com").record("@ DNAME example.net.").record("a DNAME hidden.example."));
    EXPECT_THAT(server.reply_to("x.a.example.com", RrType::a).answer,
                ElementsAre(to_example_net, "x.a.example.com. 3600 IN CNAME x.a.example.net."));
}

TEST(Rfc6672, CutAboveCountsBeforeADname) {
    TestResponder server = server_with(
        zone_at("example.com").record("a NS ns.example.").record("d.a DNAME hidden.example."));
    const ReplyText reply = server.reply_to("x.d.a.example.com", RrType::a);
    EXPECT_FALSE(reply.aa);
    EXPECT_THAT(reply.answer, IsEmpty());
    EXPECT_THAT(reply.authority, ElementsAre("a.example.com. 3600 IN NS ns.example."));
}

TEST(Rfc6672, RangeBelowIsNotAnswered) {
    TestResponder server = server_with(zone_for("192.0.0.0/16")
                                           .record("2 DNAME rev.example.")
                                           .range("192.0.0.0/16", "{ip}.example."));
    EXPECT_THAT(server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr).answer,
                ElementsAre("2.0.192.in-addr.arpa. 3600 IN DNAME rev.example.",
                            "7.2.0.192.in-addr.arpa. 3600 IN CNAME 7.rev.example."));
    EXPECT_THAT(server.reply_to("7.3.0.192.in-addr.arpa", RrType::ptr).answer,
                ElementsAre("7.3.0.192.in-addr.arpa. 3600 IN PTR 192-0-3-7.example."));
}

// 2.2: "If the owner name of the CNAME would be longer than allowed: YXDOMAIN, with the DNAME".
TEST(Rfc6672, TargetThatGetsTooLongIsYxDomain) {
    const std::string label(63, 'x');
    TestResponder server =
        server_with(zone_at("example.com")
                        .record("@ DNAME " + label + "." + label + "." + label + ".example."));
    const ReplyText reply = server.reply_to(std::string(60, 'y') + ".example.com", RrType::a);
    EXPECT_THAT(reply, has_rcode(Rcode::yx_domain));
    EXPECT_TRUE(reply.aa);
    EXPECT_THAT(reply.answer, ElementsAre(HasSubstr(" DNAME ")));
    EXPECT_THAT(reply.authority, IsEmpty());
}

TEST(Rfc6672, TargetOf255OctetsIsMade) {
    const std::string label(63, 'x');
    // 3 * 64 octets, and the root; the first label takes the rest.
    TestResponder server = server_with(
        zone_at("example.com").record("@ DNAME " + label + "." + label + "." + label + "."));
    EXPECT_THAT(server.reply_to(std::string(61, 'y') + ".example.com", RrType::a),
                has_rcode(Rcode::no_error));
    EXPECT_THAT(server.reply_to(std::string(62, 'y') + ".example.com", RrType::a),
                has_rcode(Rcode::yx_domain));
}

// 3.1: the CNAME is what was asked for.
TEST(Rfc6672, QueryForCnameEndsWithTheOneThatIsMade) {
    TestResponder server = server_with(
        zone_at("example.com").record("a DNAME b.example.com.").record("x.b CNAME y.example."));
    EXPECT_THAT(server.reply_to("x.a.example.com", RrType::cname).answer,
                ElementsAre("a.example.com. 3600 IN DNAME b.example.com.",
                            "x.a.example.com. 3600 IN CNAME x.b.example.com."));
}

// RFC 8482 4.1: there is something to answer with.
TEST(Rfc6672, QueryForAnyEndsWithTheCname) {
    TestResponder server = server_with(
        zone_at("example.com").record("a DNAME b.example.com.").record("x.b A 192.0.2.1"));
    EXPECT_THAT(server.reply_to("x.a.example.com", RrType::any).answer, SizeIs(2));
}

// 3.2: a query for DNAME below the owner is redirected like any other.
TEST(Rfc6672, QueryForDnameBelowIsRedirected) {
    EXPECT_THAT(server_to_example_net().reply_to("x.example.com", RrType::dname).answer,
                ElementsAre(to_example_net, "x.example.com. 3600 IN CNAME x.example.net."));
}

TEST(Rfc6672, QueryForDsBelowIsRedirected) {
    EXPECT_THAT(server_to_example_net().reply_to("x.example.com", RrType::ds).answer,
                ElementsAre(to_example_net, "x.example.com. 3600 IN CNAME x.example.net."));
}

// RFC 1034 4.3.2 step 3c: the answer goes on where we serve the target.
TEST(Rfc6672, TargetInTheSameZoneIsFollowed) {
    TestResponder server = server_with(
        zone_at("example.com").record("a DNAME b.example.com.").record("x.b A 192.0.2.1"));
    EXPECT_THAT(server.reply_to("x.a.example.com", RrType::a).answer,
                ElementsAre("a.example.com. 3600 IN DNAME b.example.com.",
                            "x.a.example.com. 3600 IN CNAME x.b.example.com.",
                            "x.b.example.com. 3600 IN A 192.0.2.1"));
}

TEST(Rfc6672, TargetInAnotherOfOurZonesIsFollowed) {
    TestResponder server({zone_at("example.com").record("@ DNAME example.net.").build(),
                          zone_at("example.net").record("x A 192.0.2.1").build()});
    EXPECT_THAT(server.reply_to("x.example.com", RrType::a).answer, SizeIs(3));
    const ReplyText missing = server.reply_to("y.example.com", RrType::a);
    EXPECT_THAT(missing, has_rcode(Rcode::nx_domain));
    EXPECT_THAT(missing.answer, SizeIs(2));
    EXPECT_THAT(missing.authority, ElementsAre(HasSubstr("example.net. 900 IN SOA")));
}

TEST(Rfc6672, DnameThatIsPassedTwiceIsSentOnce) {
    TestResponder server = server_with(zone_at("example.com")
                                           .record("a DNAME b.example.com.")
                                           .record("x.b CNAME y.a.example.com.")
                                           .record("y.b A 192.0.2.1"));
    EXPECT_THAT(server.reply_to("x.a.example.com", RrType::a).answer,
                ElementsAre("a.example.com. 3600 IN DNAME b.example.com.",
                            "x.a.example.com. 3600 IN CNAME x.b.example.com.",
                            "x.b.example.com. 3600 IN CNAME y.a.example.com.",
                            "y.a.example.com. 3600 IN CNAME y.b.example.com.",
                            "y.b.example.com. 3600 IN A 192.0.2.1"));
}

// 5.2: loops end.
TEST(Rfc6672, LoopOfDnamesSendsEachCnameOnce) {
    TestResponder server = server_with(
        zone_at("example.com").record("a DNAME b.example.com.").record("b DNAME a.example.com."));
    EXPECT_THAT(server.reply_to("x.a.example.com", RrType::a).answer,
                ElementsAre("a.example.com. 3600 IN DNAME b.example.com.",
                            "x.a.example.com. 3600 IN CNAME x.b.example.com.",
                            "b.example.com. 3600 IN DNAME a.example.com.",
                            "x.b.example.com. 3600 IN CNAME x.a.example.com."));
}

TEST(Rfc6672, DnameToANameBelowItselfEnds) {
    TestResponder server = server_with(zone_at("example.com").record("a DNAME x.a.example.com."));
    const ReplyText reply = server.reply_to("y.a.example.com", RrType::a);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_THAT(reply.answer, SizeIs(10));  // the DNAME, and 9 CNAMEs
}

TEST(Rfc6672, DnameThatGrowsOverTheLimitOnTheWayIsYxDomain) {
    const std::string label(60, 'x');
    TestResponder server =
        server_with(zone_at("example.com").record("a DNAME " + label + ".a.example.com."));
    const ReplyText reply = server.reply_to("y.a.example.com", RrType::a);
    EXPECT_THAT(reply, has_rcode(Rcode::yx_domain));
    EXPECT_THAT(reply.answer, SizeIs(4));  // the DNAME, and the 3 CNAMEs that fit
}

// 3.3: not synthesised from; a wildcard DNAME is data of the wildcard.
TEST(Rfc6672, WildcardDnameRedirectsBelowItsOwnNameOnly) {
    TestResponder server = server_with(zone_at("example.com").record("* DNAME example.net."));
    EXPECT_THAT(server.reply_to("x.*.example.com", RrType::a).answer,
                ElementsAre("*.example.com. 3600 IN DNAME example.net.",
                            "x.*.example.com. 3600 IN CNAME x.example.net."));
    EXPECT_THAT(server.reply_to("x.y.example.com", RrType::a).answer, IsEmpty());
}

TEST(Rfc6672, CaseOfTheQuestionIsKept) {
    const ReplyText reply = server_to_example_net().reply_to("Foo.EXAMPLE.com", RrType::a);
    EXPECT_THAT(reply.answer, ElementsAre("EXAMPLE.com. 3600 IN DNAME example.net.",
                                          "Foo.EXAMPLE.com. 3600 IN CNAME Foo.example.net."));
}

}  // namespace
}  // namespace arpad
