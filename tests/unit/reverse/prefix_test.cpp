#include "reverse/prefix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace arpad {
namespace {

Address address(std::string_view text) {
    return *Address::from_text(text);
}

Prefix prefix(std::string_view text) {
    return *Prefix::from_text(text);
}

std::optional<PrefixError> error_of(std::string_view text) {
    const auto result = Prefix::from_text(text);
    if (result.has_value()) return std::nullopt;
    return result.error();
}

Address random_address(Family family, std::mt19937_64& random) {
    const Uint128 value = Uint128{random()} << 64 | random();
    return {family, value & low_bits_mask(address_bits(family))};
}

/// For every length of both families: some prefixes of random addresses, and those at both ends of
/// the address space.
std::vector<Prefix> prefixes_of_every_length() {
    std::mt19937_64 random(2317);
    std::vector<Prefix> prefixes;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        const unsigned bits = address_bits(family);
        for (unsigned length = 0; length <= bits; ++length) {
            prefixes.emplace_back(Address(family, 0), length);
            prefixes.emplace_back(Address(family, low_bits_mask(bits)), length);
            for (int count = 0; count < 8; ++count)
                prefixes.emplace_back(random_address(family, random), length);
        }
    }
    return prefixes;
}

TEST(PrefixFromText, ReadsBothFamilies) {
    EXPECT_EQ(prefix("192.0.2.0/24"), Prefix(address("192.0.2.0"), 24));
    EXPECT_EQ(prefix("2001:db8::/32"), Prefix(address("2001:db8::"), 32));
}

TEST(PrefixFromText, ReadsTheShortestAndTheLongest) {
    EXPECT_EQ(prefix("0.0.0.0/0").length(), 0U);
    EXPECT_EQ(prefix("192.0.2.7/32").length(), 32U);
    EXPECT_EQ(prefix("::/0").length(), 0U);
    EXPECT_EQ(prefix("2001:db8::1/128").length(), 128U);
}

TEST(PrefixFromText, RefusesAnAddressWithoutLength) {
    EXPECT_EQ(error_of("192.0.2.0"), PrefixError::no_slash);
    EXPECT_EQ(error_of("2001:db8::"), PrefixError::no_slash);
    EXPECT_EQ(error_of(""), PrefixError::no_slash);
}

TEST(PrefixFromText, RefusesWhatIsNoAddress) {
    for (const char* text : {"/24", "192.0.2/24", "192.0.2.00/24", " 192.0.2.0/24", "2001:db8/32"})
        EXPECT_EQ(error_of(text), PrefixError::bad_address) << text;
}

TEST(PrefixFromText, RefusesALengthThatIsNoNumber) {
    for (const char* text : {"192.0.2.0/", "192.0.2.0/x", "192.0.2.0/24x", "192.0.2.0/24 ",
                             "192.0.2.0/ 24", "192.0.2.0/-1", "192.0.2.0/+24", "192.0.2.0/024",
                             "192.0.2.0/00", "192.0.2.0/24/24", "192.0.2.0/255.255.255.0"})
        EXPECT_EQ(error_of(text), PrefixError::bad_length) << text;
}

TEST(PrefixFromText, RefusesALengthBeyondTheAddress) {
    for (const char* text :
         {"192.0.2.0/33", "192.0.2.0/128", "::/129", "::/4294967296", "::/18446744073709551616"})
        EXPECT_EQ(error_of(text), PrefixError::bad_length) << text;
}

TEST(PrefixFromText, RefusesHostBits) {
    for (const char* text : {"192.0.2.1/24", "192.0.2.128/24", "0.0.0.1/0", "128.0.0.0/0",
                             "192.0.2.7/31", "2001:db8::1/64", "2001:db8::1/127"})
        EXPECT_EQ(error_of(text), PrefixError::host_bits_set) << text;
}

TEST(PrefixToText, IsAddressSlashLength) {
    EXPECT_EQ(Prefix(address("192.0.2.0"), 24).to_text(), "192.0.2.0/24");
    EXPECT_EQ(Prefix(address("2001:db8::"), 32).to_text(), "2001:db8::/32");
    EXPECT_EQ(Prefix().to_text(), "0.0.0.0/0");
}

TEST(PrefixToText, IsReadBackForEveryLength) {
    for (const Prefix& whole : prefixes_of_every_length())
        EXPECT_EQ(prefix(whole.to_text()), whole) << whole.to_text();
}

TEST(Prefix, ClearsHostBits) {
    EXPECT_EQ(Prefix(address("192.0.2.77"), 26).first(), address("192.0.2.64"));
    EXPECT_EQ(Prefix(address("2001:db8::ffff"), 127).first(), address("2001:db8::fffe"));
    EXPECT_EQ(Prefix(address("255.255.255.255"), 0).first(), address("0.0.0.0"));
}

