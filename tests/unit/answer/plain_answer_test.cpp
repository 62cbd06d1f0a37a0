// The short way and the long way give the same reply, whatever is asked.

#include "answer/plain_answer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "answer/responder.hpp"
#include "reverse/arpa_name.hpp"
#include "support/query_maker.hpp"
#include "support/zone_fixtures.hpp"
#include "support/zone_maker.hpp"

namespace arpad {
namespace {

/// Zones with everything that an address can meet.
std::vector<std::shared_ptr<const Zone>> zones_of_all_kinds() {
    std::vector<std::shared_ptr<const Zone>> zones;
    zones.push_back(zone_for("192.0.0.0/16")
                        .ptr("1.2", "www.Example.net.")
                        .ptr("2.2", "a.example.net.")
                        .ptr("2.2", "b.example.net.")
                        .ptr("3.2", "target.in-addr.arpa.")
                        .ptr("4.2", "host.ARPA.")
                        .record("5.2 TXT x")
                        .record("6.2 CNAME 6.0/25.2")
                        .record("x.7.2 TXT below")
                        .range("192.0.3.0/25", "{ip}.pool.example.net.")
                        .range("192.0.3.128/26", "h{host}.arpa.")
                        .record("9 NS ns.example.net.")
                        .ptr("1.9", "occluded.example.net.")
                        .record("10 DNAME elsewhere.example.net.")
                        .build());
    zones.push_back(zone_for("198.51.100.0/24")
                        .ptr("1", "one.example.net.")
                        .record("* PTR any.example.net.")
                        .build());
    zones.push_back(zone_for("203.0.113.7/32").ptr("@", "single.example.net.").build());
    zones.push_back(zone_for("203.0.113.8/32").build());
    zones.push_back(zone_for("10.0.0.0/8").ptr("1.0.0", "ten.example.net.").build());
    zones.push_back(zone_for("10.1.0.0/16").ptr("1.0", "inner.example.net.").build());
    zones.push_back(Zone::make_unavailable(arpa_name(test::prefix("10.2.0.0/16"))));
    zones.push_back(zone_for("2001:db8::/32")
                        .ptr("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0", "six.example.net.")
                        .range("2001:db8:1::/48", "{ip}.pool.example.net.")
                        .build());
    return zones;
}

std::chrono::system_clock::time_point now() {
    return std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
}

class PlainAnswer : public testing::Test {
protected:
    /// Gives cookies from now on.
    void give_cookies() {
        jar_ = std::make_shared<const CookieJar>(CookieJar::with_random_secret());
        responder_.adopt(jar_);
    }

    /// Asks both ways, in memory of exactly the size that is needed, and compares octets.
    void expect_same(const Octets& message, Transport transport = Transport::udp) {
        Octets short_way(max_udp_octets);
        Octets long_way(transport == Transport::udp ? max_udp_octets : max_message_octets);
        const Request request{message, transport, test::address("198.51.100.7")};
        const auto plain = answer_plainly(*snapshot_, request, {jar_.get(), &now}, short_way);
        if (!plain) return;
        ++plain_answers_;
        const Outcome full = responder_.respond_the_long_way(request, long_way);
        EXPECT_EQ(plain->client, full.client);
        EXPECT_EQ(plain->octets, full.octets);
        EXPECT_EQ(plain->rcode, full.rcode);
        EXPECT_EQ(plain->kind, full.kind);
        EXPECT_EQ(plain->zone, full.zone);
        EXPECT_EQ(plain->is_truncated, full.is_truncated);
        short_way.resize(plain->octets);
        long_way.resize(full.octets);
        EXPECT_EQ(short_way, long_way);
    }

    [[nodiscard]] bool is_plain(const std::string& name) {
        const int before = plain_answers_;
        expect_same(ask(name, RrType::ptr).octets());
        return plain_answers_ > before;
    }

