#include "transfer/outgoing_transfer.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ldns/ldns.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "load/master_writer.hpp"
#include "support/query_maker.hpp"
#include "support/signing.hpp"
#include "support/zone_maker.hpp"
#include "zone/zone_history.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Le;
using testing::SizeIs;

struct FreePacket {
    void operator()(ldns_pkt* packet) const noexcept { ldns_pkt_free(packet); }
};

/// What came of a transfer.
struct Received {
    std::vector<std::size_t> octets;   // of each message
    std::vector<std::string> records;  // as text, in order
    std::vector<unsigned> opts;        // OPT records of each message
};

/// A record as ldns reads and writes it.
std::string text_of(const ldns_rr& rr) {
    const std::unique_ptr<char, decltype(&std::free)> text(ldns_rr2str(&rr), &std::free);
    std::string line = text.get();
    std::ranges::replace(line, '\t', ' ');
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    return line;
}

/// A line of a master file as ldns reads and writes it.
std::string normalized(const std::string& line) {
    ldns_rr* read = nullptr;
    EXPECT_EQ(ldns_rr_new_frm_str(&read, line.c_str(), 0, nullptr, nullptr), LDNS_STATUS_OK)
        << line;
    const std::unique_ptr<ldns_rr, decltype(&ldns_rr_free)> rr(read, &ldns_rr_free);
    return rr ? text_of(*rr) : line;
}

void read_message(std::span<const std::uint8_t> message, Received& received) {
    ldns_pkt* read = nullptr;
    ASSERT_EQ(ldns_wire2pkt(&read, message.data(), message.size()), LDNS_STATUS_OK);
    const std::unique_ptr<ldns_pkt, FreePacket> packet(read);
    EXPECT_TRUE(ldns_pkt_qr(packet.get()));
    EXPECT_TRUE(ldns_pkt_aa(packet.get()));
    EXPECT_EQ(ldns_pkt_id(packet.get()), 0x1234);
    received.octets.push_back(message.size());
    received.opts.push_back(ldns_pkt_edns(packet.get()) ? 1 : 0);
    const ldns_rr_list* const answer = ldns_pkt_answer(packet.get());
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(answer); ++i) {
        received.records.push_back(text_of(*ldns_rr_list_rr(answer, i)));
    }
}

QueryMaker axfr() {
    return ask("0.192.in-addr.arpa", RrType::axfr).id(0x1234);
}

Received receive(std::shared_ptr<const Zone> zone, const QueryMaker& maker = axfr(),
                 std::optional<Serial> known_serial = {}) {
    const Octets octets_of_query = maker.octets();
    Query query = decode_query(octets_of_query);
    query.known_serial = known_serial;
    OutgoingTransfer transfer(std::move(zone), TransferView::foreign, query, std::nullopt);
    Received received;
    while (!transfer.is_finished()) {
        // No larger than it may be, so that a sanitizer sees what is written too much.
        Octets buffer(max_message_octets);
        const std::size_t octets = transfer.next(buffer);
        read_message(std::span(buffer).first(octets), received);
    }
    Octets buffer(max_message_octets);
    EXPECT_EQ(transfer.next(buffer), 0U);
    EXPECT_EQ(transfer.messages(), received.octets.size());
    EXPECT_EQ(transfer.records(), received.records.size());
    return received;
}

/// All records of the zone but the SOA, sorted.
std::vector<std::string> content_of(const Zone& zone, RangeWalk ranges) {
    std::vector<std::string> lines;
    walk(zone, ranges, [&](NameView owner, RrsetView rrset) {
        if (rrset.type() == RrType::soa) return;
        for (const auto rdata : rrset) {
            lines.push_back(normalized(master_line(owner, rrset.ttl(), rrset.type(), rdata)));
        }
    });
    std::ranges::sort(lines);
    return lines;
}

