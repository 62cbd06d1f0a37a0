#include "answer/counters.hpp"

#include <gmock/gmock.h>

namespace arpad {
namespace {

Outcome answered(Rcode rcode) {
    return {.kind = Outcome::Kind::answer, .rcode = rcode};
}

TEST(Counters, StartAtZero) {
    const Counters counters;
    EXPECT_EQ(counters.silent, 0U);
    EXPECT_EQ(counters.truncated, 0U);
    EXPECT_THAT(counters.by_rcode, testing::Each(0U));
}

TEST(Counters, CountRepliesByRcode) {
    Counters counters;
    counters.add(answered(Rcode::nx_domain));
    counters.add(answered(Rcode::nx_domain));
    counters.add(answered(Rcode::bad_vers));
    EXPECT_EQ(counters.by_rcode[3], 2U);
    EXPECT_EQ(counters.by_rcode[16], 1U);
}

TEST(Counters, SilenceHasNoRcode) {
    Counters counters;
    counters.add(Outcome{});
    EXPECT_EQ(counters.silent, 1U);
    EXPECT_THAT(counters.by_rcode, testing::Each(0U));
}

TEST(Counters, CountTruncatedReplies) {
    Counters counters;
    counters.add({.kind = Outcome::Kind::answer, .is_truncated = true});
    EXPECT_EQ(counters.truncated, 1U);
    EXPECT_EQ(counters.by_rcode[0], 1U);
}

TEST(Counters, RcodesOver30ShareTheLast) {
    Counters counters;
    counters.add(answered(static_cast<Rcode>(31)));
    counters.add(answered(static_cast<Rcode>(4095)));
    EXPECT_EQ(counters.by_rcode[31], 2U);
}

TEST(Counters, AddUpOverWorkers) {
    Counters one;
    one.add(answered(Rcode::refused));
    one.add(Outcome{});
    Counters other = one;
    other.add({.kind = Outcome::Kind::answer, .is_truncated = true});
    one.add(other);
    EXPECT_EQ(one.by_rcode[5], 2U);
    EXPECT_EQ(one.by_rcode[0], 1U);
    EXPECT_EQ(one.silent, 2U);
    EXPECT_EQ(one.truncated, 1U);
}

}  // namespace
}  // namespace arpad
