#include "zone/range_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string_view>
#include <vector>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::address;
using test::prefix;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Uint128 all_ones = ~Uint128{0};

NamedRange named(std::string_view addresses) {
    const AddressRange range = range_from_text(addresses);
    return {range, *NameTemplate::make("{hex}.example.", range), Ttl{60}};
}

NamedRange hole(std::string_view addresses) {
    return {range_from_text(addresses), std::nullopt, Ttl{60}};
}

/// A range of the last octet, in 0.0.0.0/24, so that numbers are easy to read.
AddressRange octets(Uint128 first, Uint128 last) {
    return {Address(Family::ipv4, first), Address(Family::ipv4, last)};
}

NamedRange named(Uint128 first, Uint128 last) {
    return {octets(first, last), *NameTemplate::make("{hex}.example.", octets(first, last)),
            Ttl{60}};
}

RangeIndex index_of(Family family, const std::vector<NamedRange>& ranges) {
    return {family, ranges, flatten(ranges)};
}

TEST(Flatten, NothingIsNothing) {
    EXPECT_THAT(flatten({}), IsEmpty());
}

TEST(Flatten, DisjointRangesStayAsTheyAre) {
    EXPECT_THAT(flatten(std::vector{named(1, 2), named(4, 9)}),
                ElementsAre(RangeSegment{1, 2, 0}, RangeSegment{4, 9, 1}));
}

TEST(Flatten, AdjacentRangesAreNotJoined) {
    EXPECT_THAT(flatten(std::vector{named(1, 2), named(3, 9)}),
                ElementsAre(RangeSegment{1, 2, 0}, RangeSegment{3, 9, 1}));
}

TEST(Flatten, InnerRangeSplitsTheOuterOne) {
    EXPECT_THAT(flatten(std::vector{named(0, 9), named(3, 4)}),
                ElementsAre(RangeSegment{0, 2, 0}, RangeSegment{3, 4, 1}, RangeSegment{5, 9, 0}));
}

TEST(Flatten, InnerRangeAtTheStartLeavesTheRest) {
    EXPECT_THAT(flatten(std::vector{named(0, 9), named(0, 4)}),
                ElementsAre(RangeSegment{0, 4, 1}, RangeSegment{5, 9, 0}));
}

TEST(Flatten, InnerRangeAtTheEndLeavesTheRest) {
    EXPECT_THAT(flatten(std::vector{named(0, 9), named(5, 9)}),
                ElementsAre(RangeSegment{0, 4, 0}, RangeSegment{5, 9, 1}));
}

TEST(Flatten, InnerRangesThatFillTheOuterOneLeaveNothingOfIt) {
    EXPECT_THAT(flatten(std::vector{named(0, 9), named(0, 4), named(5, 9)}),
                ElementsAre(RangeSegment{0, 4, 1}, RangeSegment{5, 9, 2}));
}

TEST(Flatten, ThreeThatEndTogetherEndOnce) {
    EXPECT_THAT(flatten(std::vector{named(0, 9), named(3, 9), named(7, 9)}),
                ElementsAre(RangeSegment{0, 2, 0}, RangeSegment{3, 6, 1}, RangeSegment{7, 9, 2}));
}

TEST(Flatten, AllOfIpv6DoesNotWrapAround) {
    EXPECT_THAT(
        flatten(std::vector{named("::/0"), named("ffff::/16")}),
        ElementsAre(RangeSegment{0, address("fffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff").value(), 0},
                    RangeSegment{address("ffff::").value(), all_ones, 1}));
}

TEST(Merge, OverlappingOnesBecomeOne) {
    EXPECT_THAT(merge({octets(5, 9), octets(0, 2), octets(2, 3), octets(6, 7)}),
                ElementsAre(octets(0, 3), octets(5, 9)));
}

TEST(Merge, LongRangeIsNotCutShortByOneInsideIt) {
    EXPECT_THAT(merge({octets(0, 9), octets(1, 2), octets(8, 8)}), ElementsAre(octets(0, 9)));
}

TEST(Subtract, WithoutCutsLeavesAll) {
    EXPECT_THAT(subtract(std::vector{RangeSegment{1, 5, 0}}, {}),
                ElementsAre(RangeSegment{1, 5, 0}));
}

TEST(Subtract, CutInTheMiddleLeavesBothEnds) {
    EXPECT_THAT(subtract(std::vector{RangeSegment{1, 9, 7}}, {octets(4, 5)}),
                ElementsAre(RangeSegment{1, 3, 7}, RangeSegment{6, 9, 7}));
}

TEST(Subtract, CutsAtTheEndsLeaveTheMiddle) {
    EXPECT_THAT(subtract(std::vector{RangeSegment{1, 9, 0}}, {octets(0, 1), octets(9, 20)}),
                ElementsAre(RangeSegment{2, 8, 0}));
}

TEST(Subtract, OneCutMayReachOverSeveralSegments) {
    EXPECT_THAT(
        subtract(std::vector{RangeSegment{1, 3, 0}, RangeSegment{4, 6, 1}, RangeSegment{7, 9, 0}},
                 {octets(3, 7)}),
        ElementsAre(RangeSegment{1, 2, 0}, RangeSegment{8, 9, 0}));
}

TEST(Subtract, CutThatCoversAllLeavesNothing) {
    EXPECT_THAT(
        subtract(std::vector{RangeSegment{1, 3, 0}, RangeSegment{5, 5, 1}}, {octets(0, 200)}),
        IsEmpty());
}

