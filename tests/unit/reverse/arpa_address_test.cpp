#include "reverse/arpa_address.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <random>
#include <string>
#include <vector>

#include "reverse/arpa_name.hpp"
#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using Octets = std::vector<std::uint8_t>;

/// The name `text` and four octets behind it, in memory of exactly that size.
Octets octets_of(const std::string& text) {
    const Name name = *Name::from_text(text);
    const auto wire = name.view().wire();
    Octets octets(wire.begin(), wire.end());
    octets.insert(octets.end(), {0, 12, 0, 1});
    return octets;
}

std::optional<Address> read(const std::string& text) {
    const auto found = read_arpa_address(octets_of(text));
    if (!found) return std::nullopt;
    return found->address;
}

TEST(ReadArpaAddress, ReadsOctetsOfAnyLength) {
    EXPECT_EQ(read("7.2.0.192.in-addr.arpa."), test::address("192.0.2.7"));
    EXPECT_EQ(read("0.0.0.0.in-addr.arpa."), test::address("0.0.0.0"));
    EXPECT_EQ(read("255.255.255.255.in-addr.arpa."), test::address("255.255.255.255"));
    EXPECT_EQ(read("100.10.1.99.in-addr.arpa."), test::address("99.1.10.100"));
}

TEST(ReadArpaAddress, SaysHowLongTheNameIs) {
    EXPECT_EQ(read_arpa_address(octets_of("7.2.0.192.in-addr.arpa."))->octets, 24U);
    const Address ipv6 = test::address("2001:db8::1");
    EXPECT_EQ(read_arpa_address(octets_of(arpa_name(ipv6).to_text()))->octets, 74U);
}

TEST(ReadArpaAddress, IgnoresCase) {
    EXPECT_EQ(read("7.2.0.192.In-AdDr.ARPA."), test::address("192.0.2.7"));
    std::string name = arpa_name(test::address("2001:db8::abcd:ef")).to_text();
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
    EXPECT_EQ(read(name), test::address("2001:db8::abcd:ef"));
}

TEST(ReadArpaAddress, ReadsNothingElse) {
    for (const char* text : {".",
                             "in-addr.arpa.",
                             "2.0.192.in-addr.arpa.",
                             "1.7.2.0.192.in-addr.arpa.",
                             "07.2.0.192.in-addr.arpa.",
                             "00.2.0.192.in-addr.arpa.",
                             "256.2.0.192.in-addr.arpa.",
                             "999.2.0.192.in-addr.arpa.",
                             "a.2.0.192.in-addr.arpa.",
                             "1a.2.0.192.in-addr.arpa.",
                             "1234.2.0.192.in-addr.arpa.",
                             "7.2.0.192.in-addr.arpb.",
                             "7.2.0.192.in-addr.arp.",
                             "7.2.0.192.in_addr.arpa.",
                             "7.2.0.192.in-addr.arpa.x.",
                             "7.2.0.192.ip6.arpa.",
                             "7.2.0.192.in-addr\\000arpa.",
                             "\\200.2.0.192.in-addr.arpa.",
                             "0/25.2.0.192.in-addr.arpa.",
                             "*.2.0.192.in-addr.arpa."})
        EXPECT_EQ(read(text), std::nullopt) << text;
}

TEST(ReadArpaAddress, TakesEveryCharacterOfADigitAsArpaNameDoes) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        const Address address(family, family == Family::ipv4 ? 0x01020304 : 0x12345678);
        const Octets good = octets_of(arpa_name(address).to_text());
        for (std::size_t at = 1; at < good.size() - 4; ++at) {
            for (unsigned octet = 0; octet < 256; ++octet) {
                Octets octets = good;
                octets[at] = static_cast<std::uint8_t>(octet);
                const auto found = read_arpa_address(octets);
                const auto name = Name::from_wire(std::span(octets).first(octets.size() - 4));
                const auto prefix = name ? prefix_of_arpa_name(*name) : std::nullopt;
                const bool is_expected = prefix && prefix->is_address();
                ASSERT_EQ(found.has_value(), is_expected) << at << ' ' << octet;
                if (found) {
                    ASSERT_EQ(found->address, prefix->first());
                }
            }
        }
    }
}

TEST(ReadArpaAddress, ReadsEveryOctet) {
    for (unsigned octet = 0; octet < 256; ++octet) {
        const Address address(Family::ipv4, octet * 0x01000100U + (255 - octet) * 0x00010001U);
        ASSERT_EQ(read(arpa_name(address).to_text()), address);
    }
}

TEST(ReadArpaAddress, ReadsRandomAddresses) {
    std::mt19937_64 random(1035);
    for (const char* all : {"0.0.0.0/0", "::/0"}) {
        for (int i = 0; i < 2000; ++i) {
            const Address address = test::random_address(test::prefix(all), random);
            ASSERT_EQ(read(arpa_name(address).to_text()), address);
        }
    }
}

TEST(ReadArpaAddress, ReadsNothingThatIsCutShort) {
    for (const char* text : {"192.0.2.7", "1.2.3.4", "2001:db8::7"}) {
        const Octets whole = octets_of(arpa_name(test::address(text)).to_text());
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            ASSERT_FALSE(read_arpa_address(cut)) << size;
        }
    }
}

}  // namespace
}  // namespace arpad
