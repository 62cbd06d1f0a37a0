#include "transfer/refresher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "support/zone_maker.hpp"

namespace arpad {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Kind = RefreshEvent::Kind;

/// Goes with the other clock.
std::chrono::system_clock::time_point system_now{hours(24 * 365 * 50)};

std::chrono::system_clock::time_point now_of_system() {
    return system_now;
}

Remote remote_at(std::string_view address) {
    return {{*Address::from_text(address)}, std::nullopt};
}

/// SOA: refresh 7200, retry 1800, expire 1209600.
std::shared_ptr<const Zone> zone_with_serial(std::uint32_t serial) {
    const auto zone = zone_for("192.0.2.0/24").build();
    return zone->with_addresses(zone->addresses(), Serial{serial});
}

class RefresherTest : public testing::Test {
protected:
    static ZoneFrame frame(std::vector<std::string_view> primaries,
                           std::string_view apex = "2.0.192.in-addr.arpa") {
        ZoneFrame frame{*Name::from_text(apex), std::nullopt, {}};
        for (const std::string_view address : primaries) {
            frame.transfer.primaries.push_back(remote_at(address));
        }
        return frame;
    }

    void follow(std::vector<SecondaryZone> zones) { refresher_.follow(std::move(zones), now_); }

    /// What is started `pause` later: "192.0.2.53", one after the other.
    std::vector<std::string> proceed(std::chrono::milliseconds pause = milliseconds(0)) {
        now_ += pause;
        system_now += pause;
        std::vector<std::string> started;
        next_ = refresher_.proceed(now_, [&](Refresher::Errand errand) {
            started.push_back(errand.primary.endpoint.address.to_text());
            errands_.push_back(std::move(errand));
        });
        return started;
    }

    Refresher::Errand take_errand() {
        Refresher::Errand errand = errands_.at(0);
        errands_.erase(errands_.begin());
        return errand;
    }

    void finish_with(Refresher::Result result) {
        refresher_.finish(take_errand(), std::move(result), now_);
    }
    void receive(std::uint32_t serial) { finish_with({zone_with_serial(serial), {}}); }
    void confirm() { finish_with({}); }
    void fail(std::string why = "it sleeps") { finish_with({nullptr, std::move(why)}); }

    std::vector<Kind> take_events() {
        std::vector<Kind> kinds;
        for (const RefreshEvent& event : std::exchange(events_, {})) kinds.push_back(event.kind);
        return kinds;
    }

    [[nodiscard]] milliseconds pause() const {
        return std::chrono::duration_cast<milliseconds>(*next_ - now_);
    }

