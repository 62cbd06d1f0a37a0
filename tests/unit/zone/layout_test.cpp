#include "zone/layout.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "reverse/classless.hpp"
#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::address;
using test::name;
using test::Network;
using test::prefix;
using test::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The apexes of a network alone in the world.
std::vector<std::string> apexes_of(const Network& network) {
    return World({network}).apexes();
}

const PlannedZone& zone_at(const World& world, std::string_view apex) {
    return world.layout().zones().at(name(apex));
}

std::string apex_holding(const World& world, std::size_t network, std::string_view at) {
    const PlannedZone* const zone = world.layout().zone_of(network, address(at));
    return zone == nullptr ? "no zone" : zone->apex.to_text();
}

std::vector<std::string> messages(const World& world) {
    std::vector<std::string> texts;
    for (const Diagnostic& entry : world.diagnostics().entries()) texts.push_back(entry.message);
    return texts;
}

/// What stands between the dots of an address, each octet or nibble, most significant first.
std::vector<std::string> labels_of(Address at) {
    std::vector<std::string> labels;
    const bool is_ipv4 = at.family() == Family::ipv4;
    const unsigned step = is_ipv4 ? 8 : 4;
    for (unsigned shift = at.bits(); shift != 0;) {
        shift -= step;
        const auto value = static_cast<unsigned>(at.value() >> shift & ((1U << step) - 1));
        labels.push_back(is_ipv4 ? fmt::format("{}", value) : fmt::format("{:x}", value));
    }
    return labels;
}

/// The reverse name of `at` without all but the `kept` most significant labels.
std::string reverse_name(Address at, std::size_t kept) {
    auto labels = labels_of(at);
    labels.resize(kept);
    std::ranges::reverse(labels);
    labels.push_back(at.family() == Family::ipv4 ? "in-addr.arpa." : "ip6.arpa.");
    return fmt::format("{}", fmt::join(labels, "."));
}

/// The apex of the zone of a lone network that covers `covered`.
std::string expected_apex(const Prefix& network, const Prefix& covered) {
    const Address first = covered.first();
    if (is_classless(network)) {
        return fmt::format("{}/{}.{}", static_cast<unsigned>(first.value() & 0xff),
                           network.length(), reverse_name(first, 3));
    }
    return reverse_name(first, covered.length() / label_bits(covered.family()));
}

std::vector<Prefix> covered_by(const World& world) {
    std::vector<Prefix> covered;
    for (const auto& [apex, zone] : world.layout().zones()) covered.push_back(*zone.covered);
    std::ranges::sort(covered);
    return covered;
}

class EveryLength : public testing::TestWithParam<Family> {
protected:
    /// Calls `check` with networks of every length: random ones, and those at both ends.
    template <class Check>
    void for_each_network(Check check) const {
        std::mt19937_64 random(1035);
        const Family family = GetParam();
        const unsigned bits = address_bits(family);
        const Prefix all(Address(family, 0), 0);
        for (unsigned length = 0; length <= bits; ++length) {
            check(Prefix(all.first(), length));
            check(Prefix(all.last(), length));
            for (int count = 0; count < 5; ++count)
                check(Prefix(test::random_address(all, random), length));
        }
    }
};

TEST_P(EveryLength, ZonesCoverExactlyTheNetworkAndNothingTwice) {
    for_each_network([](const Prefix& network) {
        const World world({Network(network.to_text())});
        const auto covered = covered_by(world);
        ASSERT_FALSE(covered.empty()) << network.to_text();
        EXPECT_EQ(covered.front().first(), network.first()) << network.to_text();
        EXPECT_EQ(covered.back().last(), network.last()) << network.to_text();
        for (std::size_t i = 1; i < covered.size(); ++i) {
            EXPECT_EQ(covered[i].first().value(), covered[i - 1].last().value() + 1)
                << network.to_text();
        }
    });
}

TEST_P(EveryLength, ApexesAreNamedAfterWhatTheyCover) {
    for_each_network([](const Prefix& network) {
        const World world({Network(network.to_text())});
        for (const auto& [apex, zone] : world.layout().zones()) {
            EXPECT_EQ(apex.to_text(), expected_apex(network, *zone.covered)) << network.to_text();
        }
    });
}

