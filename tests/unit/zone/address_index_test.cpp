#include "zone/address_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::address;
using test::prefix;

AddressIndex index_of(const std::vector<std::string_view>& texts) {
    std::vector<AddressIndex::Entry> entries;
    for (const std::string_view text : texts)
        entries.push_back({address(text), NodeId(100 + entries.size())});
    return {entries.front().address.family(), entries};
}

TEST(AddressIndex, FindsTheNodeOfAnAddress) {
    const AddressIndex index = index_of({"192.0.2.1", "192.0.2.7", "192.0.2.255"});
    EXPECT_EQ(index.find(address("192.0.2.1")), NodeId(100));
    EXPECT_EQ(index.find(address("192.0.2.7")), NodeId(101));
    EXPECT_EQ(index.find(address("192.0.2.255")), NodeId(102));
    EXPECT_EQ(index.size(), 3U);
}

TEST(AddressIndex, FindsNoOtherAddress) {
    const AddressIndex index = index_of({"192.0.2.1", "192.0.2.7"});
    for (const char* text : {"0.0.0.0", "192.0.2.0", "192.0.2.2", "192.0.2.8", "255.255.255.255"})
        EXPECT_EQ(index.find(address(text)), std::nullopt) << text;
}

TEST(AddressIndex, HoldsTheFirstAndTheLastAddress) {
    const AddressIndex ipv4 = index_of({"0.0.0.0", "255.255.255.255"});
    EXPECT_TRUE(ipv4.find(address("0.0.0.0")));
    EXPECT_TRUE(ipv4.find(address("255.255.255.255")));
    const AddressIndex ipv6 = index_of({"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"});
    EXPECT_TRUE(ipv6.find(address("::")));
    EXPECT_TRUE(ipv6.find(address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
}

TEST(AddressIndex, TellsTheFamiliesApart) {
    const AddressIndex index = index_of({"0.0.0.1"});
    EXPECT_FALSE(index.find(address("::1")));
    EXPECT_FALSE(index.has_any_in(prefix("::/0")));
}

TEST(AddressIndex, HasNothingByDefault) {
    const AddressIndex index;
    EXPECT_FALSE(index.find(address("0.0.0.0")));
    EXPECT_FALSE(index.has_any_in(prefix("0.0.0.0/0")));
    EXPECT_EQ(index.size(), 0U);
}

TEST(AddressIndex, HasAnyInAPrefixUpToItsEdges) {
    const AddressIndex index = index_of({"10.0.0.0", "10.2.255.255"});
    EXPECT_TRUE(index.has_any_in(prefix("10.0.0.0/16")));
    EXPECT_FALSE(index.has_any_in(prefix("10.1.0.0/16")));
    EXPECT_TRUE(index.has_any_in(prefix("10.2.0.0/16")));
    EXPECT_FALSE(index.has_any_in(prefix("10.3.0.0/16")));
    EXPECT_FALSE(index.has_any_in(prefix("9.0.0.0/8")));
}

TEST(AddressIndex, HasAnyInTheWholeAddressSpace) {
    EXPECT_TRUE(index_of({"192.0.2.1"}).has_any_in(prefix("0.0.0.0/0")));
    EXPECT_TRUE(index_of({"2001:db8::1"}).has_any_in(prefix("::/0")));
}

class AddressIndexOfFamily : public testing::TestWithParam<Family> {};

TEST_P(AddressIndexOfFamily, AgreesWithAMap) {
    std::mt19937_64 random(8020);
    const unsigned bits = address_bits(GetParam());
    const Prefix dense(Address(GetParam(), 0), bits - 12);
    std::map<Address, NodeId> expected;
    for (std::uint32_t node = 0; node < 300; ++node)
        expected.emplace(test::random_address(dense, random), NodeId(node));
    std::vector<AddressIndex::Entry> entries;
    for (const auto& [at, node] : expected) entries.push_back({at, node});
    const AddressIndex index(GetParam(), entries);
    for (int round = 0; round < 5000; ++round) {
        const Address at = test::random_address(dense, random);
        const auto found = expected.find(at);
        ASSERT_EQ(index.find(at),
                  found == expected.end() ? std::nullopt : std::optional(found->second));
        const Prefix around(at, bits - static_cast<unsigned>(random() % 10));
        const bool has_any = std::ranges::any_of(
            entries, [&](const auto& entry) { return around.contains(entry.address); });
        ASSERT_EQ(index.has_any_in(around), has_any) << around.to_text();
    }
}

INSTANTIATE_TEST_SUITE_P(AddressIndex, AddressIndexOfFamily,
                         testing::Values(Family::ipv4, Family::ipv6));

TEST(AddressIndexDeathTest, RefusesAddressesThatDoNotAscend) {
    EXPECT_DEATH(index_of({"192.0.2.7", "192.0.2.1"}), "ascend");
    EXPECT_DEATH(index_of({"192.0.2.7", "192.0.2.7"}), "ascend");
}

TEST(AddressIndexDeathTest, RefusesTwoFamilies) {
    EXPECT_DEATH(index_of({"192.0.2.7", "2001:db8::"}), "one family");
}

}  // namespace
}  // namespace arpad