TEST(Subtract, LastAddressOfAllDoesNotWrapAround) {
    const AddressRange last = range_from_text(
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    EXPECT_THAT(subtract(std::vector{RangeSegment{0, all_ones, 0}}, {last}),
                ElementsAre(RangeSegment{0, all_ones - 1, 0}));
}

// Against a sum over every address.
TEST(Segments, AreWhatEachAddressByItselfSays) {
    std::mt19937_64 random(20);
    for (int round = 0; round < 500; ++round) {
        std::vector<NamedRange> ranges;
        const auto split = [&](auto& self, Uint128 first, Uint128 last, int depth) -> void {
            if (first > last || depth > 3) return;
            const Uint128 from = first + random() % (last - first + 1);
            const Uint128 to = from + random() % (last - from + 1);
            const bool is_again = !ranges.empty() && ranges.back().range == octets(from, to);
            if (!is_again) {
                ranges.push_back(random() % 4 == 0
                                     ? NamedRange{octets(from, to), std::nullopt, Ttl{60}}
                                     : named(from, to));
            }
            self(self, from, to, depth + 1);
            self(self, to + 1, last, depth + 1);
        };
        split(split, 0, 40, 0);
        std::ranges::stable_sort(ranges, [](const NamedRange& left, const NamedRange& right) {
            if (left.range.first != right.range.first) return left.range.first < right.range.first;
            return right.range.last < left.range.last;
        });
        std::vector<AddressRange> cuts;
        for (std::size_t i = random() % 4; i > 0; --i) {
            const Uint128 from = random() % 40;
            cuts.push_back(octets(from, from + random() % 5));
        }
        const auto segments = subtract(flatten(ranges), cuts);
        const RangeIndex index(Family::ipv4, ranges, segments);
        for (Uint128 value = 0; value < 50; ++value) {
            const NamedRange* smallest = nullptr;
            for (const NamedRange& range : ranges) {
                if (range.range.first.value() <= value && value <= range.range.last.value()) {
                    smallest = &range;  // an outer one comes before
                }
            }
            for (const AddressRange& cut : cuts) {
                if (cut.first.value() <= value && value <= cut.last.value()) smallest = nullptr;
            }
            const NamedRange* const found = index.find(Address(Family::ipv4, value));
            if (smallest == nullptr || !smallest->names) {
                ASSERT_EQ(found, nullptr) << static_cast<unsigned>(value);
            } else {
                ASSERT_NE(found, nullptr) << static_cast<unsigned>(value);
                ASSERT_EQ(found->range, smallest->range);
            }
            ASSERT_EQ(index.has_any_in(Prefix(Address(Family::ipv4, value), 32)), found != nullptr);
        }
        for (unsigned length = 26; length < 32; ++length) {
            for (Uint128 first = 0; first < 64; first += Uint128{1} << (32 - length)) {
                const Prefix part(Address(Family::ipv4, first), length);
                bool has_any = false;
                for (Uint128 value = first; value <= part.last().value(); ++value) {
                    has_any = has_any || index.find(Address(Family::ipv4, value)) != nullptr;
                }
                ASSERT_EQ(index.has_any_in(part), has_any) << part.to_text();
            }
        }
    }
}

TEST(RangeIndex, WithoutRangesHasNothing) {
    const RangeIndex index;
    EXPECT_TRUE(index.is_empty());
    EXPECT_EQ(index.find(address("192.0.2.1")), nullptr);
    EXPECT_FALSE(index.has_any_in(prefix("0.0.0.0/0")));
}

TEST(RangeIndex, FindsTheSmallestRangeAround) {
    const RangeIndex index =
        index_of(Family::ipv4, {named("192.0.2.0/24"), named("192.0.2.128/25")});
    EXPECT_EQ(index.find(address("192.0.2.127"))->range, range_from_text("192.0.2.0/24"));
    EXPECT_EQ(index.find(address("192.0.2.128"))->range, range_from_text("192.0.2.128/25"));
}

TEST(RangeIndex, NothingIsNamedInAHole) {
    const RangeIndex index = index_of(Family::ipv4, {named("192.0.2.0/24"), hole("192.0.2.64/26"),
                                                     named("192.0.2.100-192.0.2.101")});
    EXPECT_EQ(index.find(address("192.0.2.64")), nullptr);
    EXPECT_NE(index.find(address("192.0.2.100")), nullptr);
    EXPECT_EQ(index.find(address("192.0.2.102")), nullptr);
    EXPECT_FALSE(index.has_any_in(prefix("192.0.2.64/27")));
    EXPECT_TRUE(index.has_any_in(prefix("192.0.2.96/27")));
}

TEST(RangeIndex, OfHolesOnlyIsEmpty) {
    EXPECT_TRUE(index_of(Family::ipv4, {hole("192.0.2.0/24")}).is_empty());
}

TEST(RangeIndex, AddressOfTheOtherFamilyIsNotThere) {
    const RangeIndex index = index_of(Family::ipv4, {named("0.0.0.0/0")});
    EXPECT_EQ(index.find(address("::1")), nullptr);
    EXPECT_FALSE(index.has_any_in(prefix("::/0")));
}

TEST(RangeIndex, FirstAndLastAddressOfAllAreFound) {
    const RangeIndex index = index_of(Family::ipv6, {named("::/0")});
    EXPECT_NE(index.find(address("::")), nullptr);
    EXPECT_NE(index.find(Address(Family::ipv6, all_ones)), nullptr);
    EXPECT_TRUE(index.has_any_in(prefix("ffff::/16")));
}

}  // namespace
}  // namespace arpad
