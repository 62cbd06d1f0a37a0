#include "zone/builder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/built_networks.hpp"
#include "support/zone_fixtures.hpp"
#include "zone/snapshot.hpp"

namespace arpad {
namespace {

using test::address;
using test::Built;
using test::name;
using test::Network;
using test::prefix;
using test::targets_at;
using test::texts_of;
using test::ttl_at;
using test::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(BuildZones, HasOneZonePerApex) {
    const Built built({Network("198.18.0.0/15"), Network("192.0.2.0/24")});
    EXPECT_EQ(built.snapshot().zones().size(), 3U);
}

TEST(BuildZones, GivesEveryZoneOfANetworkItsNameservers) {
    const Built built({Network("198.18.0.0/15")});
    for (const char* apex : {"18.198.in-addr.arpa.", "19.198.in-addr.arpa."})
        EXPECT_THAT(targets_at(built.zone(apex), apex, RrType::ns),
                    ElementsAre("ns1.example.net.", "ns2.example.net."));
}

TEST(BuildZones, PutsEachRecordIntoItsZone) {
    const Built built({Network("198.18.0.0/15")
                           .ptr("198.18.0.1", {"a.example."})
                           .ptr("198.19.255.255", {"b.example.", "c.example."})});
    EXPECT_THAT(
        targets_at(built.zone("18.198.in-addr.arpa."), "1.0.18.198.in-addr.arpa.", RrType::ptr),
        ElementsAre("a.example."));
    EXPECT_THAT(
        targets_at(built.zone("19.198.in-addr.arpa."), "255.255.19.198.in-addr.arpa.", RrType::ptr),
        ElementsAre("b.example.", "c.example."));
}

TEST(BuildZones, RecordWithoutNamesIsNoPtr) {
    const Built built({Network("192.0.2.0/24").ptr("192.0.2.13", {})});
    EXPECT_EQ(built.zone("2.0.192.in-addr.arpa.").addresses().size(), 0U);
}

TEST(BuildZones, PtrOfAOneAddressNetworkStandsAtTheApex) {
    const Built built({Network("192.0.2.7/32").ptr("192.0.2.7", {"a.example."})});
    EXPECT_THAT(
        targets_at(built.zone("7.2.0.192.in-addr.arpa."), "7.2.0.192.in-addr.arpa.", RrType::ptr),
        ElementsAre("a.example."));
}

TEST(BuildZones, NamedZoneHasItsRecordsBelowItsName) {
    const Built built({Network("192.0.2.64/26").zone("c.example.").ptr("192.0.2.70", {"h."})});
    EXPECT_THAT(targets_at(built.zone("c.example."), "70.c.example.", RrType::ptr),
                ElementsAre("h."));
}

TEST(BuildZones, ZoneWithoutAPrefixHasSoaAndNs) {
    const Built built({Network::of_zone("rpz.example.")});
    EXPECT_EQ(targets_at(built.zone("rpz.example."), "rpz.example.", RrType::ns).size(), 2U);
    EXPECT_EQ(built.zone("rpz.example.").serial(), Serial{1});
}

TEST(Ttls, AreTheNetworksUnlessWritten) {
    Network network("192.0.2.0/24");
    network.model().ttl = {1234};
    network.ptr("192.0.2.1", {"a."}).ptr("192.0.2.2", {"b."}, Ttl{0});
    const Built built({network});
    const Zone& zone = built.zone("2.0.192.in-addr.arpa.");
    EXPECT_EQ(ttl_at(zone, "1.2.0.192.in-addr.arpa.", RrType::ptr), Ttl{1234});
    EXPECT_EQ(ttl_at(zone, "2.2.0.192.in-addr.arpa.", RrType::ptr), Ttl{0});
    EXPECT_EQ(ttl_at(zone, "2.0.192.in-addr.arpa.", RrType::ns), Ttl{1234});
    EXPECT_EQ(ttl_at(zone, "2.0.192.in-addr.arpa.", RrType::soa), Ttl{1234});
}

TEST(Ttls, OfSoaAndNsAreTheirOwnIfWritten) {
    Network network("192.0.2.0/24");
    network.model().nameservers_ttl = {11};
    network.model().soa.ttl = {22};
    const Built built({network});
    const Zone& zone = built.zone("2.0.192.in-addr.arpa.");
    EXPECT_EQ(ttl_at(zone, "2.0.192.in-addr.arpa.", RrType::ns), Ttl{11});
    EXPECT_EQ(ttl_at(zone, "2.0.192.in-addr.arpa.", RrType::soa), Ttl{22});
}

TEST(Ttls, OfADelegationAreTheInnersAndOfItsCnamesTheOuters) {
    Network outer("192.0.2.0/24");
    outer.model().ttl = {11};
    Network inner("192.0.2.64/26");
    inner.model().ttl = {22};
    inner.model().nameservers_ttl = {33};
    const Built built({outer, inner});
    const Zone& zone = built.zone("2.0.192.in-addr.arpa.");
    EXPECT_EQ(ttl_at(zone, "64/26.2.0.192.in-addr.arpa.", RrType::ns), Ttl{33});
    EXPECT_EQ(ttl_at(zone, "70.2.0.192.in-addr.arpa.", RrType::cname), Ttl{11});
}

TEST(NestedZones, HaveTheirNsInTheOuterZone) {
    Network inner("192.0.2.0/24");
    inner.model().nameservers = {{name("ns.inner.example."), {}}};
    const Built built({Network("192.0.0.0/16"), inner});
    const Zone& outer = built.zone("0.192.in-addr.arpa.");
    EXPECT_THAT(targets_at(outer, "2.0.192.in-addr.arpa.", RrType::ns),
                ElementsAre("ns.inner.example."));
    EXPECT_TRUE(outer.cuts().test(1));
}

TEST(NestedZones, HaveEachTheirNsIfTheyAreSeveral) {
    const Built built({Network("2001:db8::/32"), Network("2001:db8:8000::/35")});
    const Zone& outer = built.zone("8.b.d.0.1.0.0.2.ip6.arpa.");
    for (const char* apex : {"8.8.b.d.0.1.0.0.2.ip6.arpa.", "9.8.b.d.0.1.0.0.2.ip6.arpa."})
        EXPECT_EQ(targets_at(outer, apex, RrType::ns).size(), 2U) << apex;
    EXPECT_THAT(targets_at(outer, "a.8.b.d.0.1.0.0.2.ip6.arpa.", RrType::ns), IsEmpty());
}

TEST(NestedZones, OfOneAddressAreDelegatedWithoutCname) {
    const Built built({Network("192.0.2.0/24"), Network("192.0.2.7/32")});
    const Zone& outer = built.zone("2.0.192.in-addr.arpa.");
    EXPECT_EQ(targets_at(outer, "7.2.0.192.in-addr.arpa.", RrType::ns).size(), 2U);
    EXPECT_THAT(targets_at(outer, "7.2.0.192.in-addr.arpa.", RrType::cname), IsEmpty());
}

// RFC 2317 4: network and broadcast address included.
TEST(Rfc2317, EveryAddressOfTheChildIsACname) {
    for (unsigned length = 25; length < 32; ++length) {
        const Prefix inner(address("192.0.2.128"), length);
        const Built built({Network("192.0.2.0/24"), Network(inner.to_text())});
        const Zone& outer = built.zone("2.0.192.in-addr.arpa.");
        for (unsigned octet = 0; octet < 256; ++octet) {
            const auto owner = fmt::format("{}.2.0.192.in-addr.arpa.", octet);
            const bool is_inside =
                inner.contains(Address(Family::ipv4, address("192.0.2.0").value() + octet));
            std::vector<std::string> expected;
            if (is_inside)
                expected = {fmt::format("{}.128/{}.2.0.192.in-addr.arpa.", octet, length)};
            EXPECT_EQ(targets_at(outer, owner, RrType::cname), expected) << owner;
        }
    }
}

TEST(Rfc2317, CnamesFollowTheStyle) {
    const auto target = [](ClasslessStyle style) {
        const Built built({Network("192.0.2.0/24"), Network("192.0.2.64/26").style(style)});
        return targets_at(built.zone("2.0.192.in-addr.arpa."), "70.2.0.192.in-addr.arpa.",
                          RrType::cname);
    };
    EXPECT_THAT(target(ClasslessStyle::slash), ElementsAre("70.64/26.2.0.192.in-addr.arpa."));
    EXPECT_THAT(target(ClasslessStyle::dash), ElementsAre("70.64-26.2.0.192.in-addr.arpa."));
    EXPECT_THAT(target(ClasslessStyle::range), ElementsAre("70.64-127.2.0.192.in-addr.arpa."));
}

TEST(Rfc2317, OneAddressWithAStyleIsACname) {
    const Built built(
        {Network("192.0.2.0/24"), Network("192.0.2.7/32").style(ClasslessStyle::slash)});
    EXPECT_THAT(
        targets_at(built.zone("2.0.192.in-addr.arpa."), "7.2.0.192.in-addr.arpa.", RrType::cname),
        ElementsAre("7.7/32.2.0.192.in-addr.arpa."));
}

TEST(Rfc2317, CnamesLeadToANamedZone) {
    const Built built({Network("192.0.2.0/24"), Network("192.0.2.64/26").zone("c.example.")});
    EXPECT_THAT(
        targets_at(built.zone("2.0.192.in-addr.arpa."), "70.2.0.192.in-addr.arpa.", RrType::cname),
        ElementsAre("70.c.example."));
}

TEST(Rfc2317, CnamesChainThroughNestedNetworks) {
    const Built built({Network("192.0.2.0/24"), Network("192.0.2.0/25"), Network("192.0.2.64/26")});
    EXPECT_THAT(
        targets_at(built.zone("2.0.192.in-addr.arpa."), "70.2.0.192.in-addr.arpa.", RrType::cname),
        ElementsAre("70.0/25.2.0.192.in-addr.arpa."));
    const Zone& middle = built.zone("0/25.2.0.192.in-addr.arpa.");
    EXPECT_THAT(targets_at(middle, "70.0/25.2.0.192.in-addr.arpa.", RrType::cname),
                ElementsAre("70.64/26.0/25.2.0.192.in-addr.arpa."));
    EXPECT_EQ(targets_at(middle, "64/26.0/25.2.0.192.in-addr.arpa.", RrType::ns).size(), 2U);
}

TEST(Rfc2317, ChildAtTheUsualNamesNeedsNoCnames) {
    const Built built(
        {Network("192.0.0.0/16"),
         Network("192.0.2.64/26").zone("2.0.192.in-addr.arpa.").ptr("192.0.2.70", {"h."})});
    const Zone& zone = built.zone("2.0.192.in-addr.arpa.");
    EXPECT_THAT(targets_at(zone, "70.2.0.192.in-addr.arpa.", RrType::ptr), ElementsAre("h."));
    EXPECT_THAT(targets_at(zone, "70.2.0.192.in-addr.arpa.", RrType::cname), IsEmpty());
}

// RFC 1034 3.6.2: where a CNAME is, nothing else is.
TEST(Rfc2317, NoNameHasBothCnameAndNs) {
    const Built built({Network("192.0.2.0/24"), Network("192.0.2.64/26"),
                       Network("192.0.2.70/32").zone("70.2.0.192.in-addr.arpa.")});
    const Zone& outer = built.zone("2.0.192.in-addr.arpa.");
    EXPECT_EQ(targets_at(outer, "70.2.0.192.in-addr.arpa.", RrType::ns).size(), 2U);
    EXPECT_THAT(targets_at(outer, "70.2.0.192.in-addr.arpa.", RrType::cname), IsEmpty());
}

TEST(BrokenNetwork, HasUnavailableZones) {
    const Built built({Network("198.18.0.0/15").broken(), Network("192.0.2.0/24")});
    EXPECT_FALSE(built.zone("18.198.in-addr.arpa.").is_available());
    EXPECT_FALSE(built.zone("19.198.in-addr.arpa.").is_available());
    EXPECT_TRUE(built.zone("2.0.192.in-addr.arpa.").is_available());
}

TEST(BrokenNetwork, IsStillReachedByCname) {
    const Built built({Network("192.0.2.0/24"), Network("192.0.2.64/26").broken()});
    EXPECT_THAT(
        targets_at(built.zone("2.0.192.in-addr.arpa."), "70.2.0.192.in-addr.arpa.", RrType::cname),
        ElementsAre("70.64/26.2.0.192.in-addr.arpa."));
}

TEST(BrokenNetwork, LeavesTheNetworkInsideItInService) {
    const Built built(
        {Network("192.0.2.0/24").broken(), Network("192.0.2.64/26").ptr("192.0.2.70", {"h."})});
    EXPECT_FALSE(built.zone("2.0.192.in-addr.arpa.").is_available());
    EXPECT_THAT(targets_at(built.zone("64/26.2.0.192.in-addr.arpa."),
                           "70.64/26.2.0.192.in-addr.arpa.", RrType::ptr),
                ElementsAre("h."));
}

TEST(BrokenNetwork, IsAskedForNoSerial) {
    const Built built({Network("192.0.2.0/24").broken()});
    EXPECT_THROW((void)built.content_of("2.0.192.in-addr.arpa."), std::out_of_range);
}

// Rule 4.
TEST(CheckNetworks, RecordInsideANestedNetworkIsAnError) {
    const Built built(
        {Network("192.0.2.0/24").file("a.yaml").ptr("192.0.2.1", {"a."}).ptr("192.0.2.64", {"b."}),
         Network("192.0.2.64/26").file("b.yaml")});
    EXPECT_THAT(texts_of(built.diagnostics()),
                ElementsAre("a.yaml:11:3: error: 192.0.2.64 belongs to the nested network "
                            "192.0.2.64/26\n  move it to b.yaml"));
}

TEST(CheckNetworks, EveryMisplacedRecordIsReported) {
    const Built built({Network("192.0.2.0/24")
                           .ptr("192.0.2.64", {"a."})
                           .ptr("192.0.2.70", {})
                           .ptr("192.0.2.127", {"c."}),
                       Network("192.0.2.64/26")});
    EXPECT_EQ(built.diagnostics().error_count(), 3U);
}

TEST(CheckNetworks, RecordInsideABrokenNestedNetworkIsAnErrorToo) {
    const Built built(
        {Network("192.0.2.0/24").ptr("192.0.2.64", {"a."}), Network("192.0.2.64/26").broken()});
    EXPECT_EQ(built.diagnostics().error_count(), 1U);
}

TEST(CheckNetworks, RecordsBesideANestedNetworkAreFine) {
    const Built built({Network("192.0.2.0/24").ptr("192.0.2.63", {"a."}).ptr("192.0.2.128", {"b."}),
                       Network("192.0.2.64/26").ptr("192.0.2.64", {"c."})});
    EXPECT_TRUE(built.diagnostics().is_empty());
}

TEST(CheckNetworks, BrokenNetworkIsNotLookedInto) {
    const Built built(
        {Network("192.0.2.0/24").ptr("192.0.2.64", {"a."}).broken(), Network("192.0.2.64/26")});
    EXPECT_TRUE(built.diagnostics().is_empty());
}

// The layout has already said what is wrong; its records are in the right place.
TEST(CheckNetworks, RecordsOfASecondFileOfTheSameNetworkAreNoFurtherErrors) {
    const World world({Network("192.0.2.0/24"), Network("192.0.2.0/24").ptr("192.0.2.1", {"a."})});
    Diagnostics diagnostics;
    (void)check_networks(world.input(), diagnostics);
    EXPECT_TRUE(diagnostics.is_empty()) << diagnostics.to_text();
}

TEST(CheckNetworks, RrsetThatNoMessageHoldsIsAnError) {
    const std::vector<Name> targets = [] {
        std::vector<Name> names;
        for (int i = 0; i < 2000; ++i)
            names.push_back(name(fmt::format("host-number-{:06}.example.net.", i)));
        return names;
    }();
    Network network("192.0.2.0/24");
    network.file("a.yaml").ptr("192.0.2.1", {});
    network.edit(0, [&](RecordModel& record) { record.names = targets; });
    const Built built({network});
    ASSERT_EQ(built.diagnostics().error_count(), 1U);
    EXPECT_THAT(texts_of(built.diagnostics())[0],
                HasSubstr("the 2000 names of 192.0.2.1 do not fit into a DNS message"));
}

TEST(CheckNetworks, NsRrsetThatNoMessageHoldsIsAnErrorToo) {
    Network network("192.0.2.0/24");
    for (int i = 0; i < 3000; ++i) {
        network.model().nameservers.push_back(
            {name(fmt::format("nameserver-{:06}.example.net.", i)), {}});
    }
    EXPECT_EQ(Built({network}).diagnostics().error_count(), 1U);
}

TEST(Serials, OfTheDecisionReachTheSoa) {
    const Built built({Network("198.18.0.0/15")}, {.serial = {2026112201}});
    EXPECT_EQ(built.zone("18.198.in-addr.arpa.").serial(), Serial{2026112201});
    EXPECT_EQ(built.zone("19.198.in-addr.arpa.").serial(), Serial{2026112201});
}

TEST(Serials, OldFloorIsAWarningAtItsPlace) {
    Network network("192.0.2.0/24");
    network.file("a.yaml").model().soa.serial = {SerialModel::Kind::floor, {5}, {7, 11}};
    const Built built({network}, {.serial = {6}, .floor_is_old = true});
    ASSERT_EQ(built.diagnostics().warning_count(), 1U);
    EXPECT_THAT(texts_of(built.diagnostics())[0],
                HasSubstr("a.yaml:7:11: warning: the content of 2.0.192.in-addr.arpa. changed, but "
                          "`serial` is still 5: serving 6"));
}

TEST(Serials, NoWarningWithoutAnOldFloor) {
    EXPECT_TRUE(Built({Network("192.0.2.0/24")}).diagnostics().is_empty());
}

Digest content_with(const Network& network) {
    return Built({network}).content_of("2.0.192.in-addr.arpa.");
}

Network plain() {
    return Network("192.0.2.0/24").ptr("192.0.2.1", {"a."}).ptr("192.0.2.2", {"b."});
}

TEST(ContentOfAZone, DoesNotDependOnOrderPlacesLocksOrTheFileName) {
    Network other = plain();
    other.file("elsewhere.yaml");
    other.model().records = {};
    other.ptr("192.0.2.2", {"b."}).ptr("192.0.2.1", {"a."}).edit(0, [](RecordModel& record) {
        record.place = {99, 9};
        record.locked = true;
    });
    std::swap(other.model().nameservers[0], other.model().nameservers[1]);
    EXPECT_EQ(content_with(other), content_with(plain()));
}

TEST(ContentOfAZone, DoesNotDependOnTheSerial) {
    Network other = plain();
    other.model().soa.serial = {SerialModel::Kind::fixed, {7}, {}};
    EXPECT_EQ(content_with(other), content_with(plain()));
}

TEST(ContentOfAZone, DependsOnEveryOtherField) {
    const auto changes = [](auto change) {
        Network other = plain();
        change(other.model());
        return content_with(other) != content_with(plain());
    };
    const auto record_changes = [](const std::function<void(RecordModel&)>& change) {
        return content_with(plain().edit(0, change)) != content_with(plain());
    };
    EXPECT_TRUE(changes([](NetworkModel& m) { m.ttl = {60}; }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.nameservers_ttl = Ttl{60}; }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.nameservers[0].name = name("z."); }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.nameservers.pop_back(); }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.soa.primary = name("z."); }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.soa.ttl = Ttl{60}; }));
    EXPECT_TRUE(record_changes([](RecordModel& r) { r.ttl = Ttl{60}; }));
    EXPECT_TRUE(record_changes([](RecordModel& r) { r.names = {name("z.")}; }));
    EXPECT_TRUE(record_changes([](RecordModel& r) { r.names.clear(); }));
    EXPECT_TRUE(record_changes([](RecordModel& r) { r.address = address("192.0.2.3"); }));
}

