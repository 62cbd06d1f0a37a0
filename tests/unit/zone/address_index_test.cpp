#include "zone/address_index.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::address;
using test::prefix;

Name name(const std::string& text) {
    return *Name::from_text(text);
}

/// What the tests give an address: `hN.customers.example.`, N from its number, so that many share
/// their ending.
Name target_of(Address at) {
    const auto number = static_cast<std::uint64_t>(at.value());
    return name(fmt::format("h{}.customers{}.example.", number, number % 7));
}

AddressIndex index_of(const std::vector<Address>& addresses) {
    AddressIndexWriter writer(addresses.front().family(), addresses.size());
    for (const Address at : addresses) writer.announce(at);
    for (const Address at : addresses) writer.put_ptr(Ttl{60}, target_of(at));
    return writer.finish();
}

AddressIndex index_of(const std::vector<std::string_view>& texts) {
    std::vector<Address> addresses;
    for (const std::string_view text : texts) addresses.push_back(address(text));
    return index_of(addresses);
}

/// The target of a lone PTR.
Name target_in(const AddressData& data) {
    NameSpace space;
    return Name(NameView::of_valid_wire(std::span(space).first(data.copy_to(space))));
}

/// The target at `at`; none if it is not in the index, or has anything else.
std::optional<Name> find_target(const AddressIndex& index, Address at) {
    const auto data = index.find(at);
    if (!data || !data->is_lone_ptr()) return std::nullopt;
    return target_in(*data);
}

/// The numbers of all addresses, as they come.
std::vector<Address> addresses_in(const AddressIndex& index) {
    std::vector<Address> addresses;
    index.for_each([&](Address at, const AddressData&) { addresses.push_back(at); });
    return addresses;
}

TEST(AddressIndex, FindsWhatAnAddressHas) {
    const AddressIndex index =
        index_of(std::vector<std::string_view>{"192.0.2.1", "192.0.2.7", "192.0.2.255"});
    for (const char* text : {"192.0.2.1", "192.0.2.7", "192.0.2.255"})
        EXPECT_EQ(find_target(index, address(text)), target_of(address(text))) << text;
    EXPECT_EQ(index.find(address("192.0.2.7"))->ttl(), Ttl{60});
    EXPECT_EQ(index.size(), 3U);
}

TEST(AddressIndex, FindsNoOtherAddress) {
    const AddressIndex index = index_of(std::vector<std::string_view>{"192.0.2.1", "192.0.2.7"});
    for (const char* text : {"0.0.0.0", "192.0.2.0", "192.0.2.2", "192.0.2.8", "192.0.3.1",
                             "193.0.2.1", "255.255.255.255"})
        EXPECT_FALSE(index.find(address(text))) << text;
}