TEST_P(EveryLength, BaseIsAlignedAndContainsWhatIsCovered) {
    for_each_network([](const Prefix& network) {
        const World world({Network(network.to_text())});
        for (const auto& [apex, zone] : world.layout().zones()) {
            EXPECT_TRUE(zone.base->is_aligned()) << apex.to_text();
            EXPECT_TRUE(zone.base->contains(*zone.covered)) << apex.to_text();
        }
    });
}

TEST_P(EveryLength, ZoneOfFindsTheFirstTheLastAndAnyAddress) {
    std::mt19937_64 random(2317);
    for_each_network([&random](const Prefix& network) {
        const World world({Network(network.to_text())});
        for (const Address at :
             {network.first(), network.last(), test::random_address(network, random)}) {
            const PlannedZone* const zone = world.layout().zone_of(0, at);
            ASSERT_NE(zone, nullptr) << at.to_text();
            EXPECT_TRUE(zone->covered->contains(at)) << at.to_text();
        }
    });
}

TEST_P(EveryLength, HasNoMoreZonesThanOneLabelHasValues) {
    for_each_network([](const Prefix& network) {
        const unsigned step = label_bits(network.family());
        EXPECT_LE(World({Network(network.to_text())}).layout().zones().size(), 1U << (step - 1));
    });
}

INSTANTIATE_TEST_SUITE_P(Layout, EveryLength, testing::Values(Family::ipv4, Family::ipv6));

TEST(LoneNetwork, Ipv4OnAnOctetIsOneZone) {
    EXPECT_THAT(apexes_of(Network("192.0.2.0/24")), ElementsAre("2.0.192.in-addr.arpa."));
    EXPECT_THAT(apexes_of(Network("10.0.0.0/8")), ElementsAre("10.in-addr.arpa."));
}

TEST(LoneNetwork, Ipv4BetweenOctetsIsSeveralZones) {
    EXPECT_THAT(apexes_of(Network("198.18.0.0/15")),
                ElementsAre("18.198.in-addr.arpa.", "19.198.in-addr.arpa."));
}

TEST(LoneNetwork, Ipv6OnANibbleIsOneZone) {
    EXPECT_THAT(apexes_of(Network("2001:db8::/32")), ElementsAre("8.b.d.0.1.0.0.2.ip6.arpa."));
}

TEST(LoneNetwork, Ipv6BetweenNibblesIsSeveralZones) {
    EXPECT_THAT(apexes_of(Network("2001:db8::/33")),
                ElementsAre("0.8.b.d.0.1.0.0.2.ip6.arpa.", "1.8.b.d.0.1.0.0.2.ip6.arpa.",
                            "2.8.b.d.0.1.0.0.2.ip6.arpa.", "3.8.b.d.0.1.0.0.2.ip6.arpa.",
                            "4.8.b.d.0.1.0.0.2.ip6.arpa.", "5.8.b.d.0.1.0.0.2.ip6.arpa.",
                            "6.8.b.d.0.1.0.0.2.ip6.arpa.", "7.8.b.d.0.1.0.0.2.ip6.arpa."));
}

TEST(LoneNetwork, WholeAddressSpacesAreTheRoots) {
    EXPECT_THAT(apexes_of(Network("0.0.0.0/0")), ElementsAre("in-addr.arpa."));
    EXPECT_THAT(apexes_of(Network("::/0")), ElementsAre("ip6.arpa."));
}

TEST(LoneNetwork, LongerThan24IsAnRfc2317Child) {
    EXPECT_THAT(apexes_of(Network("192.0.2.64/26")), ElementsAre("64/26.2.0.192.in-addr.arpa."));
}

TEST(LoneNetwork, StyleNamesTheRfc2317Child) {
    const auto apexes = [](ClasslessStyle style) {
        return apexes_of(Network("192.0.2.64/26").style(style));
    };
    EXPECT_THAT(apexes(ClasslessStyle::slash), ElementsAre("64/26.2.0.192.in-addr.arpa."));
    EXPECT_THAT(apexes(ClasslessStyle::dash), ElementsAre("64-26.2.0.192.in-addr.arpa."));
    EXPECT_THAT(apexes(ClasslessStyle::range), ElementsAre("64-127.2.0.192.in-addr.arpa."));
}

