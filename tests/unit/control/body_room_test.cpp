#include "control/body_room.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace arpad {
namespace {

constexpr auto customer = BodyRoom::Sender::customer;
constexpr auto an_operator = BodyRoom::Sender::an_operator;

TEST(BodyRoom, HasAShareForEach) {
    BodyRoom room(400);
    const auto first = room.take("one", customer, 60);
    EXPECT_TRUE(first.has_value());
    EXPECT_FALSE(room.take("one", customer, 60).has_value());
    EXPECT_TRUE(room.take("one", customer, 40).has_value());
    EXPECT_TRUE(room.take("two", customer, 100).has_value());
    EXPECT_FALSE(room.take("two", customer, 101).has_value());
}

TEST(BodyRoom, IsGivenBack) {
    BodyRoom room(400);
    {
        const auto place = room.take("one", customer, 100);
        EXPECT_FALSE(room.take("one", customer, 1).has_value());
    }
    EXPECT_TRUE(room.take("one", customer, 100).has_value());
}

TEST(BodyRoom, IsBounded) {
    BodyRoom room(400);
    std::vector<BodyRoom::Place> places;
    for (const char* const holder : {"one", "two", "three"}) {
        auto place = room.take(holder, customer, 100);
        ASSERT_TRUE(place.has_value());
        places.push_back(std::move(*place));
    }
    EXPECT_FALSE(room.take("five", customer, 1).has_value());
    places.pop_back();
    EXPECT_TRUE(room.take("five", customer, 1).has_value());
}

TEST(BodyRoom, KeepsAQuarterForOperators) {
    BodyRoom room(400);
    std::vector<BodyRoom::Place> places;
    for (const char* const holder : {"one", "two", "three"}) {
        places.push_back(room.take(holder, customer, 100).value());
    }
    EXPECT_FALSE(room.take("four", customer, 1).has_value());
    const auto last = room.take("token a", an_operator, 100);
    EXPECT_TRUE(last.has_value());
    EXPECT_FALSE(room.take("token b", an_operator, 1).has_value());
}

}  // namespace
}  // namespace arpad