TEST(ContentOfAZone, DependsOnTheNetworksInsideIt) {
    const auto outer_content = [](std::vector<Network> networks) {
        networks.insert(networks.begin(), Network("192.0.2.0/24"));
        return Built(std::move(networks)).content_of("2.0.192.in-addr.arpa.");
    };
    const Digest alone = outer_content({});
    const Digest with_child = outer_content({Network("192.0.2.64/26")});
    EXPECT_NE(with_child, alone);
    EXPECT_NE(outer_content({Network("192.0.2.64/26").style(ClasslessStyle::dash)}), with_child);
    EXPECT_EQ(outer_content({Network("192.0.2.64/26").ptr("192.0.2.70", {"h."})}), with_child);
}

/// 192.0.2.0/24 with one of everything that ranges, delegations and extra can say.
Network rich() {
    return Network("192.0.2.0/24")
        .range("192.0.2.0/25", "{ip}.dyn.example.")
        .range("192.0.2.0/26", "h{host}.dyn.example.", Ttl{60})
        .hole("192.0.2.0/27")
        .delegation("192.0.2.200/32", {"a.example.", "b.example."})
        .extra("x.2.0.192.in-addr.arpa. TXT x")
        .extra("x.2.0.192.in-addr.arpa. TXT y")
        .extra("x.2.0.192.in-addr.arpa. A 192.0.2.1")
        .extra("100.2.0.192.in-addr.arpa. TXT x");
}

