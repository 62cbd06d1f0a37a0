#include "base/tally.hpp"

#include <gtest/gtest.h>

#include <string>

namespace arpad {
namespace {

TEST(Tally, KnowsWhatEachHolds) {
    Tally<std::string, unsigned> tally;
    tally.add("one", 3);
    tally.add("two", 1);
    tally.add("one", 2);
    tally.remove("one", 4);
    EXPECT_EQ(tally.of("one"), 1U);
    EXPECT_EQ(tally.of("two"), 1U);
    EXPECT_EQ(tally.of("three"), 0U);
    tally.remove("one", 1);
    EXPECT_EQ(tally.of("one"), 0U);
}

TEST(Tally, NothingIsHeldByNobody) {
    Tally<std::string, unsigned> tally;
    tally.add("one", 0);
    tally.remove("one", 0);
    EXPECT_EQ(tally.of("one"), 0U);
}

}  // namespace
}  // namespace arpad
