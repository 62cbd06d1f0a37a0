#include "answer/traffic.hpp"

#include <gmock/gmock.h>

namespace arpad {
namespace {

using namespace std::chrono_literals;
using testing::Each;

Outcome answered(Rcode rcode, std::optional<RrType> type = RrType::ptr) {
    return {.kind = Outcome::Kind::answer, .rcode = rcode, .type = type};
}

void add_udp(Traffic& traffic, const Outcome& outcome) {
    traffic.add(outcome, Transport::udp, Family::ipv4);
}

TEST(Traffic, IsNoneAtFirst) {
    const Traffic traffic;
    EXPECT_EQ(traffic.total().silent, 0U);
    EXPECT_EQ(traffic.total().truncated, 0U);
    EXPECT_THAT(traffic.total().by_rcode, Each(0U));
    EXPECT_THAT(traffic.by_type, Each(0U));
}

TEST(Traffic, IsCountedByRcode) {
    Traffic traffic;
    add_udp(traffic, answered(Rcode::nx_domain));
    add_udp(traffic, answered(Rcode::nx_domain));
    add_udp(traffic, answered(Rcode::bad_vers));
    EXPECT_EQ(traffic.total().by_rcode[3], 2U);
    EXPECT_EQ(traffic.total().by_rcode[16], 1U);
}

TEST(Traffic, IsCountedByTransportAndFamily) {
    Traffic traffic;
    traffic.add(answered(Rcode::no_error), Transport::udp, Family::ipv6);
    traffic.add(answered(Rcode::no_error), Transport::tcp, Family::ipv4);
    EXPECT_EQ(traffic.channel(Transport::udp, Family::ipv6).by_rcode[0], 1U);
    EXPECT_EQ(traffic.channel(Transport::tcp, Family::ipv4).by_rcode[0], 1U);
    EXPECT_EQ(traffic.channel(Transport::udp, Family::ipv4).by_rcode[0], 0U);
    EXPECT_EQ(traffic.total().by_rcode[0], 2U);
}

TEST(Traffic, SilenceHasNoRcode) {
    Traffic traffic;
    add_udp(traffic, {});
    EXPECT_EQ(traffic.total().silent, 1U);
    EXPECT_THAT(traffic.total().by_rcode, Each(0U));
}

TEST(Traffic, RcodesOver30ShareTheLast) {
    Traffic traffic;
    add_udp(traffic, answered(static_cast<Rcode>(31)));
    add_udp(traffic, answered(static_cast<Rcode>(4095)));
    EXPECT_EQ(traffic.total().by_rcode[31], 2U);
}

TEST(Traffic, IsCountedByType) {
    Traffic traffic;
    add_udp(traffic, answered(Rcode::no_error));
    add_udp(traffic, answered(Rcode::no_error, RrType::any));
    add_udp(traffic, answered(Rcode::form_err, std::nullopt));
    EXPECT_EQ(traffic.by_type[Traffic::type_slot(RrType::ptr)], 1U);
    EXPECT_EQ(traffic.by_type[Traffic::type_slot(RrType::any)], 1U);
}

TEST(Traffic, EveryTypeHasASlotWithItsName) {
    const Traffic traffic;
    for (unsigned number = 0; number <= 65'535; ++number) {
        const auto type = static_cast<RrType>(number);
        const std::size_t slot = Traffic::type_slot(type);
        ASSERT_LT(slot, traffic.by_type.size());
        const bool has_its_own = number <= 64 || (number >= 249 && number <= 258);
        ASSERT_EQ(Traffic::type_text(slot), has_its_own ? to_text(type) : "other");
    }
}

TEST(Traffic, AddsUpOverWorkers) {
    Traffic one;
    add_udp(one, answered(Rcode::refused));
    add_udp(one, {});
    one.latencies[0].add(3us, 1);
    Traffic other = one;
    add_udp(other, {.kind = Outcome::Kind::answer, .is_truncated = true});
    one.add(other);
    EXPECT_EQ(one.total().by_rcode[5], 2U);
    EXPECT_EQ(one.total().by_rcode[0], 1U);
    EXPECT_EQ(one.total().silent, 2U);
    EXPECT_EQ(one.total().truncated, 1U);
    EXPECT_EQ(one.by_type[Traffic::type_slot(RrType::ptr)], 2U);
    EXPECT_EQ(one.latencies[0].sum(), 6us);
}

TEST(LatencyHistogram, BoundsBelongToTheirClass) {
    LatencyHistogram histogram;
    histogram.add(10us, 1);
    histogram.add(10us + 1ns, 2);
    histogram.add(1s, 3);
    EXPECT_EQ(histogram.counts().front(), 1U);
    EXPECT_EQ(histogram.counts()[1], 2U);
    EXPECT_EQ(histogram.counts().back(), 3U);
    EXPECT_EQ(histogram.sum(), 30us + 2ns + 3s);
}

}  // namespace
}  // namespace arpad
