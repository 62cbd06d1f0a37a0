#include "zone/tree_memory.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <set>
#include <vector>

namespace arpad {
namespace {

TEST(TreeMemory, PiecesAreApartAndAligned) {
    TreeChunks chunks;
    std::vector<TreeSpace> spaces;
    std::set<std::uintptr_t> places;
    for (std::size_t octets = 1; octets <= 3000; ++octets) {
        spaces.push_back(chunks.allocate(octets));
        std::memset(spaces.back().data, static_cast<int>(octets % 251), octets);
        const auto place = reinterpret_cast<std::uintptr_t>(spaces.back().data);
        EXPECT_EQ(place % alignof(std::uint64_t), 0U);
        EXPECT_TRUE(places.insert(place).second);
    }
    for (std::size_t i = 0; i < spaces.size(); ++i) {
        const auto* const octets = static_cast<const std::uint8_t*>(spaces[i].data);
        for (std::size_t at = 0; at <= i; ++at) ASSERT_EQ(octets[at], (i + 1) % 251);
        EXPECT_EQ(spaces[i].memory, TreeMemory::chunk);
        free_tree_space(spaces[i]);
    }
}

TEST(TreeMemory, PiecesOutliveTheirChunksWriter) {
    std::optional<TreeChunks> chunks(std::in_place);
    const TreeSpace first = chunks->allocate(100);
    const TreeSpace second = chunks->allocate(100);
    std::memset(second.data, 7, 100);
    chunks.reset();
    free_tree_space(first);
    EXPECT_EQ(static_cast<const std::uint8_t*>(second.data)[99], 7);
    free_tree_space(second);
}

TEST(TreeMemory, WhatIsTooLargeForAChunkIsOnTheHeap) {
    TreeChunks chunks;
    const TreeSpace space = chunks.allocate(std::size_t{3} << 20U);
    EXPECT_EQ(space.memory, TreeMemory::heap);
    std::memset(space.data, 1, std::size_t{3} << 20U);
    free_tree_space(space);
}

TEST(TreeMemory, WithoutChunksIsTheHeap) {
    const TreeSpace space = allocate_tree_space(nullptr, 100);
    EXPECT_EQ(space.memory, TreeMemory::heap);
    free_tree_space(space);
}

}  // namespace
}  // namespace arpad
