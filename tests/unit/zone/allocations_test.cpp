#include "zone/allocations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/zone_fixtures.hpp"
#include "zone/inventory.hpp"

namespace arpad {
namespace {

using test::address;
using test::prefix;

class AllocationsTest : public testing::Test {
protected:
    void add(const std::string& server, std::optional<std::string> account,
             std::vector<std::string_view> prefixes) {
        ServerModel model;
        model.name = server;
        model.account = std::move(account);
        for (const std::string_view each : prefixes)
            model.allocations.push_back({prefix(each), {}});
        inventory_.servers.push_back(std::move(model));
        inventory_.allocations = Allocations(inventory_);
    }

    [[nodiscard]] std::string holder(std::string_view where) const {
        return holder_of(&inventory_, address(where)).server;
    }

    InventoryModel inventory_;
};

TEST_F(AllocationsTest, FindsTheLongestMatch) {
    add("rack", "acme", {"192.0.2.0/24", "2001:db8::/32"});
    add("vm1", "other", {"192.0.2.64/26", "2001:db8:0:7::/64"});
    add("vm2", {}, {"192.0.2.70/32", "192.0.2.1/32"});
    EXPECT_EQ(holder("192.0.2.70"), "vm2");
    EXPECT_EQ(holder("192.0.2.71"), "vm1");
    EXPECT_EQ(holder("192.0.2.127"), "vm1");
    EXPECT_EQ(holder("192.0.2.128"), "rack");
    EXPECT_EQ(holder("192.0.2.0"), "rack");
    EXPECT_EQ(holder("192.0.2.1"), "vm2");
    EXPECT_EQ(holder("192.0.3.0"), "");
    EXPECT_EQ(holder("192.0.1.255"), "");
    EXPECT_EQ(holder("2001:db8:0:7::1"), "vm1");
    EXPECT_EQ(holder("2001:db8:0:8::1"), "rack");
    EXPECT_EQ(holder("::"), "");
    EXPECT_EQ(inventory_.allocations.find(address("192.0.2.71"))->prefix, prefix("192.0.2.64/26"));
}

TEST_F(AllocationsTest, CustomersEditIsHeardWhileTheAddressIsTheirs) {
    add("vm1", "acme", {"192.0.2.7/32"});
    Edit edit = ptr_edit(address("192.0.2.7"), {});
    EXPECT_TRUE(is_awake(edit, &inventory_));  // an operator's
    EXPECT_TRUE(is_awake(edit, nullptr));
    edit.holder = {"acme", "vm1"};
    EXPECT_TRUE(is_awake(edit, &inventory_));
    EXPECT_FALSE(is_awake(edit, nullptr));
    edit.holder = {"acme", "vm2"};
    EXPECT_FALSE(is_awake(edit, &inventory_));
    edit.holder = {"other", "vm1"};
    EXPECT_FALSE(is_awake(edit, &inventory_));
}

}  // namespace
}  // namespace arpad
