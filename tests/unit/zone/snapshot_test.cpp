#include "zone/snapshot.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/zone_fixtures.hpp"

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
