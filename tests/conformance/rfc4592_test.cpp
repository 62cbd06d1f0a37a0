// RFC 4592: The role of wildcards in the domain name system.

#include <gmock/gmock.h>

#include <string>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

/// 2.2.1: the zone of the examples.
TestResponder example_server() {
    return TestResponder({zone_at("example")
                              .ns("@", "ns.example.com.")
                              .ns("@", "ns.example.net.")
                              .record("*.example. TXT \"this is a wildcard\"")
                              .record("*.example. MX 10 host1.example.")
                              .record("sub.*.example. TXT \"this is not a wildcard\"")
                              .record("host1.example. A 192.0.2.1")
                              .record("_ssh._tcp.host1.example. SRV 0 0 22 host1.example.")
                              .record("_ssh._tcp.host2.example. SRV 0 0 22 host2.example.")
                              .record("subdel.example. NS ns.example.com.")
                              .record("subdel.example. NS ns.example.net.")
                              .build()});
}

constexpr const char* soa = "example. 900 IN SOA ns.example. host.example. 1 7200 1800 1209600 900";

/// No error, no answer, and the SOA.
MATCHER(is_no_data, "") {
    return arg.rcode == 0 && arg.answer.empty() && arg.authority.size() == 1 &&
           arg.authority[0] == soa;
}

// 2.2.1: "The following responses would be synthesized from one of the wildcards in the zone".
TEST(Rfc4592, MxOfAMissingNameIsSynthesised) {
    const ReplyText reply = example_server().reply_to("host3.example", RrType::mx);
    EXPECT_THAT(reply.answer, ElementsAre("host3.example. 3600 IN MX 10 host1.example."));
    EXPECT_TRUE(reply.aa);
    EXPECT_THAT(reply.authority, IsEmpty());
}

TEST(Rfc4592, OtherTypeOfAMissingNameIsNoData) {
    EXPECT_THAT(example_server().reply_to("host3.example", RrType::a), is_no_data());
}

TEST(Rfc4592, NameOfSeveralLabelsIsSynthesisedToo) {
    EXPECT_THAT(example_server().reply_to("foo.bar.example", RrType::txt).answer,
                ElementsAre("foo.bar.example. 3600 IN TXT \"this is a wildcard\""));
}

// 2.2.1: "would not be synthesized from any of the wildcards in the zone".
TEST(Rfc4592, NameThatExistsIsNotSynthesised) {
    EXPECT_THAT(example_server().reply_to("host1.example", RrType::mx), is_no_data());
}

TEST(Rfc4592, NameOfTheWildcardBelowIsNotSynthesised) {
    EXPECT_THAT(example_server().reply_to("sub.*.example", RrType::mx), is_no_data());
}

TEST(Rfc4592, NameBelowAnExistingOneIsNotSynthesised) {
    const ReplyText reply = example_server().reply_to("_telnet._tcp.host1.example", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::nx_domain));
    EXPECT_THAT(reply.authority, ElementsAre(soa));
}

TEST(Rfc4592, NameBelowACutIsAReferral) {
    const ReplyText reply = example_server().reply_to("host.subdel.example", RrType::a);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_FALSE(reply.aa);
    EXPECT_THAT(reply.authority, ElementsAre("subdel.example. 3600 IN NS ns.example.com.",
                                             "subdel.example. 3600 IN NS ns.example.net."));
}

TEST(Rfc4592, NameBelowTheWildcardItselfIsMissing) {
    EXPECT_THAT(example_server().reply_to("ghost.*.example", RrType::mx),
                has_rcode(Rcode::nx_domain));
}

// 2.2.2: host2.example exists, as there is a name below it.
TEST(Rfc4592, EmptyNonTerminalBlocksTheWildcard) {
    EXPECT_THAT(example_server().reply_to("host2.example", RrType::mx), is_no_data());
    EXPECT_THAT(example_server().reply_to("_tcp.host2.example", RrType::txt), is_no_data());
    EXPECT_THAT(example_server().reply_to("x.host2.example", RrType::txt),
                has_rcode(Rcode::nx_domain));
}

// 2.3: an asterisk that is no whole label is no wildcard.
TEST(Rfc4592, AsteriskInALabelIsNoWildcard) {
    TestResponder server({zone_at("example").record("**.a TXT x").record("b* TXT x").build()});
    EXPECT_THAT(server.reply_to("y.a.example", RrType::txt), has_rcode(Rcode::nx_domain));
    EXPECT_THAT(server.reply_to("bc.example", RrType::txt), has_rcode(Rcode::nx_domain));
}

// 3.3.1: asked for by its own name, it is a name like any other.
TEST(Rfc4592, WildcardCanBeAskedForItself) {
    EXPECT_THAT(example_server().reply_to("*.example", RrType::txt).answer,
                ElementsAre("*.example. 3600 IN TXT \"this is a wildcard\""));
    EXPECT_THAT(example_server().reply_to("*.example", RrType::ptr), is_no_data());
}

// 4.2: the closest encloser's wildcard only; one further up is never used.
TEST(Rfc4592, WildcardFurtherUpIsNotUsed) {
    TestResponder server({zone_at("example")
                              .record("* TXT outer")
                              .record("a TXT x")
                              .record("*.b TXT inner")
                              .build()});
    EXPECT_THAT(server.reply_to("x.a.example", RrType::txt), has_rcode(Rcode::nx_domain));
    EXPECT_THAT(server.reply_to("x.b.example", RrType::txt).answer,
                ElementsAre("x.b.example. 3600 IN TXT \"inner\""));
    EXPECT_THAT(server.reply_to("x.c.example", RrType::txt).answer, SizeIs(1));
}