TEST(Prefix, LastHasAllHostBitsSet) {
    EXPECT_EQ(prefix("192.0.2.64/26").last(), address("192.0.2.127"));
    EXPECT_EQ(prefix("0.0.0.0/0").last(), address("255.255.255.255"));
    EXPECT_EQ(prefix("192.0.2.7/32").last(), address("192.0.2.7"));
    EXPECT_EQ(prefix("2001:db8::/33").last(), address("2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"));
    EXPECT_EQ(prefix("::/0").last(), address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
}

TEST(Prefix, SpansTwoToTheHostBitsForEveryLength) {
    for (const Prefix& whole : prefixes_of_every_length()) {
        const unsigned host_bits = address_bits(whole.family()) - whole.length();
        const Uint128 span = whole.last().value() - whole.first().value();
        ASSERT_TRUE(span == low_bits_mask(host_bits)) << whole.to_text();
        ASSERT_TRUE((whole.first().value() & span) == 0) << whole.to_text();
    }
}

TEST(PrefixContains, ItsFirstAndLastAddressForEveryLength) {
    for (const Prefix& whole : prefixes_of_every_length()) {
        EXPECT_TRUE(whole.contains(whole.first())) << whole.to_text();
        EXPECT_TRUE(whole.contains(whole.last())) << whole.to_text();
    }
}

TEST(PrefixContains, NotTheAddressesNextToItForEveryLength) {
    for (const Prefix& whole : prefixes_of_every_length()) {
        const Family family = whole.family();
        const Uint128 largest = low_bits_mask(address_bits(family));
        if (whole.first().value() != 0) {
            EXPECT_FALSE(whole.contains(Address(family, whole.first().value() - 1)))
                << whole.to_text();
        }
        if (whole.last().value() != largest) {
            EXPECT_FALSE(whole.contains(Address(family, whole.last().value() + 1)))
                << whole.to_text();
        }
    }
}

TEST(PrefixContains, NoAddressOfTheOtherFamily) {
    EXPECT_FALSE(prefix("0.0.0.0/0").contains(address("::")));
    EXPECT_FALSE(prefix("::/0").contains(address("0.0.0.0")));
}

TEST(PrefixContains, ItselfForEveryLength) {
    for (const Prefix& whole : prefixes_of_every_length())
        EXPECT_TRUE(whole.contains(whole)) << whole.to_text();
}

TEST(PrefixContains, BothHalvesButNoHalfTheWholeForEveryLength) {
    for (const Prefix& whole : prefixes_of_every_length()) {
        if (whole.length() == address_bits(whole.family())) continue;
        for (const Address inside : {whole.first(), whole.last()}) {
            const Prefix half(inside, whole.length() + 1);
            EXPECT_TRUE(whole.contains(half)) << whole.to_text();
            EXPECT_FALSE(half.contains(whole)) << whole.to_text();
        }
    }
}

TEST(PrefixContains, NoPrefixBesideIt) {
    EXPECT_FALSE(prefix("192.0.2.0/25").contains(prefix("192.0.2.128/25")));
    EXPECT_FALSE(prefix("192.0.2.0/25").contains(prefix("192.0.2.128/26")));
}

TEST(PrefixContains, NoPrefixOfTheOtherFamily) {
    EXPECT_FALSE(prefix("0.0.0.0/0").contains(prefix("::/0")));
    EXPECT_FALSE(prefix("::/0").contains(prefix("0.0.0.0/0")));
}

TEST(PrefixOrder, PutsAnOuterPrefixBeforeWhatItContains) {
    const std::vector<Prefix> sorted{
        prefix("10.0.0.0/8"),   prefix("192.0.2.0/24"), prefix("192.0.2.0/25"),
        prefix("192.0.2.0/32"), prefix("192.0.2.1/32"), prefix("192.0.2.128/25"),
        prefix("192.0.3.0/24"), prefix("::/0"),         prefix("2001:db8::/32")};
    EXPECT_TRUE(std::ranges::is_sorted(sorted));
}

TEST(PrefixAlignment, IsAtMultiplesOfEightBitsForIpv4) {
    for (unsigned length = 0; length <= 32; ++length) {
        const bool expected =
            length == 0 || length == 8 || length == 16 || length == 24 || length == 32;
        EXPECT_EQ(Prefix(address("192.0.2.1"), length).is_aligned(), expected) << length;
    }
}

TEST(PrefixAlignment, IsAtMultiplesOfFourBitsForIpv6) {
    for (unsigned length = 0; length <= 128; ++length)
        EXPECT_EQ(Prefix(address("2001:db8::1"), length).is_aligned(), (length & 3) == 0) << length;
}

TEST(PrefixAlignedOutward, KeepsAlignedPrefixes) {
    for (const Prefix& whole : prefixes_of_every_length()) {
        if (whole.is_aligned()) {
            EXPECT_EQ(whole.aligned_outward(), whole) << whole.to_text();
        }
    }
}

TEST(PrefixAlignedOutward, IsAlignedAndContainsThePrefixForEveryLength) {
    for (const Prefix& whole : prefixes_of_every_length()) {
        EXPECT_TRUE(whole.aligned_outward().is_aligned()) << whole.to_text();
        EXPECT_TRUE(whole.aligned_outward().contains(whole)) << whole.to_text();
    }
}

TEST(PrefixAlignedOutward, IsTheSmallestForEveryLength) {
    for (const Prefix& whole : prefixes_of_every_length()) {
        const unsigned next = whole.aligned_outward().length() + label_bits(whole.family());
        EXPECT_GT(next, whole.length()) << whole.to_text();
    }
}

TEST(PrefixAlignedOutward, OfSomePrefixes) {
    EXPECT_EQ(prefix("192.0.2.64/26").aligned_outward(), prefix("192.0.2.0/24"));
    EXPECT_EQ(prefix("192.0.2.0/23").aligned_outward(), prefix("192.0.0.0/16"));
    EXPECT_EQ(prefix("2001:db8:8000::/33").aligned_outward(), prefix("2001:db8::/32"));
}

TEST(SplitAtLabels, KeepsAlignedPrefixes) {
    for (const Prefix& whole : prefixes_of_every_length()) {
        if (whole.is_aligned()) {
            EXPECT_EQ(split_at_labels(whole), std::vector{whole}) << whole.to_text();
        }
    }
}

TEST(SplitAtLabels, GivesAlignedPrefixesForEveryLength) {
    for (const Prefix& whole : prefixes_of_every_length())
        EXPECT_TRUE(std::ranges::all_of(split_at_labels(whole), &Prefix::is_aligned))
            << whole.to_text();
}

TEST(SplitAtLabels, StartsAndEndsWithThePrefixForEveryLength) {
    for (const Prefix& whole : prefixes_of_every_length()) {
        const auto parts = split_at_labels(whole);
        ASSERT_FALSE(parts.empty()) << whole.to_text();
        EXPECT_EQ(parts.front().first(), whole.first()) << whole.to_text();
        EXPECT_EQ(parts.back().last(), whole.last()) << whole.to_text();
    }
}

TEST(SplitAtLabels, LeavesNoGapAndNoOverlapForEveryLength) {
    for (const Prefix& whole : prefixes_of_every_length()) {
        const auto parts = split_at_labels(whole);
        for (std::size_t index = 1; index < parts.size(); ++index) {
            const Address next(whole.family(), parts[index - 1].last().value() + 1);
            ASSERT_EQ(parts[index].first(), next) << whole.to_text();
        }
    }
}

// Fewer would do only if some aligned prefix within `whole` were larger than the parts.
TEST(SplitAtLabels, GivesTheFewestPrefixesForEveryLength) {
    for (const Prefix& whole : prefixes_of_every_length()) {
        for (const Prefix& part : split_at_labels(whole)) {
            if (part == whole) continue;
            const Prefix larger(part.first(), part.length() - label_bits(part.family()));
            ASSERT_FALSE(whole.contains(larger)) << whole.to_text();
        }
    }
}

TEST(SplitAtLabels, GivesAtMost128PrefixesForIpv4AndEightForIpv6) {
    EXPECT_EQ(split_at_labels(prefix("0.0.0.0/1")).size(), 128U);
    EXPECT_EQ(split_at_labels(prefix("192.0.2.0/25")).size(), 128U);
    EXPECT_EQ(split_at_labels(prefix("192.0.2.0/31")).size(), 2U);
    EXPECT_EQ(split_at_labels(prefix("2001:db8::/33")).size(), 8U);
    EXPECT_EQ(split_at_labels(prefix("2001:db8::/127")).size(), 2U);
}

TEST(SplitAtLabels, SplitsASlash22IntoFourSlash24) {
    EXPECT_EQ(split_at_labels(prefix("198.51.100.0/22")),
              (std::vector{prefix("198.51.100.0/24"), prefix("198.51.101.0/24"),
                           prefix("198.51.102.0/24"), prefix("198.51.103.0/24")}));
}

TEST(SplitAtLabels, SplitsASlash34IntoFourSlash36) {
    EXPECT_EQ(split_at_labels(prefix("2001:db8:4000::/34")),
              (std::vector{prefix("2001:db8:4000::/36"), prefix("2001:db8:5000::/36"),
                           prefix("2001:db8:6000::/36"), prefix("2001:db8:7000::/36")}));
}

TEST(LowBitsMask, HasAsManyOnes) {
    EXPECT_TRUE(low_bits_mask(0) == 0);
    EXPECT_TRUE(low_bits_mask(1) == 1);
    EXPECT_TRUE(low_bits_mask(64) == Uint128{0xffff'ffff'ffff'ffffU});
    EXPECT_TRUE(low_bits_mask(127) == ~Uint128{0} >> 1);
    EXPECT_TRUE(low_bits_mask(128) == ~Uint128{0});
}

}  // namespace
}  // namespace arpad
