#include "zone/difference.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/zone_maker.hpp"

namespace arpad {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string contents(const std::optional<RrsetView>& rrset) {
    if (!rrset) return "none";
    std::string text;
    for (const auto rdata : *rrset) text += NameView::of_valid_wire(rdata).to_text();
    return text;
}

/// "owner before -> after" for each difference in names.
std::vector<std::string> differences(const std::shared_ptr<const Zone>& before,
                                     const std::shared_ptr<const Zone>& after) {
    std::vector<std::string> found;
    for_each_difference(before.get(), after.get(), [&](const RrsetChange& change) {
        const RrType type = (change.before ? change.before : change.after)->type();
        if (type != RrType::ptr) return;
        found.push_back(fmt::format("{} {} -> {}", change.owner.to_text(), contents(change.before),
                                    contents(change.after)));
    });
    return found;
}

TEST(Difference, OfTheSameIsNone) {
    ZoneMaker maker = zone_for("192.0.2.0/24");
    maker.ptr("1", "a.example.").ptr("2", "b.example.").ptr("2", "c.example.");
    ZoneMaker again = zone_for("192.0.2.0/24");
    again.ptr("2", "c.example.").ptr("2", "b.example.").ptr("1", "a.example.");
    std::size_t count = 0;
    for_each_difference(maker.build().get(), again.build().get(),
                        [&](const RrsetChange&) { ++count; });
    EXPECT_EQ(count, 0U);
}

TEST(Difference, IsWhatWasAddedRemovedAndChanged) {
    ZoneMaker before = zone_for("192.0.2.0/24");
    before.ptr("1", "same.example.").ptr("2", "old.example.").ptr("3", "gone.example.");
    ZoneMaker after = zone_for("192.0.2.0/24");
    after.ptr("1", "same.example.").ptr("2", "new.example.").ptr("4", "come.example.");
    EXPECT_THAT(differences(before.build(), after.build()),
                UnorderedElementsAre("2.2.0.192.in-addr.arpa. old.example. -> new.example.",
                                     "3.2.0.192.in-addr.arpa. gone.example. -> none",
                                     "4.2.0.192.in-addr.arpa. none -> come.example."));
}

TEST(Difference, OfNothingIsEverything) {
    ZoneMaker maker = zone_for("192.0.2.0/24");
    maker.ptr("1", "a.example.");
    const auto zone = maker.build();
    EXPECT_THAT(differences(nullptr, zone),
                UnorderedElementsAre("1.2.0.192.in-addr.arpa. none -> a.example."));
    EXPECT_THAT(differences(zone, nullptr),
                UnorderedElementsAre("1.2.0.192.in-addr.arpa. a.example. -> none"));
    EXPECT_THAT(differences(nullptr, nullptr), IsEmpty());
    EXPECT_THAT(differences(Zone::make_unavailable(Name(zone->apex())), zone),
                UnorderedElementsAre("1.2.0.192.in-addr.arpa. none -> a.example."));
}

TEST(Difference, InRangesIsTold) {
    const auto zone_with = [](std::string_view addresses, std::string_view names) {
        return zone_for("192.0.2.0/24").range(addresses, names).build();
    };
    const auto zone = zone_with("192.0.2.0/25", "h-{ip}.example.");
    EXPECT_FALSE(differ_in_ranges(*zone, *zone_with("192.0.2.0/25", "h-{ip}.example.")));
    EXPECT_TRUE(differ_in_ranges(*zone, *zone_with("192.0.2.0/26", "h-{ip}.example.")));
    EXPECT_TRUE(differ_in_ranges(*zone, *zone_with("192.0.2.0/25", "x-{ip}.example.")));
    EXPECT_TRUE(differ_in_ranges(*zone, *zone_for("192.0.2.0/24").build()));
}

}  // namespace
}  // namespace arpad