    std::vector<RefreshEvent> events_;
    std::vector<Refresh> taken_;
    Refresher refresher_{[this](Refresh refresh) { taken_.push_back(std::move(refresh)); },
                         [this](const RefreshEvent& event) { events_.push_back(event); },
                         &now_of_system};
    Refresher::Time now_{hours(1)};
    std::optional<Refresher::Time> next_;
    std::vector<Refresher::Errand> errands_;
    const Name apex_ = *Name::from_text("2.0.192.in-addr.arpa");
    const Address first_ = *Address::from_text("192.0.2.53");
    const Address second_ = *Address::from_text("192.0.2.54");
};

TEST_F(RefresherTest, TakesAZoneAtOnceAndAgainAfterRefresh) {
    follow({{frame({"192.0.2.53"}), {}}});
    EXPECT_THAT(proceed(), ElementsAre("192.0.2.53"));
    EXPECT_EQ(errands_.at(0).zone, nullptr);
    receive(7);
    ASSERT_THAT(taken_, SizeIs(1));
    EXPECT_EQ(taken_[0].version.zone->serial(), Serial{7});
    EXPECT_EQ(taken_[0].version.confirmed_at, system_now);
    EXPECT_THAT(proceed(), IsEmpty());
    EXPECT_LE(pause(), seconds(7200));
    EXPECT_GE(pause(), seconds(6480));
    EXPECT_THAT(proceed(pause()), ElementsAre("192.0.2.53"));
    EXPECT_EQ(errands_.at(0).zone->serial(), Serial{7});
    confirm();
    ASSERT_THAT(taken_, SizeIs(2));
    EXPECT_EQ(taken_[1].version.confirmed_at, system_now);
    EXPECT_THAT(take_events(), IsEmpty());
}

TEST_F(RefresherTest, AsksPrimariesInTurnAndThenWaits) {
    follow({{frame({"192.0.2.53", "192.0.2.54"}), {}}});
    EXPECT_THAT(proceed(), ElementsAre("192.0.2.53"));
    fail();
    EXPECT_THAT(proceed(), ElementsAre("192.0.2.54"));
    EXPECT_THAT(take_events(), IsEmpty());
    fail();
    EXPECT_THAT(proceed(), IsEmpty());
    EXPECT_THAT(take_events(), ElementsAre(Kind::failing));
    EXPECT_LE(pause(), seconds(2));
    std::vector<seconds> pauses;
    for (int round = 0; round < 10; ++round) {
        EXPECT_THAT(proceed(pause()), ElementsAre("192.0.2.53"));
        fail();
        EXPECT_THAT(proceed(), ElementsAre("192.0.2.54"));
        fail();
        proceed();
        pauses.push_back(std::chrono::ceil<seconds>(pause()));
    }
    EXPECT_THAT(pauses.front(), testing::Ge(seconds(3)));
    EXPECT_THAT(pauses.back(),
                testing::AllOf(testing::Ge(seconds(270)), testing::Le(seconds(300))));
    EXPECT_THAT(take_events(), IsEmpty());  // the same as before
    proceed(pause());
    receive(7);
    EXPECT_THAT(take_events(), ElementsAre(Kind::working));
}

TEST_F(RefresherTest, TriesAgainAfterRetryWhatItHas) {
    follow({{frame({"192.0.2.53"}), {zone_with_serial(7), system_now}}});
    EXPECT_THAT(proceed(), ElementsAre("192.0.2.53"));
    fail();
    proceed();
    EXPECT_LE(pause(), seconds(1800));
    EXPECT_GE(pause(), seconds(1620));
    EXPECT_TRUE(events_.at(0).is_served);
}

TEST_F(RefresherTest, StaysWithThePrimaryThatWorks) {
    follow({{frame({"192.0.2.53", "192.0.2.54"}), {}}});
    proceed();
    fail();
    proceed();
    receive(7);
    proceed();
    EXPECT_THAT(proceed(pause()), ElementsAre("192.0.2.54"));
}

TEST_F(RefresherTest, ExpiresWhatNobodyConfirms) {
    follow({{frame({"192.0.2.53"}), {zone_with_serial(7), system_now}}});
    proceed();
    const auto end = system_now + seconds(1'209'600);
    while (system_now <= end && taken_.empty()) {
        if (!errands_.empty()) fail();
        proceed();
        if (errands_.empty()) proceed(pause());
    }
    ASSERT_THAT(taken_, SizeIs(1));
    EXPECT_TRUE(taken_[0].version.is_expired(system_now));
    EXPECT_THAT(take_events(), ElementsAre(Kind::failing, Kind::expired));
    // It goes on trying, and is back at once.
    taken_.clear();
    while (errands_.empty()) proceed(pause());
    EXPECT_EQ(errands_.at(0).zone->serial(), Serial{7});
    confirm();
    ASSERT_THAT(taken_, SizeIs(1));
    EXPECT_FALSE(taken_[0].version.is_expired(system_now));
}

TEST_F(RefresherTest, AsksWhoeverSendsANotice) {
    follow({{frame({"192.0.2.53", "192.0.2.54"}), {zone_with_serial(7), system_now}}});
    proceed();
    confirm();
    EXPECT_THAT(proceed(seconds(10)), IsEmpty());
    refresher_.notice(apex_, second_, now_);
    EXPECT_THAT(proceed(), ElementsAre("192.0.2.54"));
    receive(8);
    EXPECT_EQ(taken_.back().version.zone->serial(), Serial{8});
}

TEST_F(RefresherTest, ManyNoticesAreOneErrandMore) {
    follow({{frame({"192.0.2.53"}), {zone_with_serial(7), system_now}}});
    EXPECT_THAT(proceed(), SizeIs(1));
    for (int i = 0; i < 1000; ++i) refresher_.notice(apex_, first_, now_);
    EXPECT_THAT(proceed(seconds(1)), IsEmpty());
    receive(8);
    EXPECT_THAT(proceed(seconds(1)), SizeIs(1));
    confirm();
    EXPECT_THAT(proceed(seconds(1)), IsEmpty());
}

TEST_F(RefresherTest, NoticesThatDoNotEndAreTenErrandsASecond) {
    follow({{frame({"192.0.2.53"}), {zone_with_serial(7), system_now}}});
    proceed();
    confirm();
    int errands = 0;
    for (int i = 0; i < 1000; ++i) {  // milliseconds
        refresher_.notice(apex_, first_, now_);
        if (proceed(milliseconds(1)).empty()) continue;
        ++errands;
        refresher_.notice(apex_, first_, now_);
        confirm();
    }
    EXPECT_EQ(errands, 10);
}

TEST_F(RefresherTest, NoticesOfUnknownZonesAreNothing) {
    refresher_.notice(apex_, first_, now_);
    EXPECT_THAT(proceed(), IsEmpty());
    EXPECT_FALSE(next_);
}

TEST_F(RefresherTest, AsksOnePrimaryForFewZonesAtOnce) {
    std::vector<SecondaryZone> zones;
    for (int i = 0; i < 100; ++i) {
        zones.push_back(
            {frame({i % 10 == 0 ? "192.0.2.54" : "192.0.2.53"}, std::to_string(i) + ".example"),
             {}});
    }
    follow(std::move(zones));
    const auto started = proceed();
    EXPECT_EQ(std::ranges::count(started, "192.0.2.53"), 8);
    EXPECT_EQ(std::ranges::count(started, "192.0.2.54"), 8);
    std::size_t done = 0;
    for (; !errands_.empty(); ++done) {
        receive(1);
        proceed();
        EXPECT_LE(refresher_.under_way(), 16U);
    }
    EXPECT_EQ(done, 100U);
}

TEST_F(RefresherTest, ZonesThatAreNotFollowedAreNotAskedFor) {
    follow({{frame({"192.0.2.53"}), {}}});
    proceed();
    follow({});
    receive(7);
    EXPECT_THAT(taken_, IsEmpty());
    EXPECT_THAT(proceed(hours(24)), IsEmpty());
    EXPECT_FALSE(next_);
}

TEST_F(RefresherTest, WhatComesFromFormerErrandsIsNotTaken) {
    follow({{frame({"192.0.2.53"}), {}}});
    proceed();
    follow({});
    follow({{frame({"192.0.2.54"}), {}}});
    proceed();
    receive(6);
    EXPECT_THAT(taken_, IsEmpty());
    receive(7);
    ASSERT_THAT(taken_, SizeIs(1));
    EXPECT_EQ(taken_[0].version.zone->serial(), Serial{7});
}

TEST_F(RefresherTest, WhatHasJustComeStaysWhereTheNetworksDoNotHaveItYet) {
    follow({{frame({"192.0.2.53"}), {}}});
    (void)proceed();
    receive(7);
    refresher_.notice(apex_, first_, now_);
    EXPECT_THAT(proceed(seconds(5)), SizeIs(1));
    // Other settings, and no version as the one that came has not been taken over.
    ZoneFrame other = frame({"192.0.2.53"});
    other.transfer.restricts_queries = true;
    follow({{other, {}}});
    confirm();
    ASSERT_THAT(taken_, SizeIs(2));
    EXPECT_EQ(taken_.back().version.zone->serial(), Serial{7});
}

TEST_F(RefresherTest, OtherPrimariesAreAskedAtOnce) {
    follow({{frame({"192.0.2.53"}), {zone_with_serial(7), system_now}}});
    proceed();
    confirm();
    follow({{frame({"192.0.2.54"}), {zone_with_serial(7), system_now}}});
    EXPECT_THAT(proceed(), ElementsAre("192.0.2.54"));
    confirm();
    // Nothing has changed: there is no hurry.
    follow({{frame({"192.0.2.54"}), {zone_with_serial(7), system_now}}});
    EXPECT_THAT(proceed(), IsEmpty());
}

}  // namespace
}  // namespace arpad