TEST(LoneNetwork, OneAddressIsAZoneAtItsOwnName) {
    EXPECT_THAT(apexes_of(Network("192.0.2.7/32")), ElementsAre("7.2.0.192.in-addr.arpa."));
    EXPECT_THAT(apexes_of(Network("2001:db8::7/128")),
                ElementsAre(reverse_name(address("2001:db8::7"), 32)));
}

TEST(LoneNetwork, OneAddressWithAStyleIsAnRfc2317Child) {
    EXPECT_THAT(apexes_of(Network("192.0.2.7/32").style(ClasslessStyle::range)),
                ElementsAre("7-7.2.0.192.in-addr.arpa."));
}

TEST(LoneNetwork, PrefixOf127IsTwoZonesOfOneAddress) {
    EXPECT_THAT(apexes_of(Network("2001:db8::6/127")),
                ElementsAre(reverse_name(address("2001:db8::6"), 32),
                            reverse_name(address("2001:db8::7"), 32)));
}

TEST(NamedZone, IsTheOnlyZoneOfItsNetwork) {
    const World world({Network("198.18.0.0/15").zone("Reverse.Example.NET.")});
    EXPECT_THAT(world.apexes(), ElementsAre("reverse.example.net."));
    EXPECT_EQ(zone_at(world, "reverse.example.net.").covered, prefix("198.18.0.0/15"));
}

TEST(NamedZone, OfAnyNameStandsForTheNextLabelBoundary) {
    const World ipv4({Network("198.18.0.0/15").zone("reverse.example.")});
    EXPECT_EQ(zone_at(ipv4, "reverse.example.").base, prefix("198.0.0.0/8"));
    const World ipv6({Network("2001:db8::/33").zone("reverse.example.")});
    EXPECT_EQ(zone_at(ipv6, "reverse.example.").base, prefix("2001:db8::/32"));
}

TEST(NamedZone, LongerThan24HasTheLastOctetsBelowIt) {
    for (const std::string_view network : {"192.0.2.64/26", "192.0.2.64/32"}) {
        const World world({Network(network).zone("customer.example.")});
        EXPECT_EQ(zone_at(world, "customer.example.").base, prefix("192.0.2.0/24")) << network;
    }
}

TEST(NamedZone, ThatReadsAsAPrefixStandsForIt) {
    const World world({Network("192.0.2.64/26").zone("2.0.192.in-addr.arpa.")});
    EXPECT_EQ(zone_at(world, "2.0.192.in-addr.arpa.").base, prefix("192.0.2.0/24"));
    EXPECT_EQ(zone_at(world, "2.0.192.in-addr.arpa.").covered, prefix("192.0.2.64/26"));
}

TEST(NamedZone, WithoutANetworkHoldsNoAddresses) {
    const World world({Network::of_zone("rpz.example.")});
    EXPECT_THAT(world.apexes(), ElementsAre("rpz.example."));
    EXPECT_FALSE(zone_at(world, "rpz.example.").base);
    EXPECT_FALSE(zone_at(world, "rpz.example.").covered);
}

TEST(NamedZone, OfAForeignPrefixIsAnError) {
    const World world({Network("192.0.2.0/24").zone("113.0.203.in-addr.arpa.")});
    EXPECT_THAT(messages(world),
                ElementsAre("zone 113.0.203.in-addr.arpa. stands for 203.0.113.0/24, which does "
                            "not contain 192.0.2.0/24"));
}

TEST(NamedZone, OfASmallerPrefixIsAnError) {
    const World world({Network("192.0.2.0/24").zone("7.2.0.192.in-addr.arpa.")});
    EXPECT_EQ(world.diagnostics().error_count(), 1U);
}

// The header: a network with an error has no zones.
TEST(NamedZone, OfAForeignPrefixIsNotServed) {
    const World world({Network("192.0.2.0/24").zone("113.0.203.in-addr.arpa.")});
    EXPECT_THAT(world.apexes(), IsEmpty());
}

