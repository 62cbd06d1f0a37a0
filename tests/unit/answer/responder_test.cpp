#include "answer/responder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "support/signing.hpp"
#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::shared_ptr<const Zone> slash_24(std::string_view target) {
    return zone_for("192.0.2.0/24").ptr("7", target).build();
}

Zones classless_zones() {
    return {zone_for("192.0.2.0/24")
                .ns("64/26", "ns.example.")
                .cname("65", "65.64/26.2.0.192.in-addr.arpa.")
                .cname("66", "66.64/26.2.0.192.in-addr.arpa.")
                .build(),
            zone_at("64/26.2.0.192.in-addr.arpa", "192.0.2.0/24").ptr("65", "a.example.").build()};
}

/// A zone of `links` CNAMEs, 0 to 1 to 2 and so on, with a PTR at the end.
Zones cname_chain(unsigned links) {
    ZoneMaker maker = zone_for("192.0.2.0/24");
    for (unsigned i = 0; i < links; ++i) {
        maker.cname(std::to_string(i), std::to_string(i + 1) + ".2.0.192.in-addr.arpa.");
    }
    return {maker.ptr(std::to_string(links), "end.example.").build()};
}

TEST(Responder, AnswersFromTheZone) {
    TestResponder server({slash_24("a.example.")});
    const ReplyText reply = server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_THAT(reply.answer, ElementsAre("7.2.0.192.in-addr.arpa. 3600 IN PTR a.example."));
    EXPECT_THAT(reply.authority, IsEmpty());
}

TEST(Responder, AnswersFromTheSnapshotAdoptedLast) {
    TestResponder server({slash_24("old.example.")});
    const auto retired =
        server.responder().adopt(std::make_shared<const Snapshot>(Zones{slash_24("new.example.")}));
    EXPECT_THAT(server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr).answer,
                ElementsAre(HasSubstr("new.example.")));
}

TEST(Responder, GivesBackTheSnapshotBefore) {
    const auto before = std::make_shared<const Snapshot>(Zones{});
    Responder responder(before, std::make_shared<const Identity>(IdentityConfig{}));
    EXPECT_EQ(responder.adopt(std::make_shared<const Snapshot>(Zones{})), before);
}

TEST(Responder, WithoutZonesRefusesEverything) {
    TestResponder server(Zones{});
    EXPECT_THAT(server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr), has_rcode(Rcode::refused));
    EXPECT_THAT(server.reply_to(".", RrType::ns), has_rcode(Rcode::refused));
}

TEST(Responder, TellsTheZoneOfTheQuestion) {
    const auto zone = slash_24("a.example.");
    TestResponder server({zone});
    Octets buffer(max_udp_octets);
    const Octets message = ask("8.2.0.192.in-addr.arpa", RrType::ptr).octets();
    EXPECT_EQ(server.responder().respond({message, Transport::udp}, buffer).zone, zone.get());
}

TEST(Responder, TellsNoZoneOutsideOfAll) {
    TestResponder server({slash_24("a.example.")});
    Octets buffer(max_udp_octets);
    const Octets message = ask("8.3.0.192.in-addr.arpa", RrType::ptr).octets();
    EXPECT_EQ(server.responder().respond({message, Transport::udp}, buffer).zone, nullptr);
}

TEST(Responder, TellsTheTypeAskedFor) {
    TestResponder server({slash_24("a.example.")});
    Octets buffer(max_udp_octets);
    const Octets plain = ask("7.2.0.192.in-addr.arpa", RrType::ptr).octets();
    EXPECT_EQ(server.responder().respond({plain, Transport::udp}, buffer).type, RrType::ptr);
    const Octets refused = ask("example", RrType::txt).octets();
    EXPECT_EQ(server.responder().respond({refused, Transport::udp}, buffer).type, RrType::txt);
    const Octets header(header_octets);
    EXPECT_EQ(server.responder().respond({header, Transport::udp}, buffer).type, std::nullopt);
}

TEST(Responder, TellsWhatIsNotThere) {
    TestResponder server(
        {zone_for("192.0.2.0/24").ptr("7", "a.example.").ns("9", "ns.example.").build()});
    Octets buffer(max_udp_octets);
    const auto is_negative = [&](const char* name, RrType type) {
        const Octets message = ask(name, type).octets();
        return server.responder().respond({message, Transport::udp}, buffer).is_negative;
    };
    EXPECT_FALSE(is_negative("7.2.0.192.in-addr.arpa", RrType::ptr));
    EXPECT_TRUE(is_negative("8.2.0.192.in-addr.arpa", RrType::ptr));
    EXPECT_TRUE(is_negative("7.2.0.192.in-addr.arpa", RrType::txt));
    EXPECT_TRUE(is_negative("2.0.192.in-addr.arpa", RrType::txt));
    EXPECT_FALSE(is_negative("9.2.0.192.in-addr.arpa", RrType::ptr));
    EXPECT_FALSE(is_negative("example", RrType::ptr));
}