/// Between the SOA at the beginning and at the end stands the zone, and nothing else.
void expect_whole(const Received& received, const Zone& zone,
                  RangeWalk ranges = RangeWalk::expand) {
    const std::string soa =
        normalized(master_line(zone.apex(), zone.soa().ttl(), RrType::soa, *zone.soa().begin()));
    ASSERT_GE(received.records.size(), 2U);
    EXPECT_EQ(received.records.front(), soa);
    EXPECT_EQ(received.records.back(), soa);
    std::vector<std::string> between(received.records.begin() + 1, received.records.end() - 1);
    std::ranges::sort(between);
    EXPECT_EQ(between, content_of(zone, ranges));
}

ZoneMaker large_zone() {
    ZoneMaker maker = zone_for("192.0.0.0/16");
    maker.record("@ TXT a b").record("@ MX 10 mail.example.net.").record("www A 192.0.2.1");
    maker.ns("7", "ns1.example.net.").ns("7", "NS2.example.net.").cname("9.9", "9.9.elsewhere.");
    maker.range("192.0.7.0/28", "{ip}.dyn.example.net").hole("192.0.7.3/32");
    for (int i = 0; i < 5000; ++i) {
        maker.ptr(fmt::format("{}.{}", i % 256, 100 + i / 256),
                  fmt::format("{}{}.Rack{}.example.net.", i % 3 == 0 ? "H" : "h", i, i / 100));
    }
    return maker;
}

TEST(OutgoingTransfer, SmallZoneIsOneMessage) {
    const auto zone = zone_for("192.0.0.0/16").ptr("7.2", "a.example.").build();
    const Received received = receive(zone);
    EXPECT_THAT(received.octets, SizeIs(1));
    expect_whole(received, *zone);
}

TEST(OutgoingTransfer, LargeZoneIsManyMessages) {
    const auto zone = large_zone().build();
    const Received received = receive(zone);
    EXPECT_GT(received.octets.size(), 5U);
    EXPECT_THAT(received.octets, Each(Le(max_message_octets / 4)));
    expect_whole(received, *zone);
}

// Each message but the first begins somewhere within a difference.
TEST(OutgoingTransfer, ManyDifferencesAreManyMessages) {
    constexpr std::uint32_t versions = 10;
    constexpr std::size_t changed = 250;
    constexpr std::size_t plenty = 1'000'000;
    std::shared_ptr<const Zone> zone = large_zone().build();
    const Serial first = zone->serial();
    for (std::uint32_t version = 1; version <= versions; ++version) {
        AddressIndex addresses = zone->addresses();
        for (std::size_t i = 0; i < changed; ++i) {
            addresses = addresses.with_ptr(
                *Address::from_text(fmt::format("192.0.100.{}", i)), Ttl{3600},
                *Name::from_text(fmt::format("v{}-{}.example.net.", version, i)));
        }
        const auto next = zone->with_addresses(addresses, Serial{first.value + version});
        zone = next->with_history(ZoneHistory::extend(
            zone->history(), ZoneDifference::between(*zone, *next, plenty), plenty, versions));
    }

    const Received received =
        receive(zone, ask("0.192.in-addr.arpa", RrType::ixfr).id(0x1234), first);
    EXPECT_GT(received.octets.size(), 5U);
    ASSERT_THAT(received.records, SizeIs(2 + versions * 2 * (1 + changed)));
    auto next = received.records.begin() + 1;
    for (std::uint32_t version = 0; version < 2 * versions; ++version) {
        EXPECT_THAT(*next++, HasSubstr(fmt::format(" {} ", first.value + (version + 1) / 2)));
        const std::set<std::string> records(next, next + changed);
        EXPECT_THAT(records, SizeIs(changed));
        const auto name = version == 0 ? "Rack" : fmt::format("PTR v{}-", (version + 1) / 2);
        EXPECT_THAT(records, Each(HasSubstr(name)));
        next += changed;
    }
}

// Octets per record: as few as names that share their endings take.
TEST(OutgoingTransfer, NamesAreCompressed) {
    const Received received = receive(large_zone().build());
    std::size_t octets = 0;
    for (const std::size_t message : received.octets) octets += message;
    EXPECT_LT(octets / received.records.size(), 30U);
}

