#include "zone/served_ptr.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/zone_fixtures.hpp"
#include "support/zone_maker.hpp"
#include "zone/edit.hpp"

namespace arpad {
namespace {

using test::address;

/// "stored a.example." and the like.
std::string ptr(const ServedPtrs& ptrs, std::string_view where) {
    const ServedPtr served = ptrs.find(address(where));
    std::string text;
    switch (served.source) {
        case PtrSource::stored:
            text = "stored";
            break;
        case PtrSource::range:
            text = "range";
            break;
        case PtrSource::none:
            text = "none";
            break;
        case PtrSource::delegated:
            text = "delegated";
            break;
        case PtrSource::unavailable:
            text = "unavailable";
            break;
        case PtrSource::elsewhere:
            text = "elsewhere";
            break;
    }
    if (served.rrset) {
        for (const Name& name : targets_of(*served.rrset)) text += " " + name.to_text();
    }
    return text;
}

TEST(ServedPtrs, SayWhatAnAddressHasAndWhy) {
    auto zone = zone_for("192.0.2.0/24")
                    .ptr("1", "one.example.")
                    .range("192.0.2.128/25", "r-{ip}.example.")
                    .cname("9", "elsewhere.example.")
                    .ns("7", "ns.example.")
                    .build();
    const auto gone = Zone::make_unavailable(
        {test::name("2.0.10.in-addr.arpa."), test::prefix("10.0.2.0/24"), {}});
    const ServedPtrs ptrs(
        std::make_shared<const Snapshot>(std::vector<std::shared_ptr<const Zone>>{zone, gone}), {});
    EXPECT_EQ(ptr(ptrs, "192.0.2.1"), "stored one.example.");
    EXPECT_EQ(ptr(ptrs, "192.0.2.200"), "range r-192-0-2-200.example.");
    EXPECT_EQ(ptr(ptrs, "192.0.2.2"), "none");
    EXPECT_EQ(ptr(ptrs, "192.0.2.9"), "delegated");
    EXPECT_EQ(ptr(ptrs, "192.0.2.7"), "delegated");
    EXPECT_EQ(ptr(ptrs, "198.51.100.1"), "elsewhere");
    EXPECT_EQ(ptr(ptrs, "10.0.2.1"), "unavailable");
    EXPECT_EQ(ptr(ServedPtrs(), "192.0.2.1"), "elsewhere");
}

TEST(ServedPtrs, LookIntoTheZoneOfAClasslessNetworkIfThatHasTheAddress) {
    const auto of = [](ZoneMaker maker) {
        auto zone = maker.ptr("65", "one.example.").build();
        return ServedPtrs(
            std::make_shared<const Snapshot>(std::vector<std::shared_ptr<const Zone>>{zone}),
            {{test::prefix("192.0.2.64/26"), test::name("rev.example.")}});
    };
    EXPECT_EQ(ptr(of(arpad::zone_at("rev.example.", "192.0.2.0/24")), "192.0.2.65"),
              "stored one.example.");
    EXPECT_EQ(ptr(of(arpad::zone_at("rev.example.", "198.51.100.0/24")), "192.0.2.65"),
              "elsewhere");
    EXPECT_EQ(ptr(of(arpad::zone_at("rev.example.")), "192.0.2.65"), "elsewhere");
}

}  // namespace
}  // namespace arpad
