#include "zone/zone_history.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/zone_maker.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

constexpr std::size_t much = 100'000;

std::shared_ptr<const Zone> version(std::uint32_t serial, std::string_view target) {
    const auto zone = zone_for("192.0.2.0/24").ptr("1", target).build();
    return zone->with_addresses(zone->addresses(), Serial{serial});
}

std::shared_ptr<const ZoneDifference> step(std::uint32_t from, std::uint32_t to) {
    return ZoneDifference::between(*version(from, "a.example."), *version(to, "b.example."), much);
}

std::vector<std::string> lines(const ZoneDifference& difference) {
    std::vector<std::string> found;
    std::size_t position = 0;
    while (const auto record = difference.next(position, TransferView::foreign)) {
        const bool is_soa = record->type == RrType::soa;
        found.push_back(is_soa ? "SOA" : NameView::of_valid_wire(record->rdata).to_text());
    }
    return found;
}

TEST(ZoneDifference, IsAsIxfrHasIt) {
    const auto difference = step(4, 7);
    ASSERT_NE(difference, nullptr);
    EXPECT_EQ(difference->from(), Serial{4});
    EXPECT_EQ(difference->to(), Serial{7});
    EXPECT_EQ(difference->records(), 4U);
    EXPECT_THAT(lines(*difference), ElementsAre("SOA", "a.example.", "SOA", "b.example."));
}

TEST(ZoneDifference, IsNotToldWhereSecondariesWouldNotSeeIt) {
    EXPECT_EQ(step(7, 7), nullptr);
    EXPECT_EQ(step(7, 4), nullptr);
    EXPECT_EQ(ZoneDifference::between(*version(1, "a.example."), *version(2, "b.example."), 50),
              nullptr);
    const auto with_range = [](std::uint32_t serial, std::string_view names) {
        const auto zone = zone_for("192.0.2.0/24").range("192.0.2.0/28", names).build();
        return zone->with_addresses(zone->addresses(), Serial{serial});
    };
    EXPECT_EQ(ZoneDifference::between(*with_range(1, "a-{ip}.example."),
                                      *with_range(2, "b-{ip}.example."), much),
              nullptr);
}

// A name in a range takes the place of one that the range makes: arpad sees it come, others see the
// other one go.
TEST(ZoneDifference, TellsEachKindOfServerWhatItSees) {
    TransferPolicy policy;
    policy.allow = {{*Prefix::from_text("192.0.2.54/32"), {}, false},
                    {*Prefix::from_text("192.0.2.55/32"), {}, true}};
    const auto zone =
        zone_for("192.0.2.0/24").range("192.0.2.0/29", "r.example.").transfer(policy).build();
    const auto name = [&](std::string_view target, std::uint32_t serial) {
        return zone->with_addresses(zone->addresses().with_ptr(*Address::from_text("192.0.2.1"),
                                                               Ttl{3600}, *Name::from_text(target)),
                                    Serial{serial});
    };
    const auto records = [](const ZoneDifference& difference, TransferView view) {
        std::size_t position = 0;
        std::size_t count = 0;
        while (difference.next(position, view)) ++count;
        return count - 2;  // without the SOAs
    };
    const auto other = ZoneDifference::between(*zone, *name("e.example.", 2), much);
    EXPECT_EQ(records(*other, TransferView::foreign), 2U);
    EXPECT_EQ(records(*other, TransferView::arpad), 1U);
    const auto same = ZoneDifference::between(*zone, *name("r.example.", 2), much);
    EXPECT_EQ(records(*same, TransferView::foreign), 0U);
    EXPECT_EQ(records(*same, TransferView::arpad), 1U);
    EXPECT_TRUE(same->covers(TransferView::arpad));
}

TEST(ZoneDifference, DoesNotTellArpadWhereNoneMayTakeIt) {
    const auto zone = zone_for("192.0.2.0/24").range("192.0.2.0/29", "r.example.").build();
    const auto next = zone->with_addresses(zone->addresses(), Serial{2});
    const auto difference = ZoneDifference::between(*zone, *next, much);
    ASSERT_NE(difference, nullptr);
    EXPECT_FALSE(difference->covers(TransferView::arpad));
    const auto history = ZoneHistory::extend(nullptr, difference, much, 10);
    EXPECT_THAT(history->since(Serial{1}, TransferView::arpad), SizeIs(0));
    EXPECT_THAT(history->since(Serial{1}, TransferView::foreign), SizeIs(1));
}

