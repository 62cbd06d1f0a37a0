#include "control/body_room.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace arpad {
namespace {

TEST(BodyRoom, HasAShareForEach) {
    BodyRoom room(400);
    const auto first = room.take("one", 60);
    EXPECT_TRUE(first.has_value());
    EXPECT_FALSE(room.take("one", 60).has_value());
    EXPECT_TRUE(room.take("one", 40).has_value());
    EXPECT_TRUE(room.take("two", 100).has_value());
    EXPECT_FALSE(room.take("two", 101).has_value());
}

TEST(BodyRoom, IsGivenBack) {
    BodyRoom room(400);
    {
        const auto place = room.take("one", 100);
        EXPECT_FALSE(room.take("one", 1).has_value());
    }
    EXPECT_TRUE(room.take("one", 100).has_value());
}

TEST(BodyRoom, IsBounded) {
    BodyRoom room(400);
    std::vector<BodyRoom::Place> places;
    for (const char* const holder : {"one", "two", "three", "four"}) {
        auto place = room.take(holder, 100);
        ASSERT_TRUE(place.has_value());
        places.push_back(std::move(*place));
    }
    EXPECT_FALSE(room.take("five", 1).has_value());
    places.pop_back();
    EXPECT_TRUE(room.take("five", 1).has_value());
}

}  // namespace
}  // namespace arpad