// Rule 1.
TEST(NestedNetwork, TakesTheZoneWhoseApexIsItsOwn) {
    const World world({Network("198.18.0.0/15"), Network("198.18.0.0/16")});
    EXPECT_THAT(world.apexes_of(0), ElementsAre("19.198.in-addr.arpa."));
    EXPECT_THAT(world.apexes_of(1), ElementsAre("18.198.in-addr.arpa."));
    EXPECT_TRUE(world.diagnostics().is_empty());
}

TEST(NestedNetwork, TakesItsZonesWhateverTheOrderOfTheFiles) {
    const World world({Network("198.18.0.0/16"), Network("198.18.0.0/15")});
    EXPECT_THAT(world.apexes_of(0), ElementsAre("18.198.in-addr.arpa."));
    EXPECT_THAT(world.apexes_of(1), ElementsAre("19.198.in-addr.arpa."));
}

TEST(NestedNetwork, TakesSeveralZones) {
    const World world({Network("2001:db8::/33"), Network("2001:db8:4000::/34")});
    EXPECT_THAT(world.apexes_of(0),
                ElementsAre("0.8.b.d.0.1.0.0.2.ip6.arpa.", "1.8.b.d.0.1.0.0.2.ip6.arpa.",
                            "2.8.b.d.0.1.0.0.2.ip6.arpa.", "3.8.b.d.0.1.0.0.2.ip6.arpa."));
    EXPECT_THAT(world.apexes_of(1),
                ElementsAre("4.8.b.d.0.1.0.0.2.ip6.arpa.", "5.8.b.d.0.1.0.0.2.ip6.arpa.",
                            "6.8.b.d.0.1.0.0.2.ip6.arpa.", "7.8.b.d.0.1.0.0.2.ip6.arpa."));
}

TEST(NestedNetwork, TakesAZoneByItsZoneName) {
    const World world(
        {Network("198.18.0.0/15"), Network("198.18.0.0/16").zone("18.198.in-addr.arpa.")});
    EXPECT_THAT(world.apexes_of(0), ElementsAre("19.198.in-addr.arpa."));
    EXPECT_THAT(world.apexes_of(1), ElementsAre("18.198.in-addr.arpa."));
}

// The other addresses of the zone would have no zone at all.
TEST(NestedNetwork, CannotTakeAZoneOfWhichItIsOnlyAPart) {
    const World world(
        {Network("192.0.2.0/24"), Network("192.0.2.64/26").zone("2.0.192.in-addr.arpa.")});
    EXPECT_THAT(messages(world),
                ElementsAre(HasSubstr("zone 2.0.192.in-addr.arpa. is the zone of 192.0.2.0/24")));
    EXPECT_THAT(world.apexes_of(0), ElementsAre("2.0.192.in-addr.arpa."));
}

TEST(NestedNetwork, LeavesTheOuterNoZoneForWhatItTook) {
    const World world({Network("198.18.0.0/15"), Network("198.18.0.0/16")});
    EXPECT_EQ(apex_holding(world, 0, "198.18.0.1"), "no zone");
    EXPECT_EQ(apex_holding(world, 0, "198.19.0.1"), "19.198.in-addr.arpa.");
}

// Rule 2.
TEST(NestedNetwork, HasItsOwnZoneBelowTheOuters) {
    const World world({Network("192.0.0.0/16"), Network("192.0.2.0/24")});
    EXPECT_THAT(world.apexes(), ElementsAre("0.192.in-addr.arpa.", "2.0.192.in-addr.arpa."));
    EXPECT_EQ(world.layout().parent_of(name("2.0.192.in-addr.arpa."))->network, 0U);
    EXPECT_FALSE(world.layout().is_reached_by_cname(1));
}

TEST(NestedNetwork, LongerThan24IsReachedByCname) {
    const World world({Network("192.0.2.0/24"), Network("192.0.2.64/26")});
    EXPECT_THAT(world.apexes(),
                ElementsAre("2.0.192.in-addr.arpa.", "64/26.2.0.192.in-addr.arpa."));
    EXPECT_TRUE(world.layout().is_reached_by_cname(1));
}