    std::vector<std::shared_ptr<const Zone>> zones_ = zones_of_all_kinds();
    std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<const Snapshot>(zones_);
    Responder responder_{snapshot_, std::make_shared<const Identity>(IdentityConfig{}), &now};
    std::shared_ptr<const CookieJar> jar_;
    int plain_answers_ = 0;
};

TEST_F(PlainAnswer, IsGivenToWhatIsPlain) {
    EXPECT_TRUE(is_plain("1.2.0.192.in-addr.arpa"));   // a PTR
    EXPECT_TRUE(is_plain("1.2.0.192.IN-addr.ARPA"));   // in any case
    EXPECT_TRUE(is_plain("99.2.0.192.in-addr.arpa"));  // no such name
    EXPECT_TRUE(is_plain("17.3.0.192.in-addr.arpa"));  // made by a range
    EXPECT_TRUE(is_plain("1.0.0.10.in-addr.arpa"));    // in an outer zone
    EXPECT_TRUE(is_plain("1.0.1.10.in-addr.arpa"));    // in an inner one
    for (const char* text : {"2001:db8::1", "2001:db8::2", "2001:db8:1::77"})
        EXPECT_TRUE(is_plain(arpa_name(test::address(text)).to_text())) << text;
}

TEST_F(PlainAnswer, IsGivenWhateverTypeIsAsked) {
    for (const RrType type : {RrType::ptr, RrType::any, RrType::txt, RrType::ds, RrType::soa}) {
        const int before = plain_answers_;
        expect_same(ask("1.2.0.192.in-addr.arpa", type).octets());
        expect_same(ask("99.2.0.192.in-addr.arpa", type).octets());
        expect_same(ask("17.3.0.192.in-addr.arpa", type).octets());
        EXPECT_EQ(plain_answers_, before + 3);
    }
}

TEST_F(PlainAnswer, IsNotGivenToWhatNeedsTheLongWay) {
    EXPECT_FALSE(is_plain("2.2.0.192.in-addr.arpa"));     // two PTRs
    EXPECT_FALSE(is_plain("3.2.0.192.in-addr.arpa"));     // a target that is compressed
    EXPECT_FALSE(is_plain("4.2.0.192.in-addr.arpa"));     // the same in capitals
    EXPECT_FALSE(is_plain("130.3.0.192.in-addr.arpa"));   // the same made by a range
    EXPECT_FALSE(is_plain("5.2.0.192.in-addr.arpa"));     // no PTR, but a TXT
    EXPECT_FALSE(is_plain("6.2.0.192.in-addr.arpa"));     // an alias
    EXPECT_FALSE(is_plain("7.2.0.192.in-addr.arpa"));     // nothing but a name below it
    EXPECT_FALSE(is_plain("1.9.0.192.in-addr.arpa"));     // below a cut
    EXPECT_FALSE(is_plain("1.10.0.192.in-addr.arpa"));    // below a DNAME
    EXPECT_FALSE(is_plain("9.100.51.198.in-addr.arpa"));  // a wildcard may answer
    EXPECT_FALSE(is_plain("7.113.0.203.in-addr.arpa"));   // the apex
    EXPECT_FALSE(is_plain("8.113.0.203.in-addr.arpa"));   // the apex, without a PTR
    EXPECT_FALSE(is_plain("1.0.2.10.in-addr.arpa"));      // a zone that is not available
    EXPECT_FALSE(is_plain("1.2.3.4.in-addr.arpa"));       // no zone at all
    EXPECT_FALSE(is_plain("2.0.192.in-addr.arpa"));       // no whole address
}

TEST_F(PlainAnswer, IsTheSameForEveryKindOfMessage) {
    const char* const hit = "1.2.0.192.in-addr.arpa";
    const char* const miss = "99.2.0.192.in-addr.arpa";
    for (const char* name : {hit, miss}) {
        const auto plain = [name] { return ask(name, RrType::ptr); };
        const std::vector<QueryMaker> makers{
            plain(),
            plain().id(0),
            plain().flags(0x0100),
            plain().flags(0x0200),
            plain().flags(0x00FF),
            plain().flags(0x8000),
            plain().opcode(Opcode::notify),
            plain().rr_class(RrClass::ch),
            plain().rr_class(RrClass::any),
            plain().announce_questions(0),
            plain().announce_questions(2),
            plain().edns(),
            plain().payload(0),
            plain().payload(65'535),
            plain().version(1),
            plain().dnssec_ok(),
            plain().edns_flags(0x7FFF),
            plain().option(3, {}),
            plain().option(10, {1, 2, 3, 4, 5, 6, 7, 8}),
            plain().raw_options({0}),
            plain().additional(opt_record()).edns(),
            plain().trailing({0}),
            plain().edns().trailing({0}),
            ask(name, RrType::any),
            ask(name, RrType::a),
            ask(name, RrType::ds),
            ask(name, RrType::ns),
            ask(name, RrType::soa),
            ask(name, RrType::cname),
            ask(name, RrType::axfr),
            ask(name, RrType::ixfr),
            ask(name, RrType::opt),
            ask(name, static_cast<RrType>(0)),
            ask(name, static_cast<RrType>(65'535)),
        };
        for (const QueryMaker& maker : makers) {
            expect_same(maker.octets(), Transport::udp);
            expect_same(maker.octets(), Transport::tcp);
        }
    }
    EXPECT_GT(plain_answers_, 30);
}

TEST_F(PlainAnswer, IsTheSameForMessagesWithAnyOctetChanged) {
    for (const char* name : {"1.2.0.192.in-addr.arpa", "250.2.0.192.in-addr.arpa"}) {
        const Octets good = ask(name, RrType::ptr).dnssec_ok().octets();
        for (std::size_t at = 0; at < good.size(); ++at) {
            for (unsigned octet = 0; octet < 256; ++octet) {
                Octets message = good;
                message[at] = static_cast<std::uint8_t>(octet);
                expect_same(message);
            }
        }
    }
    EXPECT_GT(plain_answers_, 5000);
}

TEST_F(PlainAnswer, IsGivenWithCookies) {
    give_cookies();
    const Octets client_cookie{1, 2, 3, 4, 5, 6, 7, 8};
    const Address client = test::address("198.51.100.7");
    const Cookie ours = jar_->make(client_cookie, client, cookie_time(now()));
    Cookie wrong = ours;
    wrong.back() ^= 1;
    for (const char* name :
         {"1.2.0.192.in-addr.arpa", "99.2.0.192.in-addr.arpa", "17.3.0.192.in-addr.arpa"}) {
        for (const Octets& cookie : {client_cookie, Octets(ours.begin(), ours.end()),
                                     Octets(wrong.begin(), wrong.end())}) {
            const int before = plain_answers_;
            expect_same(ask(name, RrType::ptr).option(10, cookie).octets());
            expect_same(ask(name, RrType::ptr).dnssec_ok().option(10, cookie).octets());
            EXPECT_EQ(plain_answers_, before + 2);
        }
    }
    const Octets good = ask("1.2.0.192.in-addr.arpa", RrType::ptr)
                            .option(10, Octets(ours.begin(), ours.end()))
                            .octets();
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (unsigned octet = 0; octet < 256; ++octet) {
            Octets message = good;
            message[at] = static_cast<std::uint8_t>(octet);
            expect_same(message);
        }
    }
}

TEST_F(PlainAnswer, IsNotGivenToMessagesThatAreCutShort) {
    const Octets whole = ask("1.2.0.192.in-addr.arpa", RrType::ptr).edns().octets();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        Octets reply(max_udp_octets);
        ASSERT_FALSE(answer_plainly(*snapshot_, {cut}, {nullptr, &now}, reply)) << size;
    }
}

TEST_F(PlainAnswer, IsTheSameForRandomAddresses) {
    std::mt19937_64 random(1034);
    for (const char* text : {"192.0.0.0/20", "198.51.100.0/24", "203.0.113.0/28", "10.0.0.0/14",
                             "2001:db8::/124", "2001:db8:1::/64", "2001:db8::/30"}) {
        for (int i = 0; i < 500; ++i) {
            const std::string name =
                arpa_name(test::random_address(test::prefix(text), random)).to_text();
            for (const RrType type : {RrType::ptr, RrType::any, RrType::txt, RrType::cname})
                expect_same(ask(name, type).octets());
        }
    }
    EXPECT_GT(plain_answers_, 1500);
}

/// The SOA's names may share labels with each other and with the zone's.
TEST(PlainAnswerSoa, IsTheSameWhateverItsNames) {
    const std::string label(60, 'x');
    const std::string long_name = label + '.' + label + '.' + label + ".example.";
    const std::vector<std::pair<std::string, std::string>> names{
        {"ns.example.net.", "hostmaster.example.net."},
        {"example.net.", "example.net."},
        {"ns.example.net.", "."},
        {".", "."},
        {"a.b.c.", "d.e.f."},
        {"ns.2.0.192.in-addr.arpa.", "hostmaster.example.net."},
        {"ns.example.net.", "x.arpa."},
        {long_name, "h." + long_name},
        {long_name, "h." + label + ".other." + label + '.' + label + '.'}};
    for (const auto& [primary, contact] : names) {
        const auto zone = zone_for("192.0.2.0/24").soa_names(primary, contact).build();
        const auto snapshot =
            std::make_shared<const Snapshot>(std::vector<std::shared_ptr<const Zone>>{zone});
        Responder responder(snapshot, std::make_shared<const Identity>(IdentityConfig{}));
        for (const char* name : {"1.2.0.192.in-addr.arpa", "123.2.0.192.in-addr.arpa"}) {
            const Octets message = ask(name, RrType::ptr).edns().octets();
            Octets short_way(max_udp_octets);
            Octets long_way(max_udp_octets);
            const Outcome outcome = responder.respond({message}, short_way);
            const Outcome full = responder.respond_the_long_way({message}, long_way);
            EXPECT_EQ(outcome.octets, full.octets);
            EXPECT_EQ(outcome.is_truncated, full.is_truncated);
            short_way.resize(outcome.octets);
            long_way.resize(full.octets);
            EXPECT_EQ(short_way, long_way) << primary << ' ' << contact;
        }
    }
}

}  // namespace
}  // namespace arpad
