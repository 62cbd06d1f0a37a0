// What a secondary without ranges answers, which has been given wildcards in place of them.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "answer/lookup.hpp"
#include "reverse/arpa_name.hpp"
#include "support/zone_maker.hpp"
#include "zone/received_zone.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

/// As a secondary has `zone`.
std::shared_ptr<const Zone> transferred(const Zone& zone) {
    ReceivedZone received(zone.frame());
    walk(zone, RangeWalk::wildcard, [&](NameView owner, RrsetView rrset) {
        for (const auto rdata : rrset) {
            received.add({Name(owner), rrset.type(), rrset.ttl(), {rdata.begin(), rdata.end()}});
        }
    });
    return received.build();
}

/// What an answer says.
std::string answer(const Zone& zone, const Name& name, RrType type) {
    MadeRrset space;
    NameBuffer asked;
    asked.assign(name);
    const Lookup found = look_up(zone, asked, type, space);
    if (!found.rrset) return "none";
    std::set<std::string> values;
    for (const auto rdata : *found.rrset)
        values.insert(fmt::format("{:02x}", fmt::join(rdata, "")));
    return fmt::format("{} {} {}", to_text(found.rrset->type()), found.rrset->ttl().seconds,
                       fmt::join(values, " "));
}

class WildcardTransfer : public testing::TestWithParam<unsigned> {
protected:
    unsigned any(unsigned bound) { return std::uniform_int_distribution(0U, bound - 1)(random_); }
    std::string any_owner() { return fmt::format("{}.{}.{}", any(4), any(4), any(4)); }

    std::mt19937 random_{GetParam()};
};

TEST_P(WildcardTransfer, EveryAddressIsAnsweredAsByUs) {
    auto maker = zone_for("10.0.0.0/8").range("10.0.0.0/8", "r.example.");
    maker.range(fmt::format("10.{}.0.0/16", any(4)), "s.example.");
    for (unsigned i = any(3); i > 0; --i) {
        maker.ns(fmt::format("{}.{}", any(4), any(4)), "ns.example.");
    }
    for (unsigned i = any(8); i > 0; --i) maker.ptr(any_owner(), "e.example.");
    for (unsigned i = any(4); i > 0; --i) maker.record("x." + any_owner() + " TXT x");
    for (unsigned i = any(3); i > 0; --i) maker.record(any_owner() + " TXT x");
    const auto zone = maker.build();
    const auto secondary = transferred(*zone);
    ASSERT_TRUE(secondary);
    for (unsigned value = 0; value < 125; ++value) {
        const Address address(Family::ipv4,
                              10U << 24U | value / 25 << 16U | value / 5 % 5 << 8U | value % 5);
        const Name name = arpa_name(address);
        for (const RrType type : {RrType::ptr, RrType::txt, RrType::any}) {
            EXPECT_EQ(answer(*secondary, name, type), answer(*zone, name, type))
                << name.to_text() << " " << to_text(type);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, WildcardTransfer, testing::Range(1U, 41U));

}  // namespace
}  // namespace arpad