TEST(NestedNetwork, OfOneAddressIsADelegationWithoutCname) {
    const World world({Network("192.0.2.0/24"), Network("192.0.2.7/32")});
    EXPECT_THAT(world.apexes(), ElementsAre("2.0.192.in-addr.arpa.", "7.2.0.192.in-addr.arpa."));
    EXPECT_FALSE(world.layout().is_reached_by_cname(1));
}

TEST(NestedNetwork, OfOneAddressWithAStyleIsReachedByCname) {
    const World world(
        {Network("192.0.2.0/24"), Network("192.0.2.7/32").style(ClasslessStyle::slash)});
    EXPECT_THAT(world.apexes(), ElementsAre("2.0.192.in-addr.arpa.", "7/32.2.0.192.in-addr.arpa."));
    EXPECT_TRUE(world.layout().is_reached_by_cname(1));
}

TEST(NestedNetwork, MayBeFarBelowTheZoneAroundIt) {
    const World world({Network("10.0.0.0/8"), Network("10.1.2.64/26")});
    EXPECT_THAT(world.apexes(), ElementsAre("10.in-addr.arpa.", "64/26.2.1.10.in-addr.arpa."));
}

TEST(NestedNetwork, InANamedZoneIsNamedBelowIt) {
    const World world({Network("192.0.0.0/16").zone("reverse.example."), Network("192.0.2.0/24"),
                       Network("192.0.3.64/26")});
    EXPECT_THAT(world.apexes(),
                ElementsAre("reverse.example.", "2.reverse.example.", "64/26.3.reverse.example."));
}

// Rule 3.
TEST(InsideRfc2317, ChildrenAreNamedBelowItsApex) {
    const World world({Network("192.0.2.0/24"), Network("192.0.2.0/25"), Network("192.0.2.64/26"),
                       Network("192.0.2.70/32")});
    EXPECT_THAT(world.apexes(), ElementsAre("2.0.192.in-addr.arpa.", "0/25.2.0.192.in-addr.arpa.",
                                            "64/26.0/25.2.0.192.in-addr.arpa.",
                                            "70.64/26.0/25.2.0.192.in-addr.arpa."));
}

TEST(InsideRfc2317, ChildrenAreNamedBelowItsApexWithoutAnyNetworkAround) {
    const World world({Network("192.0.2.0/25"), Network("192.0.2.64/26")});
    EXPECT_THAT(world.apexes(),
                ElementsAre("0/25.2.0.192.in-addr.arpa.", "64/26.0/25.2.0.192.in-addr.arpa."));
}

TEST(InsideRfc2317, EachNetworkHasItsOwnStyle) {
    const World world({Network("192.0.2.0/25").style(ClasslessStyle::range),
                       Network("192.0.2.64/26").style(ClasslessStyle::dash)});
    EXPECT_THAT(world.apexes(),
                ElementsAre("0-127.2.0.192.in-addr.arpa.", "64-26.0-127.2.0.192.in-addr.arpa."));
}

TEST(InsideRfc2317, ChildrenOfANamedOneAreNamedBelowIt) {
    const World world({Network("192.0.2.0/25").zone("customer.example."), Network("192.0.2.64/26"),
                       Network("192.0.2.7/32")});
    EXPECT_THAT(world.apexes(),
                ElementsAre("customer.example.", "64/26.customer.example.", "7.customer.example."));
}

// Rule 4 rests on these two.
TEST(NetworkOf, IsTheInnermost) {
    const World world({Network("192.0.0.0/16"), Network("192.0.2.0/24"), Network("192.0.2.64/26")});
    EXPECT_EQ(world.layout().network_of(address("192.0.2.64")), 2U);
    EXPECT_EQ(world.layout().network_of(address("192.0.2.127")), 2U);
    EXPECT_EQ(world.layout().network_of(address("192.0.2.128")), 1U);
    EXPECT_EQ(world.layout().network_of(address("192.0.3.0")), 0U);
}