TEST(ZoneDifference, IsReadAgain) {
    const auto difference = step(1, 2);
    const std::vector<std::uint8_t> octets(difference->octets().begin(),
                                           difference->octets().end());
    const auto again = ZoneDifference::from_octets(octets);
    ASSERT_NE(again, nullptr);
    EXPECT_EQ(lines(*again), lines(*difference));
    EXPECT_EQ(again->to(), Serial{2});
    // The last record is all that can be missing without leaving half of one.
    std::size_t whole = 0;
    for (std::size_t size = 0; size < octets.size(); ++size) {
        const auto part = ZoneDifference::from_octets(
            {octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size)});
        if (part != nullptr) ++whole;
    }
    EXPECT_EQ(whole, 1U);
}

TEST(ZoneHistory, LeadsFromEachOfItsSerialsToItsEnd) {
    auto history = ZoneHistory::extend(nullptr, step(1, 2), much, 10);
    history = ZoneHistory::extend(history, step(2, 5), much, 10);
    EXPECT_EQ(history->end(), Serial{5});
    EXPECT_THAT(history->since(Serial{1}, TransferView::foreign), SizeIs(2));
    EXPECT_THAT(history->since(Serial{2}, TransferView::foreign), SizeIs(1));
    EXPECT_THAT(history->since(Serial{3}, TransferView::foreign), SizeIs(0));
    EXPECT_THAT(history->since(Serial{5}, TransferView::foreign), SizeIs(0));
}

TEST(ZoneHistory, ForgetsTheOldestWhereThereAreTooMany) {
    const std::size_t octets = step(1, 2)->octets().size();
    std::shared_ptr<const ZoneHistory> few;
    std::shared_ptr<const ZoneHistory> small;
    for (std::uint32_t serial = 1; serial < 10; ++serial) {
        few = ZoneHistory::extend(few, step(serial, serial + 1), much, 3);
        small = ZoneHistory::extend(small, step(serial, serial + 1), 2 * octets, 100);
    }
    EXPECT_THAT(few->since(Serial{7}, TransferView::foreign), SizeIs(3));
    EXPECT_THAT(few->since(Serial{6}, TransferView::foreign), SizeIs(0));
    EXPECT_THAT(small->since(Serial{8}, TransferView::foreign), SizeIs(2));
    EXPECT_THAT(small->since(Serial{7}, TransferView::foreign), SizeIs(0));
    EXPECT_EQ(small->octets(), 2 * octets);
    EXPECT_EQ(ZoneHistory::extend(small, step(10, 11), octets - 1, 100), nullptr);
}

// They share what they have in common.
TEST(ZoneHistory, LongOnesDoNotChangeEarlierOnes) {
    constexpr std::uint32_t most = 300;
    constexpr std::uint32_t steps = 1000;
    std::vector<std::shared_ptr<const ZoneHistory>> histories{nullptr};
    for (std::uint32_t serial = 1; serial <= steps; ++serial) {
        histories.push_back(
            ZoneHistory::extend(histories.back(), step(serial, serial + 1), much, most));
    }
    for (std::uint32_t end = 1; end <= steps; ++end) {
        const ZoneHistory& history = *histories[end];
        ASSERT_EQ(history.size(), std::min(end, most));
        ASSERT_EQ(history.octets(), history.size() * history[0]->octets().size());
        for (std::uint32_t back = 0; back < history.size(); ++back) {
            ASSERT_EQ(history[history.size() - 1 - back]->from(), Serial{end - back});
        }
    }
    EXPECT_LT((*histories[500])[250].use_count(), 200);  // though 300 have it

    const std::weak_ptr<const ZoneDifference> first_kept = (*histories.back())[0];
    const std::weak_ptr<const ZoneDifference> forgotten = (*histories[steps - 1])[0];
    histories.erase(histories.begin(), histories.end() - 1);
    EXPECT_FALSE(first_kept.expired());
    EXPECT_TRUE(forgotten.expired());
}

TEST(ZoneHistory, MayForgetMuchAtOnce) {
    std::vector<ZoneHistory::Difference> steps;
    for (std::uint32_t serial = 1; serial <= 500; ++serial) {
        steps.push_back(step(serial, serial + 1));
    }
    const auto whole = std::make_shared<const ZoneHistory>(steps);
    EXPECT_THAT(whole->since(Serial{100}, TransferView::foreign), SizeIs(401));
    for (const std::size_t most : {400U, 245U, 244U, 117U, 2U, 1U}) {
        const auto less = ZoneHistory::extend(whole, step(501, 502), much, most);
        ASSERT_EQ(less->size(), most);
        EXPECT_EQ((*less)[0]->from(), Serial{static_cast<std::uint32_t>(502 - most)});
        EXPECT_EQ(less->octets(), most * steps[0]->octets().size());
        const auto more = ZoneHistory::extend(less, step(502, 503), much, 1000);
        EXPECT_EQ((*more)[most]->to(), Serial{503});
    }
}

}  // namespace
}  // namespace arpad
