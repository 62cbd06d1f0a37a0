#include "zone/zone_walk.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/zone_maker.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;

std::vector<Name> owners_of(const Zone& zone, RangeWalk ranges = RangeWalk::expand) {
    std::vector<Name> owners;
    walk(zone, ranges, [&](NameView owner, RrsetView) {
        if (owners.empty() || owners.back() != Name(owner)) owners.emplace_back(owner);
    });
    return owners;
}

std::vector<std::string> lines_of(const Zone& zone, RangeWalk ranges = RangeWalk::expand) {
    std::vector<std::string> lines;
    walk(zone, ranges, [&](NameView owner, RrsetView rrset) {
        lines.push_back(fmt::format("{} {}", owner.to_text(), to_text(rrset.type())));
    });
    return lines;
}

bool is_canonical(const std::vector<Name>& names) {
    return std::ranges::is_sorted(names, [](const Name& left, const Name& right) {
        return canonical_order(left, right) < 0;
    });
}

TEST(Walk, BeginsWithTheSoa) {
    EXPECT_THAT(lines_of(*zone_for("192.0.2.0/24").record("0 TXT x").build()),
                ElementsAre("2.0.192.in-addr.arpa. SOA", "2.0.192.in-addr.arpa. NS",
                            "0.2.0.192.in-addr.arpa. TXT"));
}

// RFC 4034 6.1: labels are compared as octets, so 10 comes before 9.
TEST(Walk, OctetsAreInOrderOfTheirLabels) {
    const auto zone = zone_for("192.0.2.0/24")
                          .ptr("9", "a.")
                          .ptr("10", "a.")
                          .ptr("100", "a.")
                          .ptr("1", "a.")
                          .build();
    EXPECT_THAT(lines_of(*zone),
                ElementsAre("2.0.192.in-addr.arpa. SOA", "2.0.192.in-addr.arpa. NS",
                            "1.2.0.192.in-addr.arpa. PTR", "10.2.0.192.in-addr.arpa. PTR",
                            "100.2.0.192.in-addr.arpa. PTR", "9.2.0.192.in-addr.arpa. PTR"));
}

TEST(Walk, NamesBelowAnAddressComeDirectlyBehindIt) {
    const auto zone =
        zone_for("192.0.2.0/24").ptr("1", "a.").ptr("10", "a.").record("x.1 TXT x").build();
    EXPECT_THAT(lines_of(*zone),
                ElementsAre("2.0.192.in-addr.arpa. SOA", "2.0.192.in-addr.arpa. NS",
                            "1.2.0.192.in-addr.arpa. PTR", "x.1.2.0.192.in-addr.arpa. TXT",
                            "10.2.0.192.in-addr.arpa. PTR"));
}

TEST(Walk, AllRrsetsOfANameAreTogether) {
    const auto zone = zone_for("192.0.2.0/24")
                          .range("192.0.2.7/32", "r.example.")
                          .record("7 TXT x")
                          .record("7 A 192.0.2.1")
                          .build();
    EXPECT_THAT(lines_of(*zone),
                ElementsAre("2.0.192.in-addr.arpa. SOA", "2.0.192.in-addr.arpa. NS",
                            "7.2.0.192.in-addr.arpa. PTR", "7.2.0.192.in-addr.arpa. A",
                            "7.2.0.192.in-addr.arpa. TXT"));
}

TEST(Walk, EmptyNonTerminalsAreNotVisited) {
    const auto zone = zone_for("192.0.0.0/16").record("x.y.7.2 TXT x").build();
    EXPECT_EQ(owners_of(*zone).size(), 2U);
}

TEST(Walk, OmittedRangesAreNotVisited) {
    const auto zone =
        zone_for("192.0.2.0/24").range("192.0.2.0/24", "{ip}.example.").ptr("7", "a.").build();
    EXPECT_EQ(owners_of(*zone, RangeWalk::omit).size(), 2U);
    EXPECT_EQ(owners_of(*zone, RangeWalk::expand).size(), 257U);
}

// What is stored has its name from the range already, so that the PTR stands there in either case.
TEST(Walk, StoredNodesKeepTheNameOfARangeThatIsOmitted) {
    const auto zone =
        zone_for("192.0.2.0/24").range("192.0.2.0/24", "{ip}.example.").record("7 TXT x").build();
    EXPECT_THAT(lines_of(*zone, RangeWalk::omit),
                ElementsAre("2.0.192.in-addr.arpa. SOA", "2.0.192.in-addr.arpa. NS",
                            "7.2.0.192.in-addr.arpa. PTR", "7.2.0.192.in-addr.arpa. TXT"));
}

