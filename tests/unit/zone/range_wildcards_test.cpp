#include "zone/range_wildcards.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/zone_maker.hpp"
#include "zone/difference.hpp"
#include "zone/zone_cursor.hpp"
#include "zone/zone_history.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Address address(std::string_view text) {
    return *Address::from_text(text);
}

/// The wildcards of `zone`, as owner and name, relative to the apex.
std::vector<std::string> wildcards(const Zone& zone) {
    std::vector<std::string> found;
    for (const RangeWildcard& wildcard : range_wildcards(zone)) {
        std::array<std::uint8_t, max_name_octets> labels{};
        const std::size_t octets = write_wildcard_labels(zone, wildcard, labels);
        const Name owner(NameView::of_valid_wire(std::span(labels).first(octets + 1)));
        MadeRrset space;
        const auto target = *make_ptr(wildcard, space).begin();
        found.push_back(
            fmt::format("{} {}", owner.to_text(), NameView::of_valid_wire(target).to_text()));
    }
    return found;
}

using Lines = std::set<std::string>;

std::string line(NameView owner, RrType type, Ttl ttl, std::span<const std::uint8_t> rdata) {
    return fmt::format("{} {} {} {:02x}", owner.to_text(), to_text(type), ttl.seconds,
                       fmt::join(rdata, ""));
}

Lines lines_of(const Zone& zone) {
    Lines lines;
    walk(zone, RangeWalk::wildcard, [&](NameView owner, RrsetView rrset) {
        if (rrset.type() == RrType::soa) return;
        for (const auto rdata : rrset) {
            lines.insert(line(owner, rrset.type(), rrset.ttl(), rdata));
        }
    });
    return lines;
}

/// `before` with what for_each_changed_name says about `after`.
Lines changed(const Zone& before, const Zone& after) {
    Lines lines = lines_of(before);
    for_each_changed_name(&before, &after, RangeWalk::wildcard, [&](const NameChange& change) {
        for (const RrsetView rrset : change.before) {
            if (rrset.type() == RrType::soa) continue;
            for (const auto rdata : rrset) {
                EXPECT_EQ(lines.erase(line(change.owner, rrset.type(), rrset.ttl(), rdata)), 1U);
            }
        }
        for (const RrsetView rrset : change.after) {
            if (rrset.type() == RrType::soa) continue;
            for (const auto rdata : rrset) {
                EXPECT_TRUE(
                    lines.insert(line(change.owner, rrset.type(), rrset.ttl(), rdata)).second)
                    << line(change.owner, rrset.type(), rrset.ttl(), rdata);
            }
        }
    });
    return lines;
}

