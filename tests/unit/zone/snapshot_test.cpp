#include "zone/snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/zone_fixtures.hpp"
#include "support/zone_maker.hpp"

namespace arpad {
namespace {

using test::name;

Snapshot snapshot_of(const std::vector<std::string_view>& apexes) {
    std::vector<std::shared_ptr<const Zone>> zones;
    for (const std::string_view apex : apexes) zones.push_back(Zone::make_unavailable(name(apex)));
    return Snapshot(std::move(zones));
}

std::string apex_for(const Snapshot& snapshot, std::string_view question,
                     RrType type = RrType::ptr) {
    const Zone* const zone = snapshot.find_zone(test::buffer(name(question)), type);
    return zone == nullptr ? "none" : zone->apex().to_text();
}

TEST(FindZone, IsTheZoneAtTheName) {
    EXPECT_EQ(apex_for(snapshot_of({"b.example."}), "b.example."), "b.example.");
}

TEST(FindZone, IsTheZoneAboveTheName) {
    EXPECT_EQ(apex_for(snapshot_of({"example."}), "c.b.a.example."), "example.");
}

TEST(FindZone, IsTheLongestApex) {
    const Snapshot snapshot =
        snapshot_of({"example.", "b.a.example.", "a.example.", "z.a.example."});
    EXPECT_EQ(apex_for(snapshot, "c.b.a.example."), "b.a.example.");
    EXPECT_EQ(apex_for(snapshot, "c.a.example."), "a.example.");
    EXPECT_EQ(apex_for(snapshot, "c.example."), "example.");
}

TEST(FindZone, IsNoneOutsideAll) {
    const Snapshot snapshot = snapshot_of({"a.example."});
    for (const char* question : {"example.", ".", "b.example.", "xa.example.", "a.example.com."})
        EXPECT_EQ(apex_for(snapshot, question), "none") << question;
}

TEST(FindZone, IsNoneInAnEmptySnapshot) {
    EXPECT_EQ(apex_for(snapshot_of({}), "a.example."), "none");
    EXPECT_EQ(apex_for(snapshot_of({}), "."), "none");
}

TEST(FindZone, IgnoresCase) {
    EXPECT_EQ(apex_for(snapshot_of({"a.example."}), "B.A.eXample."), "a.example.");
}

TEST(FindZone, MayBeTheRoot) {
    const Snapshot snapshot = snapshot_of({".", "example."});
    EXPECT_EQ(apex_for(snapshot, "a.b."), ".");
    EXPECT_EQ(apex_for(snapshot, "."), ".");
    EXPECT_EQ(apex_for(snapshot, "a.example."), "example.");
}

// RFC 4035 3.1.4.1
TEST(FindZone, DsAtAnApexIsTheParents) {
    const Snapshot snapshot = snapshot_of({"example.", "a.example."});
    EXPECT_EQ(apex_for(snapshot, "a.example.", RrType::ds), "example.");
}

TEST(FindZone, DsBelowAnApexIsTheZonesOwn) {
    const Snapshot snapshot = snapshot_of({"example.", "a.example."});
    EXPECT_EQ(apex_for(snapshot, "b.a.example.", RrType::ds), "a.example.");
}

TEST(FindZone, DsAtAnApexIsTheChildsIfNoParentIsServed) {
    EXPECT_EQ(apex_for(snapshot_of({"a.example.", "other."}), "a.example.", RrType::ds),
              "a.example.");
}

TEST(FindZone, DsOfTheRootIsTheRoots) {
    EXPECT_EQ(apex_for(snapshot_of({"."}), ".", RrType::ds), ".");
}

std::string address_apex_for(const Snapshot& snapshot, std::string_view text) {
    const Zone* const zone = snapshot.find_address_zone(test::address(text));
    return zone == nullptr ? "none" : zone->apex().to_text();
}

TEST(FindAddressZone, IsTheOneWithTheLongestPrefix) {
    const Snapshot snapshot({zone_for("10.0.0.0/8").build(), zone_for("10.1.0.0/16").build(),
                             zone_for("2001:db8::/32").build()});
    EXPECT_EQ(address_apex_for(snapshot, "10.0.0.1"), "10.in-addr.arpa.");
    EXPECT_EQ(address_apex_for(snapshot, "10.1.255.255"), "1.10.in-addr.arpa.");
    EXPECT_EQ(address_apex_for(snapshot, "10.2.0.0"), "10.in-addr.arpa.");
    EXPECT_EQ(address_apex_for(snapshot, "11.0.0.0"), "none");
    EXPECT_EQ(address_apex_for(snapshot, "2001:db8:ffff::1"), "8.b.d.0.1.0.0.2.ip6.arpa.");
    EXPECT_EQ(address_apex_for(snapshot, "::10.0.0.1"), "none");
}

TEST(FindAddressZone, IsNoneWhereTheNearestZoneIsNotAvailable) {
    const Snapshot snapshot(
        {zone_for("10.0.0.0/8").build(), Zone::make_unavailable(name("1.10.in-addr.arpa."))});
    EXPECT_EQ(address_apex_for(snapshot, "10.1.0.1"), "none");
    EXPECT_EQ(address_apex_for(snapshot, "10.2.0.1"), "10.in-addr.arpa.");
}

// `zone` of a zone file may give a network any name, such as another network's.
TEST(FindAddressZone, IsNoneWhereTheApexIsAnotherPrefixsName) {
    const Snapshot snapshot(
        {ZoneMaker(name("1.10.in-addr.arpa."), test::prefix("10.2.0.0/16")).build(),
         ZoneMaker(name("3.10.in-addr.arpa."), std::nullopt).build()});
    EXPECT_EQ(address_apex_for(snapshot, "10.1.0.1"), "none");
    EXPECT_EQ(address_apex_for(snapshot, "10.2.0.1"), "none");
    EXPECT_EQ(address_apex_for(snapshot, "10.3.0.1"), "none");
}

TEST(Snapshot, WithZonesHasThemInPlaceOfTheOldOnes) {
    const auto old = zone_for("10.0.0.0/8").build();
    const auto other = zone_for("11.0.0.0/8").build();
    const auto third = zone_for("12.0.0.0/8").build();
    const Snapshot before({old, other, third});
    const std::array changed{old->with_addresses(old->addresses(), Serial{9}),
                             Zone::make_unavailable(name("12.in-addr.arpa."))};
    const auto after = before.with_zones(changed);
    EXPECT_THAT(after->zones(), testing::ElementsAre(changed[0], other, changed[1]));
    EXPECT_EQ(after->find_address_zone(test::address("10.0.0.1")), changed[0].get());
    EXPECT_EQ(after->find_address_zone(test::address("11.0.0.1")), other.get());
    EXPECT_EQ(after->find_address_zone(test::address("12.0.0.1")), nullptr);
    EXPECT_EQ(apex_for(*after, "1.10.in-addr.arpa."), "10.in-addr.arpa.");
    EXPECT_EQ(before.find_address_zone(test::address("10.0.0.1")), old.get());
    EXPECT_EQ(before.find_address_zone(test::address("12.0.0.1")), third.get());
}

TEST(Snapshot, WithZonesDoesNotNeedThoseThatItHadInTheirPlace) {
    auto old = zone_for("10.0.0.0/8").build();
    auto before = std::make_shared<const Snapshot>(std::vector<std::shared_ptr<const Zone>>{old});
    const std::array changed{old->with_addresses(old->addresses(), Serial{9})};
    const auto after = before->with_zones(changed);
    before.reset();
    old.reset();
    EXPECT_EQ(apex_for(*after, "1.10.in-addr.arpa."), "10.in-addr.arpa.");
    EXPECT_EQ(apex_for(*after->with_zones(changed), "1.10.in-addr.arpa."), "10.in-addr.arpa.");
}

TEST(Snapshot, HoldsItsZonesInTheOrderGiven) {
    const Snapshot snapshot = snapshot_of({"b.", "a."});
    ASSERT_EQ(snapshot.zones().size(), 2U);
    EXPECT_EQ(snapshot.zones()[0]->apex().to_text(), "b.");
}

TEST(SnapshotDeathTest, RefusesOneApexTwice) {
    EXPECT_DEATH(snapshot_of({"a.example.", "A.example."}), "one zone");
}

}  // namespace
}  // namespace arpad
