#include "zone/difference.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reverse/arpa_name.hpp"
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

TEST(Difference, OfAnEditIsFoundWherever) {
    ZoneMaker maker = zone_for("10.0.0.0/8");
    for (unsigned i = 0; i < 5000; ++i) {
        maker.ptr(fmt::format("{}.{}.{}", i % 7, i / 7 % 251, i % 13), "host.example.");
    }
    const auto zone = maker.build();
    std::vector<Address> addresses{*Address::from_text("10.200.1.2")};  // one that is not there
    zone->addresses().for_each([&](Address address, const AddressData&) {
        if (addresses.size() < 200) addresses.push_back(address);
    });
    const Name target = *Name::from_text("other.example.");
    for (const Address address : addresses) {
        const std::string owner = arpa_name(address).to_text();
        const bool is_there = zone->addresses().find(address).has_value();
        const std::string old = is_there ? "host.example." : "none";
        const auto edited =
            zone->with_addresses(zone->addresses().with_ptr(address, Ttl{3600}, target), Serial{2});
        EXPECT_THAT(differences(zone, edited),
                    UnorderedElementsAre(fmt::format("{} {} -> other.example.", owner, old)));
        const auto without =
            edited->with_addresses(edited->addresses().without(address), Serial{3});
        EXPECT_THAT(differences(edited, without),
                    UnorderedElementsAre(fmt::format("{} other.example. -> none", owner)));
        EXPECT_THAT(differences(zone, without),
                    is_there ? testing::Matcher<std::vector<std::string>>(UnorderedElementsAre(
                                   fmt::format("{} host.example. -> none", owner)))
                             : testing::Matcher<std::vector<std::string>>(IsEmpty()));
    }
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
    // The same runs of ranges that were written otherwise.
    const auto inner = [](std::string_view outer) {
        return zone_for("192.0.2.0/24")
            .range(outer, "pool.example.")
            .range("192.0.2.64/26", "x-{ip}.example.")
            .build();
    };
    const auto half = zone_for("192.0.2.0/24")
                          .range("192.0.2.0/26", "pool.example.")
                          .range("192.0.2.64/26", "x-{ip}.example.")
                          .build();
    EXPECT_FALSE(differ_in_ranges(*inner("192.0.2.0/25"), *inner("192.0.2.0/25")));
    EXPECT_TRUE(differ_in_ranges(*inner("192.0.2.0/25"), *half));
}

}  // namespace
}  // namespace arpad
