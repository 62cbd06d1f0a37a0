#include "load/network_index.hpp"

#include <gtest/gtest.h>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::address;
using test::prefix;

TEST(NetworkIndex, FindsTheSmallestNetwork) {
    NetworkIndex index;
    index.add(prefix("192.0.0.0/16"), "outer");
    index.add(prefix("192.0.2.0/24"), "inner");
    index.add(prefix("2001:db8::/32"), "six");
    ASSERT_NE(index.find(address("192.0.2.1")), nullptr);
    EXPECT_EQ(*index.find(address("192.0.2.1")), "inner");
    EXPECT_EQ(*index.find(address("192.0.3.1")), "outer");
    EXPECT_EQ(*index.find(address("2001:db8::1")), "six");
    EXPECT_EQ(index.find(address("198.51.100.1")), nullptr);
}

TEST(NetworkIndex, KeepsANetworkThatMovedToAnotherFile) {
    NetworkIndex index;
    index.add(prefix("192.0.2.0/24"), "old");
    index.add(prefix("192.0.2.0/24"), "new");
    index.remove(prefix("192.0.2.0/24"), "old");
    EXPECT_EQ(*index.find(address("192.0.2.1")), "new");
    index.remove(prefix("192.0.2.0/24"), "new");
    EXPECT_EQ(index.find(address("192.0.2.1")), nullptr);
}

}  // namespace
}  // namespace arpad