TEST(Responder, InnermostZoneAnswers) {
    TestResponder server(
        {zone_for("192.0.0.0/16").ns("2", "ns.example.").build(), slash_24("a.example.")});
    const ReplyText reply = server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_TRUE(reply.aa);
    EXPECT_THAT(reply.answer, SizeIs(1));
}

TEST(Responder, ReferralNamesTheCutWithoutAuthority) {
    TestResponder server({zone_for("192.0.0.0/16").ttl(77).ns("2", "ns.child.example.").build()});
    const ReplyText reply = server.reply_to("7.2.0.192.IN-ADDR.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_FALSE(reply.aa);
    EXPECT_THAT(reply.answer, IsEmpty());
    EXPECT_THAT(reply.authority, ElementsAre("2.0.192.IN-ADDR.arpa. 77 IN NS ns.child.example."));
}

TEST(Responder, UnavailableZoneIsAServerFailure) {
    TestResponder server({Zone::make_unavailable(*Name::from_text("2.0.192.in-addr.arpa"))});
    const ReplyText reply = server.reply_to(ask("7.2.0.192.in-addr.arpa", RrType::ptr).edns());
    EXPECT_THAT(reply, has_rcode(Rcode::serv_fail));
    EXPECT_FALSE(reply.aa);
    EXPECT_THAT(reply, has_no_records());
    EXPECT_THAT(reply, has_extended_error(14));
}

TEST(Responder, UnavailableZoneLeavesOthersAlone) {
    TestResponder server(
        {Zone::make_unavailable(*Name::from_text("3.0.192.in-addr.arpa")), slash_24("a.example.")});
    EXPECT_THAT(server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr), has_rcode(Rcode::no_error));
}