TEST(NetworkOf, IsNoneOutsideAll) {
    const World world({Network("192.0.2.0/24"), Network("2001:db8::/32")});
    EXPECT_EQ(world.layout().network_of(address("192.0.1.255")), std::nullopt);
    EXPECT_EQ(world.layout().network_of(address("192.0.3.0")), std::nullopt);
    EXPECT_EQ(world.layout().network_of(address("2001:db9::")), std::nullopt);
}

TEST(NetworkOf, TellsTheFamiliesApart) {
    const World world({Network("::/0"), Network("0.0.0.0/0")});
    EXPECT_EQ(world.layout().network_of(address("192.0.2.1")), 1U);
    EXPECT_EQ(world.layout().network_of(address("::c000:201")), 0U);
}

TEST(ParentOf, IsNullAtTheTop) {
    const World world({Network("192.0.2.0/24")});
    EXPECT_EQ(world.layout().parent_of(name("2.0.192.in-addr.arpa.")), nullptr);
}

TEST(ParentOf, IgnoresCase) {
    const World world({Network("192.0.2.0/24")});
    EXPECT_NE(world.layout().parent_of(name("7.2.0.192.IN-ADDR.ARPA.")), nullptr);
}

TEST(ParentOf, IsFoundByNameAmongUnrelatedNetworks) {
    const World world({Network::of_zone("example."), Network("192.0.2.0/24").zone("r.example.")});
    EXPECT_EQ(world.layout().parent_of(name("r.example."))->network, 0U);
}

TEST(Contradiction, TheSameNetworkTwiceIsAnErrorOfTheSecond) {
    const World world(
        {Network("192.0.2.0/24").file("a.yaml"), Network("192.0.2.0/24").file("b.yaml")});
    ASSERT_EQ(world.diagnostics().entries().size(), 1U);
    const Diagnostic& found = world.diagnostics().entries()[0];
    EXPECT_EQ(found.severity, Severity::error);
    EXPECT_EQ(found.file, "b.yaml");
    EXPECT_EQ(found.place, (Place{1, 1}));
    EXPECT_EQ(found.message, "192.0.2.0/24 is already the network of a.yaml:1");
    EXPECT_THAT(world.apexes_of(0), ElementsAre("2.0.192.in-addr.arpa."));
    EXPECT_THAT(world.apexes_of(1), IsEmpty());
}

TEST(Contradiction, TheSameNetworkUnderAnotherZoneNameIsAnErrorToo) {
    const World world({Network("192.0.2.0/24"), Network("192.0.2.0/24").zone("r.example.")});
    EXPECT_EQ(world.diagnostics().error_count(), 1U);
    EXPECT_THAT(world.apexes(), ElementsAre("2.0.192.in-addr.arpa."));
}

TEST(Contradiction, TheSameNetworkThreeTimesIsTwoErrors) {
    const World world({Network("192.0.2.0/24"), Network("192.0.2.0/24"), Network("192.0.2.0/24")});
    EXPECT_EQ(world.diagnostics().error_count(), 2U);
}

TEST(Contradiction, OneApexOfTwoUnrelatedNetworksIsAnError) {
    const World world({Network("192.0.2.0/24").zone("r.example.").file("a.yaml"),
                       Network("203.0.113.0/24").zone("R.example.").file("b.yaml")});
    ASSERT_EQ(world.diagnostics().entries().size(), 1U);
    EXPECT_EQ(world.diagnostics().entries()[0].file, "b.yaml");
    EXPECT_EQ(world.diagnostics().entries()[0].message,
              "zone r.example. is already the zone of 192.0.2.0/24 (a.yaml:1)");
    EXPECT_EQ(zone_at(world, "r.example.").network, 0U);
}

TEST(Contradiction, OneApexOfANetworkAndAZoneAloneIsAnError) {
    const World world(
        {Network::of_zone("r.example."), Network("203.0.113.0/24").zone("r.example.")});
    EXPECT_EQ(world.diagnostics().error_count(), 1U);
}

TEST(Contradiction, OneApexOfTwoZonesAloneIsAnError) {
    const World world({Network::of_zone("r.example."), Network::of_zone("r.example.")});
    EXPECT_EQ(world.diagnostics().error_count(), 1U);
    EXPECT_EQ(zone_at(world, "r.example.").network, 0U);
}

