#include "control/change_allowance.hpp"

#include <gtest/gtest.h>

namespace arpad {
namespace {

constexpr std::size_t all = ChangeAllowance::octets;

TEST(ChangeAllowance, IsOfEachAccount) {
    ChangeAllowance allowance;
    const ChangeAllowance::Time now{};
    EXPECT_TRUE(allowance.take("one", all - 10, now));
    EXPECT_FALSE(allowance.take("one", 11, now));
    EXPECT_TRUE(allowance.take("one", 10, now));
    EXPECT_FALSE(allowance.take("one", 1, now));
    EXPECT_TRUE(allowance.take("two", all, now));
}

TEST(ChangeAllowance, IsRegainedBitByBit) {
    ChangeAllowance allowance;
    const ChangeAllowance::Time now{};
    ASSERT_TRUE(allowance.take("one", all, now));
    EXPECT_FALSE(allowance.take("one", all / 2, now + ChangeAllowance::refill / 4));
    EXPECT_TRUE(allowance.take("one", all / 2, now + ChangeAllowance::refill / 2));
    EXPECT_FALSE(allowance.take("one", 1000, now + ChangeAllowance::refill / 2));
    EXPECT_TRUE(allowance.take("one", all, now + 5 * ChangeAllowance::refill));
}

TEST(ChangeAllowance, IsRegainedByWhoAsksAgainAndAgain) {
    ChangeAllowance allowance;
    ChangeAllowance::Time now{};
    ASSERT_TRUE(allowance.take("one", all, now));
    const ChangeAllowance::Time end = now + std::chrono::seconds(10);
    while (now < end) {  // an octet comes in 0.32 ms
        now += std::chrono::microseconds(100);
        EXPECT_FALSE(allowance.take("one", 40'000, now));
    }
    EXPECT_TRUE(allowance.take("one", 20'000, now));
}

TEST(ChangeAllowance, IsGivenBack) {
    ChangeAllowance allowance;
    const ChangeAllowance::Time now{};
    ASSERT_TRUE(allowance.take("one", all, now));
    allowance.give_back("one", 100);
    EXPECT_TRUE(allowance.take("one", 100, now));
    EXPECT_FALSE(allowance.take("one", 1, now));
}

}  // namespace
}  // namespace arpad
