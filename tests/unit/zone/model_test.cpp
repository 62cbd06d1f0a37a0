#include "zone/model.hpp"

#include <gtest/gtest.h>

namespace arpad {
namespace {

TEST(DisplayName, IsTheNetwork) {
    NetworkKey key;
    key.network = *Prefix::from_text("192.0.2.0/24");
    EXPECT_EQ(display_name(key), "192.0.2.0/24");
}

TEST(DisplayName, IsTheNetworkEvenIfTheZoneIsNamed) {
    NetworkKey key;
    key.network = *Prefix::from_text("192.0.2.64/26");
    key.zone = *Name::from_text("64-127.2.0.192.in-addr.arpa.");
    EXPECT_EQ(display_name(key), "192.0.2.64/26");
}

TEST(DisplayName, IsTheZoneWithoutANetwork) {
    NetworkKey key;
    key.zone = *Name::from_text("rpz.example.");
    EXPECT_EQ(display_name(key), "rpz.example.");
}

}  // namespace
}  // namespace arpad