TEST(ContentOfAZone, DoesNotDependOnTheOrderOrPlaceOfExtraAndDelegations) {
    Network other = rich();
    std::ranges::reverse(other.model().extra);
    std::ranges::reverse(other.model().delegations[0].nameservers);
    other.model().extra[0].place = {99, 9};
    other.model().ranges[0].place = {99, 9};
    other.model().delegations[0].place = {99, 9};
    EXPECT_EQ(content_with(other), content_with(rich()));
}

TEST(ContentOfAZone, DoesNotDependOnHowTheSameHolesAreWritten) {
    Network other = rich();
    other.hole("192.0.2.0/28");
    EXPECT_EQ(content_with(other), content_with(rich()));
}

TEST(ContentOfAZone, DependsOnRangesDelegationsAndExtra) {
    const auto changes = [](auto change) {
        Network other = rich();
        change(other.model());
        return content_with(other) != content_with(rich());
    };
    EXPECT_TRUE(changes([](NetworkModel& m) {
        m.ranges[0].names = *NameTemplate::make("{ip}.dsl.example.", m.ranges[0].range);
    }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.ranges[0].ttl = Ttl{61}; }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.ranges[1].ttl = Ttl{61}; }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.ranges.pop_back(); }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.ranges.erase(m.ranges.begin()); }));
    EXPECT_TRUE(
        changes([](NetworkModel& m) { m.ranges[2].range = range_from_text("192.0.2.0/28"); }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.delegations[0].ttl = Ttl{61}; }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.delegations[0].nameservers.pop_back(); }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.delegations.clear(); }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.delegations[0].ds = {{0, 1, 13, 2, 7}}; }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.extra.pop_back(); }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.extra.back().ttl = Ttl{61}; }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.extra.back().rdata = {1, 'z'}; }));
    EXPECT_TRUE(changes([](NetworkModel& m) { m.extra.back().type = static_cast<RrType>(99); }));
    EXPECT_TRUE(
        changes([](NetworkModel& m) { m.extra.back().owner = name("101.2.0.192.in-addr.arpa."); }));
}

