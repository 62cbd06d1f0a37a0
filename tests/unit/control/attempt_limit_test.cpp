#include "control/attempt_limit.hpp"

#include <gtest/gtest.h>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::address;

Prefix client(unsigned number) {
    return {Address(Family::ipv4, number), 32};
}

TEST(AttemptLimit, LetsAClientWaitThatHasFailedTooOften) {
    AttemptLimit limit;
    const AttemptLimit::Time now{};
    for (std::size_t i = 0; i < AttemptLimit::failures_at_once; ++i) {
        EXPECT_TRUE(limit.admits(client(1), now));
        limit.note_failure(client(1), now);
    }
    EXPECT_FALSE(limit.admits(client(1), now));
    EXPECT_TRUE(limit.admits(client(2), now));
    EXPECT_TRUE(limit.admits(client(1), now + AttemptLimit::window));
}

TEST(AttemptLimit, IsBounded) {
    AttemptLimit limit;
    const AttemptLimit::Time now{};
    for (unsigned i = 0; i < AttemptLimit::max_clients + 100; ++i) {
        limit.note_failure(client(i), now);
    }
    // Those for whom there was no room are one.
    EXPECT_FALSE(limit.admits(client(1'000'000), now));
    EXPECT_TRUE(limit.admits(client(5), now));
    limit.note_failure(client(1'000'000), now + AttemptLimit::window);
    EXPECT_TRUE(limit.admits(client(1'000'001), now + AttemptLimit::window));
}

}  // namespace
}  // namespace arpad
