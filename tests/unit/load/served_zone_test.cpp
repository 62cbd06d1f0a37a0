#include "load/served_zone.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <vector>

#include "support/zone_maker.hpp"

namespace arpad {
namespace {

/// Nothing is known from another run.
class NoHistories final : public HistorySource {
public:
    std::shared_ptr<const ZoneHistory> history_of(const Name& /*apex*/) override { return nullptr; }
};

Digest digest_of(std::uint8_t octet) {
    Digest digest{};
    digest.fill(octet);
    return digest;
}

class ZoneExchangeTest : public testing::Test {
protected:
    /// A version of a zone that may be transferred, with one name.
    static ServedZone version(std::string_view network, std::uint8_t number) {
        TransferPolicy policy;
        policy.allow.push_back({*Prefix::from_text("192.0.2.53/32"), {}});
        const std::string target = "a" + std::to_string(number) + ".example.";
        const auto zone = zone_for(network).ptr("1", target).transfer(policy).build();
        return {zone->with_addresses(zone->addresses(), Serial{number}), digest_of(number)};
    }

    NoHistories histories_;
    std::vector<ZoneChange> changes_;
};

TEST_F(ZoneExchangeTest, WhatIsTheSameStaysTheSame) {
    ZoneExchange exchange(histories_, 0);
    const ServedZone old = version("192.0.2.0/24", 1);
    ServedZone again = version("192.0.2.0/24", 1);
    ASSERT_NE(again.zone, old.zone);
    exchange.exchange(&old, again, changes_);
    EXPECT_EQ(again.zone, old.zone);
    EXPECT_TRUE(changes_.empty());
}

// Everything is the same but what the names stand for.
TEST_F(ZoneExchangeTest, ZoneOfOtherAddressesIsAnotherOne) {
    ZoneExchange exchange(histories_, 0);
    const ServedZone old{zone_at("rev.example.", "192.0.2.0/24").build(), digest_of(1)};
    ServedZone other{zone_at("rev.example.", "198.51.100.0/24").build(), digest_of(1)};
    const auto built = other.zone;
    exchange.exchange(&old, other, changes_);
    EXPECT_EQ(other.zone, built);
    EXPECT_EQ(changes_.size(), 1U);
}

TEST_F(ZoneExchangeTest, HistoriesOfAllTogetherAreBounded) {
    const ServedZone first = version("192.0.2.0/24", 1);
    const ServedZone second = version("198.51.100.0/24", 1);
    ServedZone alone = version("192.0.2.0/24", 2);
    ZoneExchange(histories_, 0).exchange(&first, alone, changes_);
    const std::size_t octets = octets_of_history(*alone.zone);
    ASSERT_GT(octets, 0U);

    HistoryLimits limits;
    limits.total_octets = octets + octets / 2;
    ZoneExchange exchange(histories_, 0, limits);
    ServedZone one = version("192.0.2.0/24", 2);
    exchange.exchange(&first, one, changes_);
    EXPECT_EQ(octets_of_history(*one.zone), octets);
    ServedZone two = version("198.51.100.0/24", 2);
    exchange.exchange(&second, two, changes_);
    EXPECT_EQ(octets_of_history(*two.zone), 0U);
    // What gives way to another version of its own makes room.
    ServedZone three = version("192.0.2.0/24", 3);
    exchange.exchange(&one, three, changes_);
    EXPECT_EQ(octets_of_history(*three.zone), octets);
}

}  // namespace
}  // namespace arpad