// `{host}` counts from the first address of the range.
TEST(ContentOfAZone, DependsOnWhereARangeWithHostNumbersBegins) {
    const auto content = [](std::string_view range) {
        return content_with(Network("192.0.2.0/24")
                                .hole("192.0.2.0/24")
                                .range(range, "h{host}.example.")
                                .ptr("192.0.2.0", {"a."})
                                .ptr("192.0.2.1", {"a."}));
    };
    EXPECT_NE(content("192.0.2.0-192.0.2.9"), content("192.0.2.1-192.0.2.9"));
}

TEST(ContentOfAZone, DependsOnTheDefaultsThatAreHeard) {
    const auto content = [](std::optional<test::Inventory> inventory) {
        return Built({rich()}, std::move(inventory)).content_of("2.0.192.in-addr.arpa.");
    };
    const auto server = [](std::string_view host, std::string_view at) {
        return test::Inventory().server(host, {at});
    };
    const Digest without = content(std::nullopt);
    const Digest with = content(server("s.example.", "192.0.2.150"));
    EXPECT_NE(with, without);
    EXPECT_NE(content(server("t.example.", "192.0.2.150")), with);
    EXPECT_NE(content(server("s.example.", "192.0.2.151")), with);
    auto other_ttl = server("s.example.", "192.0.2.150");
    other_ttl.model().ttl = Ttl{5};
    EXPECT_NE(content(other_ttl), with);
    EXPECT_EQ(content(server("s.example.", "192.0.2.3")), without) << "in a hole";
    EXPECT_EQ(content(server("s.example.", "192.0.2.200")), without) << "in a delegation";
    EXPECT_EQ(content(server("s.example.", "192.0.3.1")), without) << "in no zone";
}

