#include "zone/serials.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <random>

namespace arpad {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::system_clock;

constexpr system_clock::time_point noon = sys_days(2026y / 11 / 22) + 12h;

system_clock::time_point at_second(std::int64_t seconds) {
    return system_clock::time_point(std::chrono::seconds(seconds));
}

Serial first(SerialFormat format, system_clock::time_point now) {
    return next_serial(format, std::nullopt, now);
}

Serial after(std::uint32_t last, SerialFormat format, system_clock::time_point now) {
    return next_serial(format, Serial{last}, now);
}

TEST(SerialFormat, IsReadByName) {
    EXPECT_EQ(serial_format_from_text("counter"), SerialFormat::counter);
    EXPECT_EQ(serial_format_from_text("unixtime"), SerialFormat::unix_time);
    EXPECT_EQ(serial_format_from_text("date"), SerialFormat::date);
}

TEST(SerialFormat, IsNothingElse) {
    for (const char* text : {"", "Counter", "unix_time", "dates", "date "})
        EXPECT_EQ(serial_format_from_text(text), std::nullopt) << text;
}

TEST(CounterSerial, StartsAtOne) {
    EXPECT_EQ(first(SerialFormat::counter, noon), Serial{1});
}

TEST(CounterSerial, IsLastPlusOneWhateverTheTime) {
    EXPECT_EQ(after(7, SerialFormat::counter, noon), Serial{8});
}

TEST(CounterSerial, GoesFromTheLargestToZero) {
    EXPECT_EQ(after(0xffff'ffff, SerialFormat::counter, noon), Serial{0});
}

TEST(UnixTimeSerial, OfANewZoneIsTheTime) {
    EXPECT_EQ(first(SerialFormat::unix_time, at_second(1'800'000'000)), Serial{1'800'000'000});
}

TEST(UnixTimeSerial, LeavesOutFractionsOfASecond) {
    EXPECT_EQ(first(SerialFormat::unix_time, at_second(1'800'000'000) + 999ms),
              Serial{1'800'000'000});
}

TEST(UnixTimeSerial, IsTheTimeIfThatIsNewer) {
    EXPECT_EQ(after(1'700'000'000, SerialFormat::unix_time, at_second(1'800'000'000)),
              Serial{1'800'000'000});
}

TEST(UnixTimeSerial, IsLastPlusOneWithinTheSameSecond) {
    EXPECT_EQ(after(1'800'000'000, SerialFormat::unix_time, at_second(1'800'000'000)),
              Serial{1'800'000'001});
}

TEST(UnixTimeSerial, IsLastPlusOneIfTheClockWentBack) {
    EXPECT_EQ(after(1'800'000'500, SerialFormat::unix_time, at_second(1'800'000'000)),
              Serial{1'800'000'501});
}

TEST(UnixTimeSerial, WrapsAroundIn2106) {
    EXPECT_EQ(after(0xffff'fff0, SerialFormat::unix_time, at_second(0x1'0000'0005)), Serial{5});
}

TEST(DateSerial, OfANewZoneIsTheFirstOfTheDay) {
    EXPECT_EQ(first(SerialFormat::date, noon), Serial{2026112200});
}

TEST(DateSerial, HasTwoDigitsForMonthAndDay) {
    EXPECT_EQ(first(SerialFormat::date, sys_days(2027y / 1 / 2)), Serial{2027010200});
}

TEST(DateSerial, KnowsLeapDays) {
    EXPECT_EQ(first(SerialFormat::date, sys_days(2028y / 2 / 28) + 24h), Serial{2028022900});
}

TEST(DateSerial, ChangesAtMidnightUtc) {
    EXPECT_EQ(first(SerialFormat::date, sys_days(2026y / 12 / 31) + 24h - 1ns), Serial{2026123100});
    EXPECT_EQ(first(SerialFormat::date, sys_days(2026y / 12 / 31) + 24h), Serial{2027010100});
}

TEST(DateSerial, CountsWithinADay) {
    EXPECT_EQ(after(2026112200, SerialFormat::date, noon), Serial{2026112201});
}

TEST(DateSerial, StartsAnewOnALaterDay) {
    EXPECT_EQ(after(2026112157, SerialFormat::date, noon), Serial{2026112200});
}

TEST(DateSerial, CountsOnNumericallyAfter99) {
    EXPECT_EQ(after(2026112299, SerialFormat::date, noon), Serial{2026112300});
}

TEST(DateSerial, StaysAheadOnTheDayAfterAnOverflow) {
    EXPECT_EQ(after(2026112300, SerialFormat::date, noon + 24h), Serial{2026112301});
}

TEST(DateSerial, IsLastPlusOneIfTheClockWentBack) {
    EXPECT_EQ(after(2026112507, SerialFormat::date, noon), Serial{2026112508});
}

TEST(DateSerial, TakesOverFromASmallCounter) {
    EXPECT_EQ(after(41, SerialFormat::date, noon), Serial{2026112200});
}

// RFC 1982: half the ring away, "newer" is undefined, so a secondary might not follow.
TEST(DateSerial, IsLastPlusOneHalfTheRingAway) {
    EXPECT_EQ(after(2026112200U + 0x8000'0000U, SerialFormat::date, noon),
              Serial{2026112201U + 0x8000'0000U});
}

class EverySerialFormat : public testing::TestWithParam<SerialFormat> {};

TEST_P(EverySerialFormat, IsAlwaysNewerThanTheLast) {
    std::mt19937_64 random(1982);
    for (int round = 0; round < 20'000; ++round) {
        const Serial last{static_cast<std::uint32_t>(random())};
        const auto now = at_second(static_cast<std::int64_t>(random() % 8'000'000'000));
        ASSERT_TRUE(is_newer(next_serial(GetParam(), last, now), last)) << last.value;
    }
}

INSTANTIATE_TEST_SUITE_P(Serials, EverySerialFormat,
                         testing::Values(SerialFormat::counter, SerialFormat::unix_time,
                                         SerialFormat::date));

/// Content A or B of a zone.
Digest content(std::uint8_t fill) {
    Digest digest;
    digest.fill(fill);
    return digest;
}

const Digest same = content(0xaa);
const Digest changed = content(0xbb);
const std::optional<ServedContent> never;
const std::optional<ServedContent> served_100 = ServedContent{{100}, same};

SerialModel kept() {
    return {};
}

SerialModel serial_floor(std::uint32_t value) {
    return {SerialModel::Kind::floor, {value}, {}};
}

SerialModel fixed(std::uint32_t value) {
    return {SerialModel::Kind::fixed, {value}, {}};
}

/// The serial of a zone that now holds `now_held`; the format is date, the time noon.
SerialDecision decide(const SerialModel& model, const std::optional<ServedContent>& last,
                      const Digest& now_held) {
    return decide_serial(model, now_held, last, SerialFormat::date, noon);
}

TEST(KeptSerial, OfANewZoneFollowsTheFormat) {
    EXPECT_EQ(decide(kept(), never, same).serial, Serial{2026112200});
}

TEST(KeptSerial, OfUnchangedContentStays) {
    EXPECT_EQ(decide(kept(), served_100, same).serial, Serial{100});
}

TEST(KeptSerial, OfChangedContentFollowsTheFormat) {
    EXPECT_EQ(decide(kept(), served_100, changed).serial, Serial{2026112200});
}

TEST(KeptSerial, HasNoFloorThatCouldBeOld) {
    EXPECT_FALSE(decide(kept(), served_100, changed).floor_is_old);
    EXPECT_FALSE(decide(kept(), served_100, same).floor_is_old);
}

TEST(FloorSerial, OfANewZoneIsUsedAsWritten) {
    EXPECT_EQ(decide(serial_floor(5), never, same).serial, Serial{5});
    EXPECT_FALSE(decide(serial_floor(5), never, same).floor_is_old);
}

TEST(FloorSerial, NewerThanTheLastIsUsedAsWritten) {
    EXPECT_EQ(decide(serial_floor(101), served_100, changed).serial, Serial{101});
    EXPECT_FALSE(decide(serial_floor(101), served_100, changed).floor_is_old);
}

TEST(FloorSerial, NewerThanTheLastIsUsedEvenIfNothingChanged) {
    EXPECT_EQ(decide(serial_floor(101), served_100, same).serial, Serial{101});
    EXPECT_FALSE(decide(serial_floor(101), served_100, same).floor_is_old);
}

TEST(FloorSerial, EqualToTheLastStaysWithUnchangedContent) {
    EXPECT_EQ(decide(serial_floor(100), served_100, same).serial, Serial{100});
    EXPECT_FALSE(decide(serial_floor(100), served_100, same).floor_is_old);
}

TEST(FloorSerial, OlderThanTheLastStaysWithUnchangedContent) {
    EXPECT_EQ(decide(serial_floor(99), served_100, same).serial, Serial{100});
    EXPECT_FALSE(decide(serial_floor(99), served_100, same).floor_is_old);
}

TEST(FloorSerial, EqualToTheLastIsOldForChangedContent) {
    EXPECT_EQ(decide(serial_floor(100), served_100, changed).serial, Serial{101});
    EXPECT_TRUE(decide(serial_floor(100), served_100, changed).floor_is_old);
}

TEST(FloorSerial, OlderThanTheLastIsOldForChangedContent) {
    EXPECT_EQ(decide(serial_floor(99), served_100, changed).serial, Serial{101});
    EXPECT_TRUE(decide(serial_floor(99), served_100, changed).floor_is_old);
}

TEST(FloorSerial, IsComparedByRfc1982) {
    const ServedContent last{{0xffff'fff0}, same};
    EXPECT_EQ(decide(serial_floor(5), last, changed).serial, Serial{5});
}

TEST(FloorSerial, HalfTheRingAwayIsNotNewer) {
    const ServedContent last{{5}, same};
    EXPECT_EQ(decide(serial_floor(5 + 0x8000'0000U), last, changed).serial, Serial{6});
}

TEST(FloorSerial, GoesFromTheLargestToZero) {
    const ServedContent last{{0xffff'ffff}, same};
    EXPECT_EQ(decide(serial_floor(0xffff'ffff), last, changed).serial, Serial{0});
}

TEST(FixedSerial, NeverMoves) {
    for (const auto& last : {never, served_100}) {
        for (const Digest& now_held : {same, changed}) {
            for (const std::uint32_t value : {99U, 100U, 101U}) {
                EXPECT_EQ(decide(fixed(value), last, now_held).serial, Serial{value});
                EXPECT_FALSE(decide(fixed(value), last, now_held).floor_is_old);
            }
        }
    }
}

TEST(DecideSerial, ReturnToEarlierContentIsAChangeToo) {
    const ServedContent last{decide(kept(), served_100, changed).serial, changed};
    EXPECT_TRUE(is_newer(decide(kept(), last, same).serial, last.serial));
}

}  // namespace
}  // namespace arpad
