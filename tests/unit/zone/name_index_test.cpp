#include "zone/name_index.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::name;

constexpr NodeId empty_node{0};

NameIndex index_of(const std::vector<std::string_view>& names) {
    std::vector<NameIndex::Entry> entries;
    for (const std::string_view text : names)
        entries.push_back({name(text), NodeId(100 + entries.size())});
    return {name("example."), entries, empty_node};
}

TEST(NameIndex, FindsTheNodeOfAName) {
    const NameIndex index = index_of({"a.example.", "b.example."});
    EXPECT_EQ(index.find(name("a.example.")), NodeId(100));
    EXPECT_EQ(index.find(name("b.example.")), NodeId(101));
    EXPECT_EQ(index.size(), 2U);
}

TEST(NameIndex, FindsNoOtherName) {
    const NameIndex index = index_of({"b.a.example."});
    for (const char* text : {"b.example.", "c.b.a.example.", "a.b.example.", "example.", "."})
        EXPECT_EQ(index.find(name(text)), std::nullopt) << text;
}

TEST(NameIndex, HasTheEmptyNodeBetweenANameAndTheApex) {
    const NameIndex index = index_of({"c.b.a.example."});
    EXPECT_EQ(index.find(name("b.a.example.")), empty_node);
    EXPECT_EQ(index.find(name("a.example.")), empty_node);
    EXPECT_EQ(index.size(), 3U);
}

TEST(NameIndex, NameMayComeAfterOneBelowIt) {
    const NameIndex index = index_of({"c.b.a.example.", "a.example.", "b.a.example."});
    EXPECT_EQ(index.find(name("a.example.")), NodeId(101));
    EXPECT_EQ(index.find(name("b.a.example.")), NodeId(102));
    EXPECT_EQ(index.size(), 3U);
}

TEST(NameIndex, NameMayComeBeforeOneBelowIt) {
    const NameIndex index = index_of({"a.example.", "c.b.a.example."});
    EXPECT_EQ(index.find(name("a.example.")), NodeId(100));
    EXPECT_EQ(index.find(name("b.a.example.")), empty_node);
}

TEST(NameIndex, HasNothingByDefault) {
    EXPECT_EQ(NameIndex().find(name("a.example.")), std::nullopt);
}

TEST(NameIndex, StandsBelowTheRootToo) {
    const std::vector<NameIndex::Entry> entries{{name("b.a."), NodeId(7)}};
    const NameIndex index(name("."), entries, empty_node);
    EXPECT_EQ(index.find(name("b.a.")), NodeId(7));
    EXPECT_EQ(index.find(name("a.")), empty_node);
    EXPECT_EQ(index.find(name(".")), std::nullopt);
}

TEST(NameIndex, OutlivesTheEntries) {
    std::vector<NameIndex::Entry> entries{{name("b.a.example."), NodeId(7)}};
    const NameIndex index(name("example."), entries, empty_node);
    entries.clear();
    EXPECT_EQ(index.find(name("b.a.example.")), NodeId(7));
}

TEST(NameIndex, FindsAfterAMove) {
    NameIndex index = index_of({"c.b.a.example."});
    const NameIndex moved = std::move(index);
    EXPECT_EQ(moved.find(name("c.b.a.example.")), NodeId(100));
    EXPECT_EQ(moved.find(name("a.example.")), empty_node);
}

TEST(NameIndex, HoldsManyNames) {
    std::vector<NameIndex::Entry> entries;
    for (std::uint32_t i = 0; i < 50'000; ++i) {
        const auto text = std::to_string(i % 250) + "." + std::to_string(i / 250) + ".example.";
        entries.push_back({name(text), NodeId(i + 1)});
    }
    const NameIndex index(name("example."), entries, empty_node);
    EXPECT_EQ(index.size(), 50'000U + 200U);
    for (const NameIndex::Entry& entry : entries) ASSERT_EQ(index.find(entry.name), entry.node);
}

TEST(NameIndexDeathTest, RefusesTheApexAndNamesOutside) {
    EXPECT_DEATH(index_of({"example."}), "below its apex");
    EXPECT_DEATH(index_of({"a.other."}), "below its apex");
}

}  // namespace
}  // namespace arpad