TEST(Responder, ChainIntoAnUnavailableZoneIsAServerFailure) {
    Zones zones = classless_zones();
    zones[1] = Zone::make_unavailable(*Name::from_text("64/26.2.0.192.in-addr.arpa"));
    TestResponder server(zones);
    const ReplyText reply = server.reply_to("65.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::serv_fail));
    EXPECT_THAT(reply, has_no_records());
}

TEST(Responder, ChainOutOfOurZonesEndsWithItsLink) {
    TestResponder server({zone_for("192.0.2.0/24").cname("7", "x.elsewhere.example.").build()});
    const ReplyText reply = server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_TRUE(reply.aa);
    EXPECT_THAT(reply.answer,
                ElementsAre("7.2.0.192.in-addr.arpa. 3600 IN CNAME x.elsewhere.example."));
}

TEST(Responder, ChainLeadsNobodyWhereTheyMayNotAsk) {
    TransferPolicy policy;
    policy.restricts_queries = true;
    for (const auto* const record :
         {"8 CNAME 7.3.0.192.in-addr.arpa.", "9 DNAME 3.0.192.in-addr.arpa."}) {
        TestResponder server(
            {zone_for("192.0.2.0/24").record(record).build(),
             zone_for("192.0.3.0/24").transfer(policy).ptr("7", "secret.example.").build()});
        for (const std::string_view label : {"8", "7.9", "6.9"}) {
            const ReplyText reply =
                server.reply_to(fmt::format("{}.2.0.192.in-addr.arpa", label), RrType::ptr);
            for (const std::string& line : reply.answer)
                EXPECT_THAT(line, Not(HasSubstr("secret")));
            for (const std::string& line : reply.authority) {
                EXPECT_THAT(line, Not(HasSubstr("3.0.192")));
            }
        }
    }
}

TEST(Responder, SignatureThatLeavesNoRoomIsAFormatError) {
    const std::string label(63, 'k');
    const auto longest =
        Name::from_text(fmt::format("{0}.{0}.{0}.{1}", label, std::string(61, 'k')));
    TsigRequester client(std::make_shared<const TsigKey>(
        TsigKey{*longest, TsigAlgorithm::hmac_sha256, Secret(std::vector<std::uint8_t>(32, 7))}));
    TestResponder server({slash_24("a.example.")});
    for (const auto& [name, rcode] :
         {std::pair(std::string("7.2.0.192.in-addr.arpa"), Rcode::not_auth),
          std::pair(longest->to_text(), Rcode::form_err)}) {
        Octets query = ask(name, RrType::ptr).octets();
        sign(client, query, tsig_time(std::chrono::system_clock::now()));
        Octets buffer(max_message_octets);
        const Outcome outcome =
            server.responder().respond({query, Transport::udp, {}}, std::span(buffer));
        EXPECT_LE(outcome.octets, max_plain_udp_octets);
        EXPECT_EQ(outcome.rcode, rcode);
        EXPECT_TRUE(read_reply(std::span(buffer).first(outcome.octets)));
    }
}

TEST(Responder, ChainIntoACutEndsWithTheReferral) {
    TestResponder server({zone_for("192.0.2.0/24")
                              .cname("65", "65.64/26.2.0.192.in-addr.arpa.")
                              .ns("64/26", "ns.child.example.")
                              .build()});
    const ReplyText reply = server.reply_to("65.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_TRUE(reply.aa);  // of the CNAME, the first owner name
    EXPECT_THAT(reply.answer, SizeIs(1));
    EXPECT_THAT(reply.authority,
                ElementsAre("64/26.2.0.192.in-addr.arpa. 3600 IN NS ns.child.example."));
}

TEST(Responder, FollowsEightLinks) {
    TestResponder server(cname_chain(8));
    EXPECT_THAT(server.reply_to("0.2.0.192.in-addr.arpa", RrType::ptr).answer, SizeIs(9));
}

TEST(Responder, LongerChainIsAnsweredAsFarAsItWasFollowed) {
    TestResponder server(cname_chain(20));
    const ReplyText reply = server.reply_to("0.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_THAT(reply.answer, SizeIs(9));
    EXPECT_THAT(reply.answer.back(), HasSubstr("CNAME 9.2.0.192.in-addr.arpa."));
}

TEST(Responder, CnameLoopEnds) {
    TestResponder server({zone_for("192.0.2.0/24")
                              .cname("1", "2.2.0.192.in-addr.arpa.")
                              .cname("2", "1.2.0.192.in-addr.arpa.")
                              .build()});
    EXPECT_THAT(server.reply_to("1.2.0.192.in-addr.arpa", RrType::ptr), has_rcode(Rcode::no_error));
}

/// What the responder answers about `name` PTR from one zone of 192.0.2.0/24.
ReplyText reply_of(const ZoneMaker& zone, std::string_view name, RrType type = RrType::ptr) {
    return TestResponder({zone.build()}).reply_to(name, type);
}

TEST(Responder, LoopOfCnamesSendsEachOnce) {
    const ReplyText reply = reply_of(zone_for("192.0.2.0/24")
                                         .cname("1", "2.2.0.192.in-addr.arpa.")
                                         .cname("2", "3.2.0.192.in-addr.arpa.")
                                         .cname("3", "2.2.0.192.in-addr.arpa."),
                                     "1.2.0.192.in-addr.arpa");
    EXPECT_THAT(reply.answer, ElementsAre("1.2.0.192.in-addr.arpa. 3600 IN CNAME "
                                          "2.2.0.192.in-addr.arpa.",
                                          "2.2.0.192.in-addr.arpa. 3600 IN CNAME "
                                          "3.2.0.192.in-addr.arpa.",
                                          "3.2.0.192.in-addr.arpa. 3600 IN CNAME "
                                          "2.2.0.192.in-addr.arpa."));
    EXPECT_THAT(reply.authority, IsEmpty());
}

TEST(Responder, CnameToItselfIsSentOnce) {
    EXPECT_THAT(reply_of(zone_for("192.0.2.0/24").cname("1", "1.2.0.192.IN-ADDR.arpa."),
                         "1.2.0.192.in-addr.arpa")
                    .answer,
                SizeIs(1));
}

TEST(Responder, ChainIntoARangeEndsWithTheNameThatIsMade) {
    EXPECT_THAT(reply_of(zone_for("192.0.2.0/24")
                             .cname("x", "7.2.0.192.in-addr.arpa.")
                             .range("192.0.2.0/24", "{ip}.example."),
                         "x.2.0.192.in-addr.arpa")
                    .answer,
                ElementsAre("x.2.0.192.in-addr.arpa. 3600 IN CNAME 7.2.0.192.in-addr.arpa.",
                            "7.2.0.192.in-addr.arpa. 3600 IN PTR 192-0-2-7.example."));
}

// Every name that is made for one answer has room of its own.
TEST(Responder, ChainOfRedirectionsIntoARangeKeepsWhatWasMade) {
    EXPECT_THAT(reply_of(zone_for("192.0.2.0/24")
                             .record("a DNAME b.2.0.192.in-addr.arpa.")
                             .record("b DNAME c.2.0.192.in-addr.arpa.")
                             .record("c DNAME 2.0.192.in-addr.arpa.")
                             .range("192.0.2.0/24", "{ip}.example."),
                         "7.a.2.0.192.in-addr.arpa")
                    .answer,
                ElementsAre("a.2.0.192.in-addr.arpa. 3600 IN DNAME b.2.0.192.in-addr.arpa.",
                            "7.a.2.0.192.in-addr.arpa. 3600 IN CNAME 7.b.2.0.192.in-addr.arpa.",
                            "b.2.0.192.in-addr.arpa. 3600 IN DNAME c.2.0.192.in-addr.arpa.",
                            "7.b.2.0.192.in-addr.arpa. 3600 IN CNAME 7.c.2.0.192.in-addr.arpa.",
                            "c.2.0.192.in-addr.arpa. 3600 IN DNAME 2.0.192.in-addr.arpa.",
                            "7.c.2.0.192.in-addr.arpa. 3600 IN CNAME 7.2.0.192.in-addr.arpa.",
                            "7.2.0.192.in-addr.arpa. 3600 IN PTR 192-0-2-7.example."));
}

TEST(Responder, RedirectionIntoAnUnavailableZoneIsAServerFailure) {
    TestResponder server({zone_for("192.0.2.0/24").record("a DNAME example.").build(),
                          Zone::make_unavailable(*Name::from_text("example."))});
    const ReplyText reply = server.reply_to("x.a.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::serv_fail));
    EXPECT_THAT(reply, has_no_records());
}

TEST(Responder, RedirectionIntoACutEndsWithTheReferral) {
    const ReplyText reply = reply_of(
        zone_for("192.0.2.0/24").record("a DNAME b.2.0.192.in-addr.arpa.").ns("b", "ns.example."),
        "x.a.2.0.192.in-addr.arpa");
    EXPECT_TRUE(reply.aa);
    EXPECT_THAT(reply.answer, SizeIs(2));
    EXPECT_THAT(reply.authority, ElementsAre("b.2.0.192.in-addr.arpa. 3600 IN NS ns.example."));
}

// RFC 4035 3.1.4.1, of a name that a chain leads to.
TEST(Responder, DsAtTheEndOfAChainIsAskedOfTheParent) {
    TestResponder server({zone_for("192.0.0.0/16")
                              .cname("x", "2.0.192.in-addr.arpa.")
                              .ns("2", "ns.example.")
                              .record("2 DS 1 13 2 0123")
                              .build(),
                          slash_24("a.example.")});
    EXPECT_THAT(server.reply_to("x.0.192.in-addr.arpa", RrType::ds).answer,
                ElementsAre("x.0.192.in-addr.arpa. 3600 IN CNAME 2.0.192.in-addr.arpa.",
                            "2.0.192.in-addr.arpa. 3600 IN DS 1 13 2 0123"));
}

TEST(Responder, DsAtAnApexWithoutItsParentIsNoDataOfTheChild) {
    TestResponder server({slash_24("a.example.")});
    const ReplyText reply = server.reply_to("2.0.192.in-addr.arpa", RrType::ds);
    EXPECT_TRUE(reply.aa);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_THAT(reply.answer, IsEmpty());
    EXPECT_THAT(reply.authority, SizeIs(1));
}

TEST(Responder, NegativeAnswerBehindAWildcardCnameHasTheSoaOfTheTarget) {
    TestResponder server({zone_for("192.0.2.0/24").record("* CNAME x.example.").build(),
                          zone_at("example").build()});
    const ReplyText reply = server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::nx_domain));
    EXPECT_THAT(reply.authority, ElementsAre(HasSubstr("example. 900 IN SOA")));
}

TEST(Responder, ReplyBufferMayHoldAnything) {
    TestResponder server({slash_24("a.example.")});
    const Octets message = ask("7.2.0.192.in-addr.arpa", RrType::ptr).edns().octets();
    Octets zeros(max_udp_octets, 0);
    Octets ones(max_udp_octets, 0xFF);
    const auto first = server.responder().respond({message, Transport::udp}, zeros);
    const auto second = server.responder().respond({message, Transport::udp}, ones);
    zeros.resize(first.octets);
    ones.resize(second.octets);
    EXPECT_EQ(zeros, ones);
}

TEST(Responder, QueryIsAnsweredTheSameOverBothTransports) {
    TestResponder server(classless_zones());
    for (const char* name : {"65.2.0.192.in-addr.arpa", "66.2.0.192.in-addr.arpa",
                             "67.2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa", "example"}) {
        const QueryMaker query = ask(name, RrType::ptr).edns();
        EXPECT_EQ(server.reply_to(query, Transport::udp).octets,
                  server.reply_to(query, Transport::tcp).octets)
            << name;
    }
}

}  // namespace
}  // namespace arpad
