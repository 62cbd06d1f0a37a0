#include "app/recent_updates.hpp"

#include <gtest/gtest.h>

#include <string>

namespace arpad {
namespace {

using std::chrono::seconds;

constexpr RecentUpdates::TimePoint start{};

Digest number(unsigned value) {
    return digest_of(std::to_string(value));
}

UpdateResult refused(unsigned value) {
    return {Rcode::refused, std::to_string(value)};
}

TEST(RecentUpdates, AreKnownUntilTheyMayBeForgotten) {
    RecentUpdates updates(10);
    updates.add(number(1), refused(1), start + seconds(30));
    updates.add(number(2), refused(2), start + seconds(10));
    updates.add(number(3), refused(3), start + seconds(20));
    updates.forget_old(start + seconds(10));
    EXPECT_EQ(updates.size(), 3);

    updates.forget_old(start + seconds(21));
    EXPECT_EQ(updates.find(number(2)), nullptr);
    EXPECT_EQ(updates.find(number(3)), nullptr);
    ASSERT_NE(updates.find(number(1)), nullptr);
    EXPECT_EQ(updates.find(number(1))->rcode, Rcode::refused);
    EXPECT_EQ(updates.find(number(1))->text, "1");
}

TEST(RecentUpdates, OfTooManyThoseGoThatWouldGoFirst) {
    RecentUpdates updates(2);
    updates.add(number(1), refused(1), start + seconds(30));
    updates.add(number(2), refused(2), start + seconds(10));
    updates.add(number(3), refused(3), start + seconds(20));
    EXPECT_EQ(updates.find(number(2)), nullptr);
    updates.add(number(4), refused(4), start + seconds(15));
    EXPECT_EQ(updates.find(number(4)), nullptr);
    EXPECT_NE(updates.find(number(1)), nullptr);
    EXPECT_NE(updates.find(number(3)), nullptr);
    EXPECT_EQ(updates.size(), 2);
}

TEST(RecentUpdates, AreAllKnownHoweverMany) {
    constexpr unsigned many = 20'000;
    constexpr unsigned kept = 5'000;
    RecentUpdates updates(many);
    for (unsigned i = 0; i < many; ++i) {
        updates.add(number(i), refused(i), start + seconds(i));
        updates.forget_old(start + seconds(i < kept ? 0 : i - kept + 1));
    }
    EXPECT_EQ(updates.size(), kept);
    for (unsigned i = 0; i < many; ++i) {
        const UpdateResult* const result = updates.find(number(i));
        EXPECT_EQ(result == nullptr ? "" : result->text, i < many - kept ? "" : std::to_string(i));
    }
}

}  // namespace
}  // namespace arpad
