#include "net/connection_limits.hpp"

#include <gmock/gmock.h>

#include <thread>
#include <vector>

namespace arpad {
namespace {

Address client(std::string_view address) {
    return Address::from_text(address).value();
}

TcpConfig bounds(unsigned in_all, unsigned per_client, unsigned per_prefix = 1000) {
    return {.connections = in_all,
            .connections_per_client = per_client,
            .connections_per_prefix = per_prefix};
}

TEST(ConnectionClient, OfIpv4IsItsAddressAmongItsSlash24) {
    const ConnectionLimits::Client found(client("192.0.2.7"));
    EXPECT_EQ(found.host.to_text(), "192.0.2.7/32");
    EXPECT_EQ(found.neighbourhood.to_text(), "192.0.2.0/24");
}

TEST(ConnectionClient, OfIpv6IsItsSlash64AmongItsSlash48) {
    const ConnectionLimits::Client found(client("2001:db8:0:1:2:3:4:5"));
    EXPECT_EQ(found.host.to_text(), "2001:db8:0:1::/64");
    EXPECT_EQ(found.neighbourhood.to_text(), "2001:db8::/48");
}

TEST(ConnectionLimits, AdmitUpToTheTotal) {
    ConnectionLimits limits(bounds(2, 10));
    const auto first = limits.enter(client("192.0.2.1"));
    const auto second = limits.enter(client("192.0.2.2"));
    EXPECT_TRUE(first);
    EXPECT_TRUE(second);
    EXPECT_FALSE(limits.enter(client("192.0.2.3")));
}

TEST(ConnectionLimits, AdmitUpToTheClientsShare) {
    ConnectionLimits limits(bounds(10, 1));
    const auto first = limits.enter(client("192.0.2.1"));
    EXPECT_TRUE(first);
    EXPECT_FALSE(limits.enter(client("192.0.2.1")));
    EXPECT_TRUE(limits.enter(client("192.0.2.2")));
}

TEST(ConnectionLimits, AddressesOfOneSlash64ShareTheirLimit) {
    ConnectionLimits limits(bounds(10, 1));
    const auto first = limits.enter(client("2001:db8::1"));
    EXPECT_FALSE(limits.enter(client("2001:db8::2")));
    EXPECT_TRUE(limits.enter(client("2001:db8:0:1::1")));
}

TEST(ConnectionLimits, AdmitUpToThePrefixsShare) {
    ConnectionLimits limits(bounds(10, 2, 3));
    std::vector<ConnectionLimits::Place> places;
    for (const char* address : {"192.0.2.1", "192.0.2.1", "192.0.2.2"}) {
        places.push_back(*limits.enter(client(address)));
    }
    const auto fourth = limits.enter(client("192.0.2.3"));
    ASSERT_FALSE(fourth);
    EXPECT_EQ(fourth.error(), ConnectionLimits::Excess::of_client);
    EXPECT_TRUE(limits.enter(client("192.0.3.1")));
    places.clear();
    EXPECT_TRUE(limits.enter(client("192.0.2.3")));
}

TEST(ConnectionLimits, SayOfWhomThereAreTooMany) {
    ConnectionLimits limits(bounds(1, 1));
    const auto first = limits.enter(client("192.0.2.1"));
    EXPECT_EQ(limits.enter(client("192.0.2.1")).error(), ConnectionLimits::Excess::of_client);
    EXPECT_EQ(limits.enter(client("192.0.3.1")).error(), ConnectionLimits::Excess::in_all);
    EXPECT_EQ(limits.counts().refused, 2U);
    EXPECT_EQ(limits.counts().open, 1U);
}

TEST(ConnectionLimits, LeaveTheLessTimeTheLessRoomThereIs) {
    using namespace std::chrono_literals;
    TcpConfig config = bounds(8, 8);
    config.idle_timeout = 10s;
    ConnectionLimits limits(config);
    std::vector<ConnectionLimits::Place> places;
    std::vector<std::chrono::milliseconds> timeouts;
    for (int i = 0; i < 8; ++i) {
        places.push_back(*limits.enter(client("192.0.2.1")));
        timeouts.push_back(limits.idle_timeout());
    }
    EXPECT_EQ(timeouts,
              (std::vector<std::chrono::milliseconds>{10s, 10s, 10s, 10s, 10s, 10s, 5s, 200ms}));
    places.clear();
    EXPECT_EQ(limits.idle_timeout(), 10s);
}

TEST(ConnectionLimits, PlaceIsGivenBackWhenItGoes) {
    ConnectionLimits limits(bounds(1, 1));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(limits.enter(client("192.0.2.1"))) << i;
}

TEST(ConnectionLimits, MovedPlaceIsGivenBackOnce) {
    ConnectionLimits limits(bounds(2, 2));
    {
        auto first = limits.enter(client("192.0.2.1"));
        const ConnectionLimits::Place moved(std::move(*first));
        const auto second = limits.enter(client("192.0.2.1"));
        EXPECT_TRUE(second);
        EXPECT_FALSE(limits.enter(client("192.0.2.1")));
    }
    const auto one = limits.enter(client("192.0.2.1"));
    const auto two = limits.enter(client("192.0.2.1"));
    EXPECT_TRUE(one);
    EXPECT_TRUE(two);
    EXPECT_FALSE(limits.enter(client("192.0.2.1")));
}

TEST(ConnectionLimits, RefusalTakesNoPlace) {
    ConnectionLimits limits(bounds(2, 1));
    const auto first = limits.enter(client("192.0.2.1"));
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(limits.enter(client("192.0.2.1")));
    EXPECT_TRUE(limits.enter(client("192.0.2.2")));
}

TEST(ConnectionLimits, WorkersMayEnterAndLeaveAtOnce) {
    ConnectionLimits limits(bounds(4, 4));
    std::vector<std::thread> workers;
    for (int i = 0; i < 4; ++i) {
        workers.emplace_back([&limits] {
            for (int round = 0; round < 2000; ++round) {
                EXPECT_TRUE(limits.enter(client("192.0.2.1")));
            }
        });
    }
    for (std::thread& worker : workers) worker.join();
    std::vector<ConnectionLimits::Place> places;
    for (int i = 0; i < 4; ++i) places.push_back(*limits.enter(client("192.0.2.1")));
    EXPECT_FALSE(limits.enter(client("192.0.2.1")));
}

}  // namespace
}  // namespace arpad