TEST(Contradiction, TwoNetworksInsideOneMayNotClaimOneApex) {
    const World world({Network("192.0.2.0/24"), Network("192.0.2.0/26").zone("r.example."),
                       Network("192.0.2.64/26").zone("r.example.")});
    EXPECT_EQ(world.diagnostics().error_count(), 1U);
    EXPECT_EQ(zone_at(world, "r.example.").network, 1U);
}

/// A name of `octets` octets before its root label.
std::string long_labels(unsigned octets) {
    std::string text;
    while (octets > 63) {
        text += std::string(62, 'x') + '.';
        octets -= 63;
    }
    return octets < 2 ? text : text + std::string(octets - 1, 'y') + '.';
}

TEST(OverLongNames, FitUpTo255Octets) {
    const std::string zone = long_labels(254 - 4);  // "\003255" in front
    ASSERT_EQ(name(zone).view().octets(), 251U);
    const World world({Network("192.0.2.0/24").zone(zone)});
    EXPECT_TRUE(world.diagnostics().is_empty());
}

TEST(OverLongNames, AreAnErrorOf256Octets) {
    const World world({Network("192.0.2.0/24").zone(long_labels(254 - 3))});
    ASSERT_EQ(world.diagnostics().entries().size(), 1U);
    EXPECT_THAT(world.diagnostics().entries()[0].message, HasSubstr("are longer than 255 octets"));
}

// The header: a network with an error has no zones.
TEST(OverLongNames, OfANamedZoneAreNotServed) {
    const World world({Network("192.0.2.0/24").zone(long_labels(254 - 3))});
    EXPECT_THAT(world.apexes(), IsEmpty());
}

TEST(OverLongNames, CountAsLongAsTheNetworkHasThem) {
    const std::string zone = long_labels(254 - 2);  // room for one digit only
    EXPECT_TRUE(World({Network("192.0.2.0/29").zone(zone)}).diagnostics().is_empty());
    EXPECT_FALSE(World({Network("192.0.2.8/29").zone(zone)}).diagnostics().is_empty());
}

TEST(OverLongNames, OfANestedNetworkAreItsOwnError) {
    const World world({Network("192.0.2.0/24").zone(long_labels(254 - 4)).file("a.yaml"),
                       Network("192.0.2.64/26").file("b.yaml")});
    ASSERT_EQ(world.diagnostics().entries().size(), 1U);
    EXPECT_EQ(world.diagnostics().entries()[0].file, "b.yaml");
    EXPECT_THAT(world.apexes_of(1), IsEmpty());
}

TEST(IsReachedByCname, OnlyByIpv4LongerThan24) {
    const World world(
        {Network("192.0.2.0/24").zone("r.example."), Network("203.0.113.0/25").zone("s.example."),
         Network("2001:db8::/121").zone("t.example."), Network::of_zone("u.example.")});
    EXPECT_FALSE(world.layout().is_reached_by_cname(0));
    EXPECT_TRUE(world.layout().is_reached_by_cname(1));
    EXPECT_FALSE(world.layout().is_reached_by_cname(2));
    EXPECT_FALSE(world.layout().is_reached_by_cname(3));
}

// The header: "whose zone is not at such a name itself".
TEST(IsReachedByCname, NotByAnAddressWhoseZoneIsNamedAsItWouldBeAnyway) {
    const World world(
        {Network("192.0.2.0/24"), Network("192.0.2.7/32").zone("7.2.0.192.in-addr.arpa.")});
    EXPECT_FALSE(world.layout().is_reached_by_cname(1));
}

/// Different random networks, many of them nested.
std::vector<Network> random_networks(Family family, std::mt19937_64& random) {
    const unsigned bits = address_bits(family);
    std::set<Prefix> prefixes;
    Address seed = test::random_address(Prefix(Address(family, 0), 0), random);
    for (int count = 0; count < 24; ++count) {
        const auto kept = static_cast<unsigned>(random() % (bits + 1));
        seed = test::random_address(Prefix(seed, kept), random);
        prefixes.insert(Prefix(seed, static_cast<unsigned>(random() % (bits + 1))));
    }
    std::vector<Network> networks;
    for (const Prefix& each : prefixes) networks.emplace_back(each.to_text());
    std::ranges::shuffle(networks, random);
    return networks;
}

