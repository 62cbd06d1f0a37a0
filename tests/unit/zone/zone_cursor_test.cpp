#include "zone/zone_cursor.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/zone_maker.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

using Lines = std::vector<std::string>;

std::string line_of(NameView owner, RrType type, Ttl ttl, std::span<const std::uint8_t> rdata) {
    std::string line = fmt::format("{} {} {}", owner.to_text(), ttl.seconds, to_text(type));
    for (const std::uint8_t octet : rdata) line += fmt::format(" {}", octet);
    return line;
}

/// All records but the SOA, as zone/zone_walk finds them; sorted, as the next.
Lines walked(const Zone& zone, RangeWalk ranges) {
    Lines lines;
    walk(zone, ranges, [&](NameView owner, RrsetView rrset) {
        if (rrset.type() == RrType::soa) return;
        for (const auto rdata : rrset) {
            lines.push_back(line_of(owner, rrset.type(), rrset.ttl(), rdata));
        }
    });
    std::ranges::sort(lines);
    return lines;
}

/// The same as a cursor finds them that stops before every `stride`th record.
Lines visited(std::shared_ptr<const Zone> zone, RangeWalk ranges, std::size_t stride) {
    Lines lines;
    ZoneCursor cursor(zone, ranges);
    std::size_t calls = 0;
    const auto take = [&](const TransferRecord& record) {
        if (++calls % stride == 0) return false;
        std::vector<std::uint8_t> owner(record.labels.begin(), record.labels.end());
        const auto apex = zone->apex().wire();
        owner.insert(owner.end(), apex.begin(), apex.end());
        std::vector<std::uint8_t> rdata(record.rdata.begin(), record.rdata.end());
        rdata.insert(rdata.end(), record.ending.begin(), record.ending.end());
        lines.push_back(line_of(NameView::of_valid_wire(owner), record.type, record.ttl, rdata));
        return true;
    };
    while (!cursor.run(take)) {
    }
    std::ranges::sort(lines);
    return lines;
}

void expect_agreement(const ZoneMaker& maker) {
    const auto zone = maker.build();
    for (const RangeWalk ranges : {RangeWalk::expand, RangeWalk::omit}) {
        const Lines expected = walked(*zone, ranges);
        for (const std::size_t stride : {2U, 3U, 7U, 1'000'000U}) {
            EXPECT_EQ(visited(zone, ranges, stride), expected) << stride;
        }
    }
}

TEST(ZoneCursor, VisitsWhatAWalkVisits) {
    ZoneMaker maker = zone_for("192.0.0.0/16");
    maker.record("@ TXT a b").record("www A 192.0.2.1").record("www A 192.0.2.2");
    maker.record("*.x.y TXT z").ns("7", "ns.example.").record("9.9 TXT beside").ptr("9.9", "b.");
    maker.range("192.0.7.0/28", "{ip}.dyn.example.").hole("192.0.7.3/32").ptr("4.7", "own.");
    maker.range("192.0.255.254/31", "{ip}.end.example.");
    for (int i = 0; i < 3000; ++i) {
        maker.ptr(fmt::format("{}.{}", i * 7 % 256, 100 + i % 97), fmt::format("h{}.example.", i));
    }
    expect_agreement(maker);
}

TEST(ZoneCursor, VisitsIpv6) {
    ZoneMaker maker = zone_for("2001:db8::/112");
    for (const char* const owner : {"0.0.0.0", "1.0.0.0", "f.f.f.f", "a.b.c.d", "0.0.0.8"}) {
        maker.ptr(owner, "host.example.");
    }
    maker.range("2001:db8::1000/124", "{ip}.dyn.example.");
    expect_agreement(maker);
}

TEST(ZoneCursor, VisitsZonesWithoutAddresses) {
    ZoneMaker maker = zone_at("example.net");
    expect_agreement(maker);
    for (int i = 0; i < 100; ++i) maker.record(fmt::format("n{} TXT {}", i, i));
    expect_agreement(maker);
}

TEST(ZoneCursor, WholeFamilyIsVisited) {
    ZoneMaker maker = zone_for("0.0.0.0/0");
    maker.ptr("0.0.0.0", "first.").ptr("255.255.255.255", "last.");
    maker.range("255.255.255.252/30", "{ip}.example.").range("0.0.0.0/30", "{ip}.example.");
    expect_agreement(maker);
}

}  // namespace
}  // namespace arpad
