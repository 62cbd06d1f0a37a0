#include "base/heavy_hitters.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>

namespace arpad {
namespace {

struct Identical {
    std::size_t operator()(int key) const noexcept { return static_cast<std::size_t>(key); }
};
struct AllTheSame {
    std::size_t operator()(int) const noexcept { return 7; }
};

using Few = HeavyHitters<int, Identical, 4>;

TEST(HeavyHitters, AreNoneAtFirst) {
    EXPECT_TRUE(Few().entries().empty());
}

TEST(HeavyHitters, AreExactWhileThereIsRoom) {
    Few hitters;
    for (const int key : {1, 2, 2, 3, 3, 3}) hitters.add(key);
    ASSERT_EQ(hitters.entries().size(), 3U);
    int key = 3;
    for (const auto& entry : hitters.entries()) {
        EXPECT_EQ(entry.key, key);
        EXPECT_EQ(entry.count, static_cast<unsigned>(key));
        EXPECT_EQ(entry.excess, 0U);
        --key;
    }
}

TEST(HeavyHitters, NewKeyTakesThePlaceAndTheCountOfTheSmallest) {
    Few hitters;
    for (const int key : {1, 1, 1, 2, 2, 2, 3, 3, 4, 4}) hitters.add(key);
    hitters.add(5);
    const auto& last = hitters.entries()[2];
    EXPECT_EQ(last.key, 5);
    EXPECT_EQ(last.count, 3U);
    EXPECT_EQ(last.excess, 2U);
}

TEST(HeavyHitters, KeysOfOneHashAreToldApart) {
    HeavyHitters<int, AllTheSame, 4> hitters;
    for (const int key : {1, 2, 1, 3, 1}) hitters.add(key);
    EXPECT_EQ(hitters.entries()[0].key, 1);
    EXPECT_EQ(hitters.entries()[0].count, 3U);
    EXPECT_EQ(hitters.entries().size(), 3U);
}

// What the algorithm promises, of random streams with some frequent keys.
TEST(HeavyHitters, KeepTheirBounds) {
    std::mt19937 random(5);
    for (int round = 0; round < 50; ++round) {
        HeavyHitters<int, Identical, 16> hitters;
        std::map<int, std::uint64_t> truth;
        std::geometric_distribution<int> key(0.02 + 0.01 * round);
        constexpr std::uint64_t length = 5'000;
        for (std::uint64_t i = 0; i < length; ++i) {
            const int chosen = key(random);
            hitters.add(chosen);
            ++truth[chosen];
        }
        std::map<int, std::uint64_t> watched;
        std::uint64_t sum = 0;
        std::uint64_t before = length;
        for (const auto& entry : hitters.entries()) {
            EXPECT_LE(entry.count, before);
            EXPECT_GE(entry.count, truth[entry.key]);
            EXPECT_LE(entry.count - entry.excess, truth[entry.key]);
            before = entry.count;
            sum += entry.count;
            watched[entry.key] = entry.count;
        }
        EXPECT_EQ(sum, length);
        for (const auto& [often, count] : truth) {
            EXPECT_TRUE(count <= length / 16 || watched.contains(often)) << often;
        }
    }
}

}  // namespace
}  // namespace arpad