// What names an address is not what counts, but which name it is.
TEST(ContentOfAZone, DoesNotDependOnTheLayerThatANameIsFrom) {
    EXPECT_EQ(Built({plain()}, test::Inventory().server("s.example.", {"192.0.2.9"}))
                  .content_of("2.0.192.in-addr.arpa."),
              content_with(plain().ptr("192.0.2.9", {"s.example."})));
    EXPECT_EQ(content_with(plain().extra("9.2.0.192.in-addr.arpa. PTR s.example.")),
              content_with(plain().ptr("192.0.2.9", {"s.example."})));
}

/// Follows `owner` through CNAMEs, as a resolver that asks us would; its PTR targets.
std::vector<std::string> resolve(const Snapshot& snapshot, Name owner) {
    for (int step = 0; step < 10; ++step) {
        const Zone* const zone = snapshot.find_zone(test::buffer(owner), RrType::ptr);
        if (zone == nullptr) return {"no zone of " + owner.to_text()};
        const auto ptr = targets_at(*zone, owner.to_text(), RrType::ptr);
        const auto cname = targets_at(*zone, owner.to_text(), RrType::cname);
        if (cname.empty()) return ptr;
        owner = name(cname[0]);
    }
    return {"a loop at " + owner.to_text()};
}

/// Random networks inside `around`, which is one of them, with a few records each.
std::vector<Network> nested_networks(const Prefix& around, std::mt19937_64& random) {
    std::set<Prefix> prefixes{around};
    const unsigned bits = around.first().bits();
    Address seed = around.first();
    for (int count = 0; count < 14; ++count) {
        const unsigned kept =
            around.length() + static_cast<unsigned>(random() % (bits - around.length() + 1));
        seed = test::random_address(Prefix(seed, kept), random);
        const unsigned length =
            around.length() + static_cast<unsigned>(random() % (bits - around.length() + 1));
        prefixes.insert(Prefix(seed, length));
    }
    std::vector<Network> networks;
    for (const Prefix& each : prefixes) networks.emplace_back(each.to_text());
    for (Network& network : networks) {
        const Prefix own = *network.model().key.network;
        if (own.length() == bits && random() % 2 == 0 && own.family() == Family::ipv4)
            network.style(ClasslessStyle::range);
        std::set<Address> taken;
        for (const Address at : {own.first(), own.last(), test::random_address(own, random)}) {
            const bool is_inner = std::ranges::any_of(prefixes, [&](const Prefix& other) {
                return own != other && own.contains(other) && other.contains(at);
            });
            if (is_inner || !taken.insert(at).second) continue;
            network.ptr(at, {at.to_text().find(':') == std::string::npos
                                 ? std::string_view("v4.example.")
                                 : std::string_view("v6.example.")});
        }
    }
    std::ranges::shuffle(networks, random);
    return networks;
}

// Whatever is nested in what, the reverse name of an address leads to its record.
TEST(NestedAtRandom, EveryRecordIsFoundByItsReverseName) {
    std::mt19937_64 random(2317);
    for (const char* around : {"192.0.2.0/24", "192.0.0.0/15", "2001:db8::/33", "2001:db8::/124"}) {
        for (int round = 0; round < 40; ++round) {
            const Built built(nested_networks(prefix(around), random));
            ASSERT_TRUE(built.diagnostics().is_empty()) << built.diagnostics().to_text();
            for (const NetworkEntry& entry : built.world().entries()) {
                for (const RecordView record : entry.model->records) {
                    ASSERT_THAT(resolve(built.snapshot(), arpa_name(record.address)),
                                ElementsAre(record.names[0].to_text()))
                        << record.address.to_text() << " of " << display_name(entry.key);
                }
            }
        }
    }
}

}  // namespace
}  // namespace arpad
