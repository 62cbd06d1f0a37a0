#include "answer/rate_limiter.hpp"

#include <gmock/gmock.h>

#include <thread>
#include <vector>

namespace arpad {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Instant = RateLimiter::Instant;

constexpr Instant start{1h};

Address address(std::string_view text) {
    return Address::from_text(text).value();
}

/// How many of `tries` answers to `client` are admitted at `now`.
unsigned admitted(RateLimiter& limiter, std::string_view client, unsigned tries,
                  Instant now = start, AnswerClass answers = AnswerClass::data) {
    unsigned count = 0;
    for (unsigned i = 0; i < tries; ++i) {
        if (limiter.admits(address(client), answers, now)) ++count;
    }
    return count;
}

RateLimitConfig config_of(unsigned rate) {
    return {.responses = rate, .nxdomain = rate, .errors = rate, .exempt = {}};
}

TEST(ClassOf, IsByRcodeAndData) {
    EXPECT_EQ(class_of({.rcode = Rcode::no_error}), AnswerClass::data);
    EXPECT_EQ(class_of({.rcode = Rcode::no_error, .is_negative = true}), AnswerClass::no_data);
    EXPECT_EQ(class_of({.rcode = Rcode::nx_domain, .is_negative = true}), AnswerClass::name_absent);
    EXPECT_EQ(class_of({.rcode = Rcode::refused}), AnswerClass::error);
    EXPECT_EQ(class_of({.rcode = Rcode::form_err}), AnswerClass::error);
}

TEST(RateLimiter, AdmitsASecondsWorthAtOnce) {
    for (const unsigned rate : {1U, 2U, 20U, 200U, 100'000U}) {
        RateLimiter limiter(config_of(rate));
        EXPECT_EQ(admitted(limiter, "192.0.2.1", 2 * rate), rate) << rate;
    }
}

TEST(RateLimiter, AdmitsTheRateFromThenOn) {
    RateLimiter limiter(config_of(200));
    EXPECT_EQ(admitted(limiter, "192.0.2.1", 1000), 200U);
    for (int tenth = 1; tenth <= 50; ++tenth) {
        EXPECT_EQ(admitted(limiter, "192.0.2.1", 1000, start + tenth * 100ms), 20U) << tenth;
    }
}

TEST(RateLimiter, FillsNoMoreThanASecondsWorth) {
    RateLimiter limiter(config_of(10));
    EXPECT_EQ(admitted(limiter, "192.0.2.1", 100), 10U);
    EXPECT_EQ(admitted(limiter, "192.0.2.1", 100, start + 1h), 10U);
}

TEST(RateLimiter, NeverLimitsWhoKeepsToTheRate) {
    RateLimiter limiter(config_of(100));
    for (int i = 0; i < 10'000; ++i) {
        ASSERT_TRUE(limiter.admits(address("192.0.2.1"), AnswerClass::data, start + i * 10ms));
    }
}

TEST(RateLimiter, PrefixHasOneAccount) {
    RateLimiter limiter(config_of(10));
    EXPECT_EQ(admitted(limiter, "192.0.2.1", 7), 7U);
    EXPECT_EQ(admitted(limiter, "192.0.2.255", 7), 3U);
    EXPECT_EQ(admitted(limiter, "192.0.3.1", 7), 7U);
    EXPECT_EQ(admitted(limiter, "2001:db8::1", 7), 7U);
    EXPECT_EQ(admitted(limiter, "2001:db8:0:ff::1", 7), 3U);
    EXPECT_EQ(admitted(limiter, "2001:db8:0:100::1", 7), 7U);
}

TEST(RateLimiter, PrefixesMayHaveOtherLengths) {
    RateLimitConfig config = config_of(10);
    config.ipv4_prefix = 32;
    config.ipv6_prefix = 64;
    RateLimiter limiter(config);
    EXPECT_EQ(admitted(limiter, "192.0.2.1", 10), 10U);
    EXPECT_EQ(admitted(limiter, "192.0.2.2", 10), 10U);
    EXPECT_EQ(admitted(limiter, "2001:db8::1", 10), 10U);
    EXPECT_EQ(admitted(limiter, "2001:db8:0:1::1", 10), 10U);
    EXPECT_EQ(admitted(limiter, "2001:db8:0:1::2", 10), 0U);
    EXPECT_EQ(admitted(limiter, "::1", 10), 10U);
}

TEST(RateLimiter, EachKindOfAnswerHasAnAccount) {
    RateLimiter limiter(
        RateLimitConfig{.responses = 10, .nxdomain = 20, .errors = 30, .exempt = {}});
    EXPECT_EQ(admitted(limiter, "192.0.2.1", 50, start, AnswerClass::error), 30U);
    EXPECT_EQ(admitted(limiter, "192.0.2.1", 50, start, AnswerClass::name_absent), 20U);
    EXPECT_EQ(admitted(limiter, "192.0.2.1", 50, start, AnswerClass::no_data), 10U);
    EXPECT_EQ(admitted(limiter, "192.0.2.1", 50, start, AnswerClass::data), 10U);
}

TEST(RateLimiter, ExemptsByDefaultOnlyTheLoopback) {
    RateLimiter limiter(RateLimitConfig{});
    EXPECT_EQ(admitted(limiter, "127.1.2.3", 1000), 1000U);
    EXPECT_EQ(admitted(limiter, "::1", 1000), 1000U);
    EXPECT_EQ(admitted(limiter, "::2", 1000), 200U) << "the same /56 as ::1, with its own account";
    EXPECT_EQ(admitted(limiter, "10.0.0.1", 1000), 200U);
    EXPECT_EQ(limiter.take_events(start).size(), 2U);
}

TEST(RateLimiter, TellsOfEachEventUntilItIsOver) {
    RateLimiter limiter(config_of(10));
    EXPECT_THAT(limiter.take_events(start), IsEmpty());
    admitted(limiter, "192.0.2.9", 10);
    EXPECT_THAT(limiter.take_events(start), IsEmpty());
    admitted(limiter, "192.0.2.9", 5);
    admitted(limiter, "2001:db8:0:77::9", 13, start, AnswerClass::name_absent);
    const auto events = limiter.take_events(start);
    ASSERT_THAT(events, SizeIs(2));
    EXPECT_EQ(events[0].prefix.to_text(), "192.0.2.0/24");
    EXPECT_EQ(events[0].answers, AnswerClass::data);
    EXPECT_EQ(events[0].held_back, 5U);
    EXPECT_FALSE(events[0].is_over);
    EXPECT_EQ(events[1].prefix.to_text(), "2001:db8::/56");
    EXPECT_EQ(events[1].answers, AnswerClass::name_absent);
    EXPECT_EQ(events[1].held_back, 3U);
    EXPECT_THAT(limiter.take_events(start + 500ms), SizeIs(2)) << "it goes on";
    const auto ends = limiter.take_events(start + 2s);
    ASSERT_THAT(ends, SizeIs(2));
    EXPECT_TRUE(ends[0].is_over);
    EXPECT_EQ(ends[0].held_back, 5U);
    EXPECT_TRUE(ends[1].is_over);
    EXPECT_THAT(limiter.take_events(start + 3s), IsEmpty());
}

// A flood from everywhere must not make it forget whom it holds back.
TEST(RateLimiter, RemembersWhoUsesMostOfAll) {
    RateLimiter limiter(config_of(10));
    EXPECT_EQ(admitted(limiter, "192.0.2.1", 20), 10U);
    for (std::uint32_t i = 0; i < 500'000; ++i) {
        const Address other(Family::ipv4, 0x2000'0000U + (i << 8U));
        ASSERT_TRUE(limiter.admits(other, AnswerClass::data, start + 1ms));
    }
    EXPECT_EQ(admitted(limiter, "192.0.2.1", 20, start + 1ms), 0U);
}

TEST(RateLimiter, AdmitsTheSameForAllThreadsTogether) {
    RateLimiter limiter(config_of(10'000));
    std::atomic<unsigned> count = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] { count += admitted(limiter, "192.0.2.1", 5000); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_NEAR(count, 10'000, 4);  // who claims the account may forget what came with it
    EXPECT_THAT(limiter.take_events(start), SizeIs(1));
}

}  // namespace
}  // namespace arpad