TEST(Walk, OneAddressZoneHasItsPtrAtTheApex) {
    const auto zone =
        zone_for("192.0.2.7/32").range("192.0.2.7/32", "r.example.").record("x TXT x").build();
    EXPECT_THAT(lines_of(*zone),
                ElementsAre("7.2.0.192.in-addr.arpa. SOA", "7.2.0.192.in-addr.arpa. NS",
                            "7.2.0.192.in-addr.arpa. PTR", "x.7.2.0.192.in-addr.arpa. TXT"));
}

TEST(Walk, DataBelowACutIsVisited) {
    const auto zone =
        zone_at("example.").ns("c", "ns.c.example.").record("ns.c A 192.0.2.1").build();
    EXPECT_EQ(owners_of(*zone).size(), 3U);
}

// Against a sort of the names themselves.
TEST(Walk, IsInCanonicalOrderWhateverIsInTheZone) {
    std::mt19937_64 random(4034);
    for (int round = 0; round < 200; ++round) {
        ZoneMaker maker = zone_for(round % 2 == 0 ? "192.0.0.0/16" : "2001:db8::/120");
        const auto label = [&] {
            constexpr std::string_view letters = "0129abF*-_/\x7f";
            std::string made;
            for (std::size_t i = 1 + random() % 3; i > 0; --i) {
                made += letters[random() % letters.size()];
            }
            return made;
        };
        for (std::size_t count = random() % 30; count > 0; --count) {
            std::string owner = label();
            for (std::size_t i = random() % 3; i > 0; --i) owner += "." + label();
            // No two owners that are equal but for case.
            std::ranges::transform(owner, owner.begin(),
                                   [](unsigned char letter) { return std::tolower(letter); });
            maker.rr(owner, static_cast<RrType>(1000 + count), {1});
        }
        if (round % 2 == 0) {
            maker.range("192.0.1.250-192.0.2.30", "{ip}.example.").hole("192.0.2.3/32");
        } else {
            maker.range("2001:db8::3-2001:db8::2f", "{ip}.example.").hole("2001:db8::9/128");
        }
        const auto zone = maker.build();
        for (const RangeWalk ranges : {RangeWalk::expand, RangeWalk::omit}) {
            const auto owners = owners_of(*zone, ranges);
            ASSERT_TRUE(is_canonical(owners)) << "round " << round;
            ASSERT_EQ(std::ranges::adjacent_find(owners), owners.end());
        }
        const auto more =
            owners_of(*zone, RangeWalk::expand).size() - owners_of(*zone, RangeWalk::omit).size();
        ASSERT_EQ(static_cast<std::size_t>(count_range_names(*zone)), more);
    }
}

TEST(CountRangeNames, OfNoRangesIsZero) {
    EXPECT_TRUE(count_range_names(*zone_for("192.0.2.0/24").ptr("7", "a.").build()) == 0);
}

TEST(CountRangeNames, LeavesOutHolesAndStoredAddresses) {
    const auto zone = zone_for("192.0.2.0/24")
                          .range("192.0.2.0/24", "{ip}.example.")
                          .hole("192.0.2.0/28")
                          .ptr("7", "a.")
                          .ptr("77", "a.")
                          .cname("78", "a.")
                          .build();
    EXPECT_TRUE(count_range_names(*zone) == 256 - 16 - 2);
}

TEST(CountRangeNames, OfAllOfIpv6DoesNotWrapAround) {
    EXPECT_TRUE(count_range_names(*zone_for("::/0").range("::/0", "{ip}.example.").build()) ==
                ~Uint128{0});
    EXPECT_TRUE(count_range_names(
                    *zone_for("2001:db8::/32").range("2001:db8::/32", "{ip}.example.").build()) ==
                Uint128{1} << 96);
}

TEST(CountRangeNames, OfAOneAddressZoneIsZero) {
    EXPECT_TRUE(count_range_names(
                    *zone_for("192.0.2.7/32").range("192.0.2.7/32", "r.example.").build()) == 0);
}

}  // namespace
}  // namespace arpad