TEST(AddressIndex, HoldsTheFirstAndTheLastAddress) {
    const AddressIndex ipv4 = index_of(std::vector<std::string_view>{"0.0.0.0", "255.255.255.255"});
    EXPECT_TRUE(ipv4.find(address("0.0.0.0")));
    EXPECT_TRUE(ipv4.find(address("255.255.255.255")));
    const AddressIndex ipv6 =
        index_of(std::vector<std::string_view>{"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"});
    EXPECT_TRUE(ipv6.find(address("::")));
    EXPECT_TRUE(ipv6.find(address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
}

TEST(AddressIndex, TellsTheFamiliesApart) {
    const AddressIndex index = index_of(std::vector<std::string_view>{"0.0.0.1"});
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
    const AddressIndex index = index_of(std::vector<std::string_view>{"10.0.0.0", "10.2.255.255"});
    EXPECT_TRUE(index.has_any_in(prefix("10.0.0.0/16")));
    EXPECT_FALSE(index.has_any_in(prefix("10.1.0.0/16")));
    EXPECT_TRUE(index.has_any_in(prefix("10.2.0.0/16")));
    EXPECT_FALSE(index.has_any_in(prefix("10.3.0.0/16")));
    EXPECT_FALSE(index.has_any_in(prefix("9.0.0.0/8")));
}

TEST(AddressIndex, HasAnyInTheWholeAddressSpace) {
    EXPECT_TRUE(
        index_of(std::vector<std::string_view>{"192.0.2.1"}).has_any_in(prefix("0.0.0.0/0")));
    EXPECT_TRUE(index_of(std::vector<std::string_view>{"2001:db8::1"}).has_any_in(prefix("::/0")));
}

TEST(AddressIndex, KeepsTheCaseOfAName) {
    AddressIndexWriter writer(Family::ipv4, 2);
    writer.announce(address("192.0.2.1"));
    writer.announce(address("192.0.2.2"));
    writer.put_ptr(Ttl{1}, name("www.Example.NET."));
    writer.put_ptr(Ttl{1}, name("www.example.net."));
    const AddressIndex index = writer.finish();
    EXPECT_EQ(find_target(index, address("192.0.2.1"))->to_text(), "www.Example.NET.");
    EXPECT_EQ(find_target(index, address("192.0.2.2"))->to_text(), "www.example.net.");
}

TEST(AddressIndex, HoldsNamesOfAnyLength) {
    const std::string label(63, 'x');
    const std::vector<Name> names{
        name("."), name("a."), name("a.b."),
        name(label + '.' + label + '.' + label + '.' + std::string(61, 'y') + '.')};
    AddressIndexWriter writer(Family::ipv6, names.size());
    for (unsigned i = 0; i < names.size(); ++i) writer.announce(Address(Family::ipv6, i));
    for (const Name& each : names) writer.put_ptr(Ttl{1}, each);
    const AddressIndex index = writer.finish();
    for (unsigned i = 0; i < names.size(); ++i)
        EXPECT_EQ(find_target(index, Address(Family::ipv6, i)), names[i]);
}

TEST(AddressIndex, HoldsNodes) {
    const std::vector<Rrset> rrsets{{RrType::txt, Ttl{5}, {{1, 'x'}}},
                                    {RrType::ptr, Ttl{6}, {{0}, {1, 'a', 0}}}};
    AddressIndexWriter writer(Family::ipv4, 2);
    writer.announce(address("192.0.2.1"));
    writer.announce(address("192.0.2.2"));
    writer.put_rrsets(rrsets);
    writer.put_ptr(Ttl{7}, name("b."));
    const AddressIndex index = writer.finish();
    const auto data = index.find(address("192.0.2.1"));
    ASSERT_TRUE(data && !data->is_lone_ptr());
    EXPECT_EQ(data->node().size(), 2U);
    EXPECT_EQ(data->node().find(RrType::ptr)->size(), 2U);
    EXPECT_EQ(data->node().find(RrType::txt)->ttl(), Ttl{5});
    EXPECT_EQ(find_target(index, address("192.0.2.2")), name("b."));
}

TEST(AddressIndex, StoresNamesWholeOnceThereIsNoRoomForEndings) {
    constexpr std::uint32_t count = 80'000;  // endings of over 200 octets each: 16 MB
    const std::string long_label(60, 'x');
    const auto target = [&](std::uint32_t i) {
        return name(fmt::format("a.b{}.{}.{}.{}.", i, long_label, long_label, long_label));
    };
    AddressIndexWriter writer(Family::ipv4, count);
    for (std::uint32_t i = 0; i < count; ++i) writer.announce(Address(Family::ipv4, i));
    for (std::uint32_t i = 0; i < count; ++i) writer.put_ptr(Ttl{1}, target(i));
    const AddressIndex index = writer.finish();
    for (std::uint32_t i = 0; i < count; i += 97)
        ASSERT_EQ(find_target(index, Address(Family::ipv4, i)), target(i));
    EXPECT_EQ(find_target(index, Address(Family::ipv4, count - 1)), target(count - 1));
}

/// How addresses may be spread.
struct Spread {
    Family family;
    unsigned shared_bits;  ///< That all addresses begin with.
    unsigned zero_bits;    ///< That they end in.
    unsigned count;
};

class AddressIndexOfSpread : public testing::TestWithParam<Spread> {
protected:
    Address random_address() {
        const Spread& spread = GetParam();
        const unsigned bits = address_bits(spread.family);
        const Prefix all(Address(spread.family, low_bits_mask(bits) / 3), spread.shared_bits);
        return Prefix(test::random_address(all, random_), bits - spread.zero_bits).first();
    }

    void expect_same(const AddressIndex& index, const std::map<Address, Name>& expected) {
        ASSERT_EQ(index.size(), expected.size());
        auto next = expected.begin();
        index.for_each([&](Address at, const AddressData& data) {
            ASSERT_EQ(at, next->first);
            ASSERT_EQ(target_in(data), next->second);
            ++next;
        });
        ASSERT_EQ(next, expected.end());
        for (int round = 0; round < 2000; ++round) {
            const Address at = random_address();
            const auto found = expected.find(at);
            ASSERT_EQ(find_target(index, at),
                      found == expected.end() ? std::nullopt : std::optional(found->second));
            const unsigned length = static_cast<unsigned>(random_() % (at.bits() + 1));
            const Prefix around(at, length);
            const auto first = expected.lower_bound(around.first());
            const bool has_any = first != expected.end() && around.contains(first->first);
            ASSERT_EQ(index.has_any_in(around), has_any) << around.to_text();
        }
    }

    std::mt19937_64 random_{8020};
};

TEST_P(AddressIndexOfSpread, AgreesWithAMap) {
    std::map<Address, Name> expected;
    for (unsigned i = 0; i < GetParam().count; ++i) {
        const Address at = random_address();
        expected.insert_or_assign(at, target_of(at));
    }
    std::vector<Address> addresses;
    for (const auto& [at, target] : expected) addresses.push_back(at);
    expect_same(index_of(addresses), expected);
}

TEST_P(AddressIndexOfSpread, AgreesWithAMapWhileItChanges) {
    AddressIndexWriter writer(GetParam().family, 0);
    AddressIndex index = writer.finish();
    std::map<Address, Name> expected;
    const unsigned changes = std::min(GetParam().count, 2000U);
    for (unsigned i = 0; i < changes; ++i) {
        const Address at = random_address();
        const Name target = name(fmt::format("new{}.example.", i));
        index = index.with_ptr(at, Ttl{60}, target);
        expected.insert_or_assign(at, target);
    }
    expect_same(index, expected);
    const AddressIndex before = index;
    const std::map<Address, Name> expected_before = expected;
    for (const auto& [at, target] : expected_before) {
        if (random_() % 3 == 0) continue;
        index = index.without(at);
        expected.erase(at);
    }
    expect_same(index, expected);
    expect_same(before, expected_before);  // what was shared is still there
    for (const auto& [at, target] : expected_before) index = index.without(at);
    EXPECT_EQ(index.size(), 0U);
    EXPECT_TRUE(addresses_in(index).empty());
}

INSTANTIATE_TEST_SUITE_P(AddressIndex, AddressIndexOfSpread,
                         testing::Values(Spread{Family::ipv4, 0, 0, 5000},  // all over
                                         Spread{Family::ipv4, 20, 0,
                                                4000},  // nearly every one of a /20
                                         Spread{Family::ipv4, 8, 16, 300},    // one of each /16
                                         Spread{Family::ipv4, 24, 0, 30},     // a page
                                         Spread{Family::ipv6, 32, 0, 5000},   // all over a /32
                                         Spread{Family::ipv6, 112, 0, 5000},  // dense
                                         Spread{Family::ipv6, 48, 64, 5000},  // one of each /64
                                         Spread{Family::ipv6, 0, 127, 2}));   // two

// So many stand in chunks, which go when the last page in them does.
TEST(AddressIndex, PartsOfALargeOneOutliveIt) {
    std::vector<Address> addresses;
    for (unsigned i = 0; i < 60'000; ++i) addresses.emplace_back(Family::ipv4, i * 7U);
    std::optional<AddressIndex> index(index_of(addresses));
    const Address added(Family::ipv4, 3);
    const AddressIndex changed = index->with_ptr(added, Ttl{1}, name("new.example."));
    index.reset();
    EXPECT_EQ(changed.size(), addresses.size() + 1);
    EXPECT_EQ(find_target(changed, added), name("new.example."));
    for (std::size_t i = 0; i < addresses.size(); i += 11)
        ASSERT_EQ(find_target(changed, addresses[i]), target_of(addresses[i]));
}

TEST(AddressSearch, EndsWhateverItLooksFor) {
    std::vector<Address> addresses;
    for (unsigned i = 0; i < 5000; ++i) addresses.emplace_back(Family::ipv6, Uint128{i} << 60U);
    const AddressIndex index = index_of(addresses);
    const auto steps = [&](AddressSearch search) {
        int count = 0;
        while (search.step()) ++count;
        return count;
    };
    EXPECT_GE(steps({index, addresses[77]}), 3);
    EXPECT_LE(steps({index, addresses[77]}), 9);
    EXPECT_LE(steps({index, address("ffff::")}), 9);
    EXPECT_EQ(steps({index, address("192.0.2.1")}), 0);
    EXPECT_LE(steps({AddressIndex(), address("192.0.2.1")}), 1);
    EXPECT_EQ(steps({}), 0);
}

TEST(AddressIndex, AChangedOneHasNodesTooAndCountsAddressesOnce) {
    AddressIndex index = index_of(std::vector<std::string_view>{"192.0.2.1"});
    const std::vector<Rrset> rrsets{{RrType::txt, Ttl{5}, {{1, 'x'}}}};
    index = index.with_rrsets(address("192.0.2.1"), rrsets);
    index = index.with_rrsets(address("192.0.2.3"), rrsets);
    index = index.with_ptr(address("192.0.2.4"), Ttl{1}, name("c.example."));
    EXPECT_EQ(index.size(), 3U);
    EXPECT_FALSE(index.find(address("192.0.2.1"))->is_lone_ptr());
    EXPECT_TRUE(index.find(address("192.0.2.3"))->node().find(RrType::txt));
    EXPECT_EQ(find_target(index, address("192.0.2.4")), name("c.example."));
    EXPECT_EQ(index.without(address("192.0.2.9")).size(), 3U);
}

TEST(AddressIndexDeathTest, RefusesAddressesThatDoNotAscend) {
    using Texts = std::vector<std::string_view>;
    EXPECT_DEATH(index_of(Texts{"192.0.2.7", "192.0.2.1"}), "ascend");
    EXPECT_DEATH(index_of(Texts{"192.0.2.7", "192.0.2.7"}), "ascend");
}

TEST(AddressIndexDeathTest, RefusesTwoFamilies) {
    EXPECT_DEATH(index_of(std::vector<std::string_view>{"192.0.2.7", "2001:db8::"}), "one family");
}

TEST(AddressIndexDeathTest, RefusesAnAddressWithoutAnything) {
    AddressIndexWriter writer(Family::ipv4, 1);
    writer.announce(address("192.0.2.7"));
    EXPECT_DEATH((void)writer.finish(), "has its data");
}

}  // namespace
}  // namespace arpad