// 4.2.
TEST(Rfc4592, SoaOfANegativeAnswerIsThatOfTheZone) {
    EXPECT_THAT(example_server().reply_to("host3.example", RrType::ptr).authority,
                ElementsAre(soa));
}

// 4.4: a wildcard CNAME is synthesised with the name of the query, and followed.
TEST(Rfc4592, WildcardCnameIsFollowed) {
    TestResponder server(
        {zone_at("example").cname("*", "host.example.").record("host A 192.0.2.1").build()});
    EXPECT_THAT(
        server.reply_to("x.example", RrType::a).answer,
        ElementsAre("x.example. 3600 IN CNAME host.example.", "host.example. 3600 IN A 192.0.2.1"));
    EXPECT_THAT(server.reply_to("x.example", RrType::cname).answer,
                ElementsAre("x.example. 3600 IN CNAME host.example."));
}

// 3.3.3: the target of a wildcard CNAME may be synthesised by it again.
TEST(Rfc4592, WildcardCnameToAMissingNameIsSynthesisedOnce) {
    TestResponder server({zone_at("example").cname("*", "loop.example.").build()});
    EXPECT_THAT(server.reply_to("x.example", RrType::a).answer,
                ElementsAre("x.example. 3600 IN CNAME loop.example.",
                            "loop.example. 3600 IN CNAME loop.example."));
}

TEST(Rfc4592, OwnerHasTheCaseOfTheQuestion) {
    EXPECT_THAT(example_server().reply_to("HoSt3.example", RrType::mx).answer,
                ElementsAre(StartsWith("HoSt3.example. ")));
}

// An empty non-terminal `*` synthesises an empty answer (4.9).
TEST(Rfc4592, WildcardThatIsAnEmptyNonTerminalMakesNoData) {
    TestResponder server({zone_at("example").record("a.*.b TXT x").build()});
    const ReplyText reply = server.reply_to("x.b.example", RrType::txt);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_THAT(reply.answer, IsEmpty());
}

/// A /16 with a wildcard at the apex, a range over part of 192.0.2.0/24, and a record.
TestResponder reverse_server() {
    return TestResponder({zone_for("192.0.0.0/16")
                              .ptr("*", "any.example.")
                              .ptr("7.4", "record.example.")
                              .range("192.0.2.0/25", "{ip}.example.")
                              .hole("192.0.2.9/32")
                              .build()});
}

// 2.2.2 and RFC 8020 2: a range makes its addresses, and what is above them, exist.
TEST(Rfc4592, AddressOfARangeIsNotSynthesised) {
    EXPECT_THAT(reverse_server().reply_to("7.2.0.192.in-addr.arpa", RrType::ptr).answer,
                ElementsAre("7.2.0.192.in-addr.arpa. 3600 IN PTR 192-0-2-7.example."));
    EXPECT_THAT(reverse_server().reply_to("7.2.0.192.in-addr.arpa", RrType::txt).answer, IsEmpty());
}

TEST(Rfc4592, NothingBelowOrAboveAnAddressOfARangeIsSynthesised) {
    TestResponder server = reverse_server();
    EXPECT_THAT(server.reply_to("x.7.2.0.192.in-addr.arpa", RrType::ptr),
                has_rcode(Rcode::nx_domain));
    const ReplyText above = server.reply_to("2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(above, has_rcode(Rcode::no_error));
    EXPECT_THAT(above.answer, IsEmpty());
    EXPECT_THAT(server.reply_to("200.2.0.192.in-addr.arpa", RrType::ptr),
                has_rcode(Rcode::nx_domain));
    EXPECT_THAT(server.reply_to("9.2.0.192.in-addr.arpa", RrType::ptr),
                has_rcode(Rcode::nx_domain));
}

TEST(Rfc4592, AddressFarFromRecordsAndRangesIsSynthesised) {
    EXPECT_THAT(reverse_server().reply_to("7.3.0.192.in-addr.arpa", RrType::ptr).answer,
                ElementsAre("7.3.0.192.in-addr.arpa. 3600 IN PTR any.example."));
}

TEST(Rfc4592, WildcardBesideAddressesAnswersForTheRest) {
    TestResponder server({zone_for("192.0.2.0/24")
                              .ptr("*", "any.example.")
                              .ptr("7", "record.example.")
                              .range("192.0.2.8/31", "{ip}.example.")
                              .build()});
    const auto target = [&](const std::string& octet) {
        return server.reply_to(octet + ".2.0.192.in-addr.arpa", RrType::ptr).answer;
    };
    EXPECT_THAT(target("7"), ElementsAre(testing::HasSubstr("record.example.")));
    EXPECT_THAT(target("8"), ElementsAre(testing::HasSubstr("192-0-2-8.example.")));
    EXPECT_THAT(target("10"), ElementsAre(testing::HasSubstr("any.example.")));
    EXPECT_THAT(target("300"), ElementsAre(testing::HasSubstr("any.example.")));
    EXPECT_THAT(target("x.10"), ElementsAre(testing::HasSubstr("any.example.")));
    EXPECT_THAT(target("x.7"), IsEmpty());
}

TEST(Rfc4592, LongestNameIsSynthesised) {
    std::string owner = "example";
    for (int i = 0; i < 123; ++i) owner.insert(0, "x.");
    EXPECT_THAT(example_server().reply_to(owner, RrType::txt).answer,
                Contains(StartsWith("x.x.x.")));
}

}  // namespace
}  // namespace arpad