TEST(OutgoingTransfer, Ipv6OwnersAreCompressed) {
    ZoneMaker maker = zone_for("2001:db8::/32");
    for (int i = 0; i < 1000; ++i) {
        maker.ptr(fmt::format("{:x}.{:x}.{:x}.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0", i % 16,
                              i / 16 % 16, i / 256),
                  fmt::format("h{}.example.net.", i));
    }
    const auto zone = maker.build();
    const Received received =
        receive(zone, ask("8.b.d.0.1.0.0.2.ip6.arpa", RrType::axfr).id(0x1234));
    expect_whole(received, *zone);
    std::size_t octets = 0;
    for (const std::size_t message : received.octets) octets += message;
    EXPECT_LT(octets / received.records.size(), 30U);
}

TEST(OutgoingTransfer, RecordsThatFillAMessageGetTheirOwn) {
    ZoneMaker maker = zone_for("192.0.0.0/16");
    for (int i = 0; i < 3; ++i) {
        Rdata text;
        for (int string = 0; string < 80 * (i + 1); ++string) {
            text.push_back(255);
            text.insert(text.end(), 255, static_cast<std::uint8_t>('a' + string % 26));
        }
        maker.rr(fmt::format("{}.2", i), RrType::txt, text);
    }
    const auto zone = maker.build();
    expect_whole(receive(zone), *zone);
}

TEST(OutgoingTransfer, FailsWhereARecordFitsIntoNoMessage) {
    Rdata text;
    for (int string = 0; string < 255; ++string) {
        text.push_back(255);
        text.insert(text.end(), 255, 'a');
    }
    text.push_back(230);
    text.insert(text.end(), 230, 'a');
    const Octets query = axfr().octets();
    OutgoingTransfer transfer(zone_for("192.0.0.0/16").rr("1.2", RrType::txt, text).build(),
                              TransferView::foreign, decode_query(query), std::nullopt);
    Octets buffer(max_message_octets);
    EXPECT_GT(transfer.next(buffer), 0U);  // what comes before
    EXPECT_FALSE(transfer.has_failed());
    EXPECT_EQ(transfer.next(buffer), 0U);
    EXPECT_TRUE(transfer.has_failed());
    EXPECT_FALSE(transfer.is_finished());
}

TEST(OutgoingTransfer, FirstMessageHasAnOptIfTheQueryHas) {
    const auto zone = large_zone().build();
    EXPECT_THAT(receive(zone).opts, Each(0U));
    std::vector<unsigned> opts = receive(zone, axfr().edns()).opts;
    EXPECT_EQ(opts.front(), 1U);
    opts.erase(opts.begin());
    EXPECT_THAT(opts, Each(0U));
}

TEST(OutgoingTransfer, EachMessageIsSigned) {
    const auto key = std::make_shared<const TsigKey>(
        TsigKey{*Name::from_text("k.example"), TsigAlgorithm::hmac_sha256,
                Secret(std::vector<std::uint8_t>(32, 7))});
    std::vector<TsigKey> keys{*key};
    const std::uint64_t now = tsig_time(std::chrono::system_clock::now());
    TsigRequester client(key);
    Octets query = axfr().octets();
    sign(client, query, now);
    const Query decoded = decode_query(query);
    TsigReplier replier(Keyring(std::move(keys)), query, *decoded.tsig, now);
    ASSERT_EQ(replier.error(), TsigError::none);

    const auto zone = large_zone().build();
    OutgoingTransfer transfer(zone, TransferView::foreign, decoded, std::move(replier));
    std::size_t messages = 0;
    while (!transfer.is_finished()) {
        Octets buffer(max_message_octets);
        buffer.resize(transfer.next(buffer));
        EXPECT_EQ(client.check(buffer, now), std::nullopt);
        ++messages;
    }
    EXPECT_TRUE(client.is_complete());
    EXPECT_GT(messages, 5U);
}

}  // namespace
}  // namespace arpad