class RandomNesting : public testing::TestWithParam<Family> {
protected:
    /// Calls `check` with many worlds and a number of addresses in and around their networks.
    template <class Check>
    void for_each_world(Check check) {
        std::mt19937_64 random(4592);
        for (int round = 0; round < 60; ++round) {
            const World world(random_networks(GetParam(), random));
            std::vector<Address> addresses;
            for (const NetworkEntry& entry : world.entries()) {
                addresses.push_back(entry.key.network->first());
                addresses.push_back(entry.key.network->last());
                addresses.push_back(test::random_address(*entry.key.network, random));
            }
            check(world, addresses);
        }
    }
};

std::optional<std::size_t> smallest_around(const World& world, Address at) {
    std::optional<std::size_t> smallest;
    for (std::size_t i = 0; i < world.entries().size(); ++i) {
        const Prefix& around = *world.entries()[i].key.network;
        if (!around.contains(at)) continue;
        if (!smallest || around.length() > world.entries()[*smallest].key.network->length())
            smallest = i;
    }
    return smallest;
}

TEST_P(RandomNesting, IsNoError) {
    for_each_world([](const World& world, const auto&) {
        EXPECT_TRUE(world.diagnostics().is_empty()) << world.diagnostics().to_text();
    });
}

TEST_P(RandomNesting, NetworkOfIsTheSmallestAround) {
    for_each_world([](const World& world, const auto& addresses) {
        for (const Address at : addresses)
            ASSERT_EQ(world.layout().network_of(at), smallest_around(world, at)) << at.to_text();
    });
}

TEST_P(RandomNesting, OuterOfIsTheSmallestAround) {
    for_each_world([](const World& world, const auto&) {
        for (std::size_t inner = 0; inner < world.entries().size(); ++inner) {
            std::optional<std::size_t> expected;
            const Prefix& prefix = *world.entries()[inner].key.network;
            for (std::size_t outer = 0; outer < world.entries().size(); ++outer) {
                const Prefix& around = *world.entries()[outer].key.network;
                if (outer == inner || !around.contains(prefix)) continue;
                if (!expected || around.length() > world.entries()[*expected].key.network->length())
                    expected = outer;
            }
            ASSERT_EQ(world.layout().outer_of(inner), expected);
        }
    });
}

TEST_P(RandomNesting, ZoneOfTheSmallestNetworkHoldsTheAddress) {
    for_each_world([](const World& world, const auto& addresses) {
        for (const Address at : addresses) {
            const std::size_t network = *smallest_around(world, at);
            const PlannedZone* const zone = world.layout().zone_of(network, at);
            ASSERT_NE(zone, nullptr) << at.to_text();
            EXPECT_EQ(zone->network, network);
            EXPECT_TRUE(zone->covered->contains(at));
        }
    });
}

TEST_P(RandomNesting, NoNetworkHoldsAnAddressInTwoZones) {
    for_each_world([](const World& world, const auto& addresses) {
        for (const Address at : addresses) {
            std::multiset<std::size_t> holders;
            for (const auto& [apex, zone] : world.layout().zones()) {
                if (zone.covered->contains(at)) holders.insert(zone.network);
            }
            for (const std::size_t network : holders) EXPECT_EQ(holders.count(network), 1U);
        }
    });
}

TEST_P(RandomNesting, ParentOfIsTheLongestApexAbove) {
    for_each_world([](const World& world, const auto&) {
        const auto& zones = world.layout().zones();
        for (const auto& [apex, zone] : zones) {
            const PlannedZone* expected = nullptr;
            for (const auto& [other, candidate] : zones) {
                const bool is_above = !(other == apex) && apex.view().is_at_or_below(other);
                if (!is_above) continue;
                if (expected == nullptr ||
                    other.view().label_count() > expected->apex.view().label_count())
                    expected = &candidate;
            }
            ASSERT_EQ(world.layout().parent_of(apex), expected) << apex.to_text();
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Layout, RandomNesting, testing::Values(Family::ipv4, Family::ipv6));

}  // namespace
}  // namespace arpad
