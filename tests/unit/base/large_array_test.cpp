#include "base/large_array.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace arpad {
namespace {

constexpr std::uint32_t numbers = 20'000'000;  // 80 MB: small at first, mapped, and grown so

/// Whether it holds 0, 1, 2 and so on up to `size`.
bool counts_up_to(const LargeArray<std::uint32_t>& array, std::uint32_t size) {
    if (array.size() != size) return false;
    for (std::uint32_t i = 0; i < size; ++i) {
        if (array[i] != i) return false;
    }
    return true;
}

LargeArray<std::uint32_t> counted(std::uint32_t size) {
    LargeArray<std::uint32_t> array;
    for (std::uint32_t i = 0; i < size; ++i) array.push_back(i);
    return array;
}

TEST(LargeArray, IsEmptyAtFirst) {
    const LargeArray<std::uint32_t> array;
    EXPECT_TRUE(array.empty());
    EXPECT_TRUE(array.view().empty());
}

TEST(LargeArray, KeepsWhatItHoldsWhileItGrowsLarge) {
    EXPECT_TRUE(counts_up_to(counted(numbers), numbers));
}

TEST(LargeArray, KeepsWhatItHoldsWhenRoomIsMade) {
    LargeArray<std::uint32_t> array = counted(1000);
    array.reserve(numbers);
    EXPECT_TRUE(counts_up_to(array, 1000));
    const auto* const before = array.data();
    for (std::uint32_t i = 1000; i < numbers; ++i) array.push_back(i);
    EXPECT_TRUE(counts_up_to(array, numbers));
    EXPECT_EQ(array.data(), before);
}

TEST(LargeArray, CopiesAreOfTheirOwn) {
    for (const std::uint32_t size : {0U, 3U, numbers}) {
        LargeArray<std::uint32_t> array = counted(size);
        const LargeArray<std::uint32_t> copy = array;
        array.push_back(7);
        EXPECT_TRUE(counts_up_to(copy, size)) << size;
    }
}

TEST(LargeArray, IsEmptyAfterAMoveAndMayBeUsedAgain) {
    LargeArray<std::uint32_t> array = counted(3);
    const LargeArray<std::uint32_t> moved = std::move(array);
    EXPECT_TRUE(counts_up_to(moved, 3));
    array = counted(2);
    EXPECT_TRUE(counts_up_to(array, 2));
}

TEST(LargeArray, NothingMayBeAppended) {
    LargeArray<std::uint8_t> array;
    array.append(std::span<const std::uint8_t>());
    EXPECT_TRUE(array.empty());
}

}  // namespace
}  // namespace arpad
