#include "net/connection_limits.hpp"

#include <gmock/gmock.h>

#include <thread>
#include <vector>

namespace arpad {
namespace {

Prefix client(std::string_view address) {
    return client_of(boost::asio::ip::make_address(address));
}

TEST(ClientOf, Ipv4ClientIsItsAddress) {
    EXPECT_EQ(client("192.0.2.7").to_text(), "192.0.2.7/32");
}

TEST(ClientOf, Ipv6ClientIsItsSlash64) {
    EXPECT_EQ(client("2001:db8:0:1:2:3:4:5").to_text(), "2001:db8:0:1::/64");
}

TEST(ConnectionLimits, AdmitUpToTheTotal) {
    ConnectionLimits limits(2, 10);
    const auto first = limits.enter(client("192.0.2.1"));
    const auto second = limits.enter(client("192.0.2.2"));
    EXPECT_TRUE(first);
    EXPECT_TRUE(second);
    EXPECT_FALSE(limits.enter(client("192.0.2.3")));
}

TEST(ConnectionLimits, AdmitUpToTheClientsShare) {
    ConnectionLimits limits(10, 1);
    const auto first = limits.enter(client("192.0.2.1"));
    EXPECT_TRUE(first);
    EXPECT_FALSE(limits.enter(client("192.0.2.1")));
    EXPECT_TRUE(limits.enter(client("192.0.2.2")));
}

TEST(ConnectionLimits, AddressesOfOneSlash64ShareTheirLimit) {
    ConnectionLimits limits(10, 1);
    const auto first = limits.enter(client("2001:db8::1"));
    EXPECT_FALSE(limits.enter(client("2001:db8::2")));
    EXPECT_TRUE(limits.enter(client("2001:db8:0:1::1")));
}

TEST(ConnectionLimits, PlaceIsGivenBackWhenItGoes) {
    ConnectionLimits limits(1, 1);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(limits.enter(client("192.0.2.1"))) << i;
}

TEST(ConnectionLimits, MovedPlaceIsGivenBackOnce) {
    ConnectionLimits limits(2, 2);
    auto first = limits.enter(client("192.0.2.1"));
    {
        const ConnectionLimits::Place moved(std::move(*first));
        first.reset();
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
    ConnectionLimits limits(2, 1);
    const auto first = limits.enter(client("192.0.2.1"));
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(limits.enter(client("192.0.2.1")));
    EXPECT_TRUE(limits.enter(client("192.0.2.2")));
}

TEST(ConnectionLimits, WorkersMayEnterAndLeaveAtOnce) {
    ConnectionLimits limits(4, 4);
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
    for (int i = 0; i < 4; ++i) places.push_back(limits.enter(client("192.0.2.1")).value());
    EXPECT_FALSE(limits.enter(client("192.0.2.1")));
}

}  // namespace
}  // namespace arpad