TEST(WildcardPrefix, IsAWholeLabel) {
    const auto prefix = [](std::string_view first, std::string_view last) {
        const auto found = wildcard_prefix({address(first), address(last)});
        return found ? found->to_text() : "none";
    };
    EXPECT_EQ(prefix("10.1.0.0", "10.1.255.255"), "10.1.0.0/16");
    EXPECT_EQ(prefix("0.0.0.0", "255.255.255.255"), "0.0.0.0/0");
    EXPECT_EQ(prefix("10.1.2.3", "10.1.2.3"), "10.1.2.3/32");
    EXPECT_EQ(prefix("10.1.0.0", "10.1.127.255"), "none");
    EXPECT_EQ(prefix("10.1.0.1", "10.1.255.255"), "none");
    EXPECT_EQ(prefix("10.1.0.0", "10.2.255.255"), "none");
    EXPECT_EQ(prefix("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"), "2001:db8::/32");
    EXPECT_EQ(prefix("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "::/0");
    EXPECT_EQ(prefix("2001:db8::", "2001:db8::1f"), "none");
}

TEST(RangeWildcards, StandBelowTheLabelOfTheirRange) {
    EXPECT_THAT(wildcards(*zone_for("10.0.0.0/16").range("10.0.0.0/16", "r.").build()),
                ElementsAre("*. r."));
    EXPECT_THAT(wildcards(*zone_for("10.0.0.0/16").range("10.0.7.0/24", "r.").build()),
                ElementsAre("*.7. r."));
    // A range that has more than the zone.
    EXPECT_THAT(wildcards(*zone_for("10.0.0.0/16").range("10.0.0.0/8", "r.").build()),
                ElementsAre("*. r."));
    EXPECT_THAT(wildcards(*zone_for("2001:db8::/32").range("2001:db8:0:a::/64", "r.").build()),
                ElementsAre("*.a.0.0.0.0.0.0.0. r."));
    EXPECT_THAT(wildcards(*zone_for("10.0.0.0/16").ptr("1.1", "a.").build()), IsEmpty());
}

// RFC 4592 3.3.1: a name that exists stops a wildcard above it.
TEST(RangeWildcards, AreRepeatedBelowNamesThatExist) {
    EXPECT_THAT(wildcards(*zone_for("10.0.0.0/16")
                               .range("10.0.0.0/16", "r.")
                               .ptr("1.5", "a.")
                               .ptr("2.5", "b.")
                               .record("x.y.6 TXT x")
                               .record("7 TXT x")
                               .build()),
                ElementsAre("*. r.", "*.5. r.", "*.6. r.", "*.7. r."));
    EXPECT_THAT(
        wildcards(*zone_for("10.0.0.0/8").range("10.0.0.0/8", "r.").ptr("1.5.9", "a.").build()),
        ElementsAre("*. r.", "*.9. r.", "*.5.9. r."));
}

TEST(RangeWildcards, OfInnerRangesMakeNamesExistToo) {
    EXPECT_THAT(wildcards(*zone_for("10.0.0.0/8")
                               .range("10.0.0.0/8", "r.")
                               .range("10.5.6.0/24", "s.")
                               .ptr("1.6.5", "a.")
                               .build()),
                ElementsAre("*. r.", "*.5. r.", "*.6.5. s."));
}

TEST(RangeWildcards, StopAtDelegations) {
    EXPECT_THAT(wildcards(*zone_for("10.0.0.0/8")
                               .range("10.0.0.0/8", "r.")
                               .ns("6.5", "ns.example.")
                               .record("ns.6.5 A 192.0.2.1")
                               .record("7 DNAME d.")
                               .build()),
                ElementsAre("*. r.", "*.5. r."));
}

TEST(RangeWildcards, AddressWithNamesBelowGetsItsPtr) {
    EXPECT_THAT(wildcards(*zone_for("10.0.0.0/16")
                               .range("10.0.0.0/16", "r.")
                               .record("x.1.5 TXT x")
                               .record("x.2.5 TXT x")
                               .ptr("2.5", "a.")
                               .build()),
                ElementsAre("*. r.", "*.5. r.", "1.5. r."));
}

TEST(RangeWildcards, AreInCursorsAsInWalks) {
    const auto zone = zone_for("10.0.0.0/16")
                          .range("10.0.0.0/16", "r.")
                          .range("10.0.3.0/24", "s.")
                          .ptr("1.5", "a.")
                          .record("x.1.9 TXT x")
                          .build();
    std::size_t records = 0;
    ZoneCursor cursor(zone, RangeWalk::wildcard);
    const Lines expected = lines_of(*zone);
    EXPECT_EQ(expected.size(), 8U);  // with the NS
    EXPECT_TRUE(cursor.run([&](const TransferRecord& record) {
        std::vector<std::uint8_t> owner(record.labels.begin(), record.labels.end());
        const auto apex = zone->apex().wire();
        owner.insert(owner.end(), apex.begin(), apex.end());
        std::vector<std::uint8_t> rdata(record.rdata.begin(), record.rdata.end());
        rdata.insert(rdata.end(), record.ending.begin(), record.ending.end());
        EXPECT_TRUE(expected.contains(
            line(NameView::of_valid_wire(owner), record.type, record.ttl, rdata)));
        ++records;
        return true;
    }));
    EXPECT_EQ(records, expected.size());
}

/// Zones at random, of addresses 10.0.0.0 to 10.3.3.3.
class RandomWildcards : public testing::TestWithParam<unsigned> {
protected:
    unsigned any(unsigned bound) { return std::uniform_int_distribution(0U, bound - 1)(random_); }

    std::string any_owner() { return fmt::format("{}.{}.{}", any(4), any(4), any(4)); }

    ZoneMaker base() {
        auto maker = zone_for("10.0.0.0/8").range("10.0.0.0/8", "r.");
        if (any(2) == 0) maker.range(fmt::format("10.{}.0.0/16", any(4)), "s.");
        if (any(2) == 0) maker.ns(fmt::format("{}.{}", any(4), any(4)), "ns.example.");
        for (unsigned i = any(3); i > 0; --i) {
            maker.record(fmt::format("x{}.{} TXT x", i, any_owner()));
        }
        return maker;
    }

    std::mt19937 random_{GetParam()};
};

TEST_P(RandomWildcards, ChangesOfAddressesChangeThem) {
    const auto maker = base();
    auto zone = maker.build();
    for (std::uint32_t serial = 2; serial < 20; ++serial) {
        AddressIndex addresses = zone->addresses();
        for (unsigned i = 0; i < 3; ++i) {
            const Address one = address(fmt::format("10.{}.{}.{}", any(4), any(4), any(4)));
            addresses = any(2) == 0 && addresses.find(one)
                            ? addresses.without(one)
                            : addresses.with_ptr(one, Ttl{60}, *Name::from_text("e."));
        }
        const auto next = zone->with_addresses(std::move(addresses), Serial{serial});
        ASSERT_EQ(changed(*zone, *next), lines_of(*next));
        zone = next;
    }
}

TEST_P(RandomWildcards, ChangesOfEverythingChangeThem) {
    auto one = base();
    auto other = base();
    for (unsigned i = 0; i < 6; ++i) {
        one.ptr(any_owner(), fmt::format("e{}.", i));
        other.ptr(any_owner(), fmt::format("e{}.", i));
    }
    const auto before = one.build();
    const auto after = other.build();
    EXPECT_EQ(changed(*before, *after), lines_of(*after));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomWildcards, testing::Range(1U, 61U));

}  // namespace
}  // namespace arpad
