#include "reverse/address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arpad {
namespace {

constexpr Uint128 number(std::uint64_t high, std::uint64_t low) {
    return Uint128{high} << 64 | low;
}

Address ipv4(std::uint32_t value) {
    return {Family::ipv4, value};
}

Address ipv6(std::uint64_t high, std::uint64_t low) {
    return {Family::ipv6, number(high, low)};
}

std::string shortest(std::string_view text) {
    const auto address = Address::from_text(text);
    return address ? address->to_text() : "no address";
}

/// A random address in which about half of the 16-bit groups are zero.
Address random_ipv6(std::mt19937_64& random) {
    Uint128 value = 0;
    for (int group = 0; group < 8; ++group)
        value = value << 16 | (random() % 2 == 0 ? 0 : random() & 0xffff);
    return {Family::ipv6, value};
}

std::array<std::uint8_t, 16> octets_of(Uint128 value) {
    std::array<std::uint8_t, 16> octets{};
    for (std::size_t at = octets.size(); at-- != 0; value >>= 8)
        octets[at] = static_cast<std::uint8_t>(value);
    return octets;
}

TEST(AddressFromText, ReadsIpv4) {
    EXPECT_EQ(Address::from_text("192.0.2.7"), ipv4(0xc000'0207));
    EXPECT_EQ(Address::from_text("0.0.0.0"), ipv4(0));
    EXPECT_EQ(Address::from_text("255.255.255.255"), ipv4(0xffff'ffff));
}

TEST(AddressFromText, RefusesOtherFormsOfIpv4) {
    for (const char* text : {"192.0.2", "192.0.2.", "192.0.2.7.", ".192.0.2.7", "192.0.2.7.1",
                             "192..2.7", "3221225991", "0xc0.0.2.7", "192.0.2.0x7", "-1.0.0.0",
                             "+1.0.0.0", "192,0,2,7", "192.0.2.7/32", "a.b.c.d"})
        EXPECT_EQ(Address::from_text(text), std::nullopt) << text;
}

TEST(AddressFromText, RefusesIpv4OctetsOver255) {
    for (const char* text :
         {"256.0.0.0", "0.256.0.0", "0.0.256.0", "0.0.0.256", "0.0.0.1000", "0.0.0.4294967296"})
        EXPECT_EQ(Address::from_text(text), std::nullopt) << text;
}

TEST(AddressFromText, RefusesLeadingZerosInIpv4) {
    for (const char* text : {"192.0.2.07", "192.0.02.7", "192.00.2.7", "0192.0.2.7", "192.0.2.007"})
        EXPECT_EQ(Address::from_text(text), std::nullopt) << text;
}

TEST(AddressFromText, ReadsEightGroups) {
    EXPECT_EQ(Address::from_text("2001:db8:0:1:2:3:4:ffff"),
              ipv6(0x2001'0db8'0000'0001, 0x0002'0003'0004'ffff));
}

TEST(AddressFromText, ReadsLeadingZerosAndUpperCaseInGroups) {
    EXPECT_EQ(Address::from_text("2001:0DB8:0000:0001:0002:0003:0004:FfFf"),
              ipv6(0x2001'0db8'0000'0001, 0x0002'0003'0004'ffff));
}

TEST(AddressFromText, ReadsZerosLeftOutAnywhere) {
    EXPECT_EQ(Address::from_text("::"), ipv6(0, 0));
    EXPECT_EQ(Address::from_text("::1"), ipv6(0, 1));
    EXPECT_EQ(Address::from_text("1::"), ipv6(0x0001'0000'0000'0000, 0));
    EXPECT_EQ(Address::from_text("2001:db8::7"), ipv6(0x2001'0db8'0000'0000, 7));
}

TEST(AddressFromText, ReadsASingleZeroGroupLeftOut) {
    EXPECT_EQ(Address::from_text("1:2:3::5:6:7:8"),
              ipv6(0x0001'0002'0003'0000, 0x0005'0006'0007'0008));
}

TEST(AddressFromText, ReadsEmbeddedIpv4) {
    EXPECT_EQ(Address::from_text("::ffff:192.0.2.7"), ipv6(0, 0xffff'c000'0207));
    EXPECT_EQ(Address::from_text("::192.0.2.7"), ipv6(0, 0xc000'0207));
    EXPECT_EQ(Address::from_text("64:ff9b::192.0.2.7"), ipv6(0x0064'ff9b'0000'0000, 0xc000'0207));
    EXPECT_EQ(Address::from_text("1:2:3:4:5:6:192.0.2.7"),
              ipv6(0x0001'0002'0003'0004, 0x0005'0006'c000'0207));
}

TEST(AddressFromText, ReadsTheLongestFormOfAll) {
    EXPECT_EQ(Address::from_text("0000:0000:0000:0000:0000:ffff:255.255.255.255"),
              ipv6(0, 0xffff'ffff'ffff));
}

TEST(AddressFromText, RefusesLeadingZerosInEmbeddedIpv4) {
    for (const char* text : {"::ffff:192.0.2.07", "::ffff:192.0.02.7", "::ffff:192.00.2.7",
                             "::ffff:0192.0.2.7", "::00.0.0.1"})
        EXPECT_EQ(Address::from_text(text), std::nullopt) << text;
}

TEST(AddressFromText, RefusesMisplacedEmbeddedIpv4) {
    for (const char* text :
         {"192.0.2.7::", "::192.0.2.7:1", "1:2:3:4:5:6:7:192.0.2.7", "1:2:3:4:5:192.0.2.7",
          "::192.0.2", "::192.0.2.256", "::ffff:192.0.2.7."})
        EXPECT_EQ(Address::from_text(text), std::nullopt) << text;
}

TEST(AddressFromText, RefusesTooManyOrTooFewGroups) {
    for (const char* text : {"1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1", "1:2", "1::2:3:4:5:6:7:8",
                             "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8"})
        EXPECT_EQ(Address::from_text(text), std::nullopt) << text;
}

TEST(AddressFromText, RefusesStrayColons) {
    for (const char* text : {":", ":::", "1::2::3", ":1:2:3:4:5:6:7:8",
                             "1:2:3:4:5:6:7:8:", "1:", ":1", "1:::2", "::1:"})
        EXPECT_EQ(Address::from_text(text), std::nullopt) << text;
}

TEST(AddressFromText, RefusesGroupsThatAreNoFourHexDigits) {
    for (const char* text : {"::00001", "::12345", "::g", "::-1", "::+1", "::0x1"})
        EXPECT_EQ(Address::from_text(text), std::nullopt) << text;
}

TEST(AddressFromText, RefusesAZoneIndex) {
    EXPECT_EQ(Address::from_text("fe80::1%eth0"), std::nullopt);
    EXPECT_EQ(Address::from_text("fe80::1%1"), std::nullopt);
}

TEST(AddressFromText, RefusesWhatIsAroundAnAddress) {
    for (const char* text : {"", " ", " 192.0.2.7", "192.0.2.7 ", "192.0.2.7\n", " ::1", "::1 ",
                             "[::1]", "::1/128", "localhost"})
        EXPECT_EQ(Address::from_text(text), std::nullopt) << text;
}

TEST(AddressFromText, RefusesANulAndWhatFollows) {
    EXPECT_EQ(Address::from_text(std::string_view("::1\0", 4)), std::nullopt);
    EXPECT_EQ(Address::from_text(std::string_view("192.0.2.7\0x", 11)), std::nullopt);
}

TEST(AddressFromText, ReadsNothingBehindTheView) {
    EXPECT_EQ(Address::from_text(std::string_view("192.0.2.77", 9)), ipv4(0xc000'0207));
}

TEST(AddressFromText, RefusesTextOfAnyLength) {
    for (std::size_t size = 40; size < 60; ++size)
        EXPECT_EQ(Address::from_text(std::string(size, '1')), std::nullopt) << size;
}

/// What the C library makes of `text`.
std::optional<Address> read_by_inet_pton(const std::string& text) {
    std::array<std::uint8_t, 16> octets{};
    if (inet_pton(AF_INET, text.c_str(), octets.data()) == 1)
        return Address::from_octets(std::span(octets).first(4));
    if (inet_pton(AF_INET6, text.c_str(), octets.data()) == 1) return Address::from_octets(octets);
    return std::nullopt;
}

TEST(AddressFromText, AgreesWithTheCLibraryOnRandomPieces) {
    constexpr std::array<std::string_view, 20> pieces{
        ":",  "::", ":",  ":",   ".",   ".",  "0",   "1",   "9",     "10",
        "00", "07", "ff", "255", "256", "Ab", "db8", "1:2", "2001:", "192.0.2."};
    std::mt19937_64 random(5);
    unsigned addresses = 0;
    for (int round = 0; round < 300'000; ++round) {
        std::string text;
        for (std::size_t count = random() % 16 + 1; count > 0; --count)
            text += pieces[random() % pieces.size()];
        const auto expected = read_by_inet_pton(text);
        if (expected) ++addresses;
        ASSERT_EQ(Address::from_text(text), expected) << text;
    }
    EXPECT_GT(addresses, 1000U);
}

TEST(AddressFromText, AgreesWithTheCLibraryOnAddressesWithOneMistake) {
    constexpr std::string_view letters = ":.0123456789abcdefABCDEFgx /%-";
    std::mt19937_64 random(6);
    for (int round = 0; round < 100'000; ++round) {
        std::string text = round % 2 == 0 ? random_ipv6(random).to_text()
                                          : ipv4(static_cast<std::uint32_t>(random())).to_text();
        ASSERT_EQ(Address::from_text(text), read_by_inet_pton(text)) << text;
        text[random() % text.size()] = letters[random() % letters.size()];
        ASSERT_EQ(Address::from_text(text), read_by_inet_pton(text)) << text;
    }
}

TEST(AddressFromOctets, ReadsNetworkOrder) {
    EXPECT_EQ(Address::from_octets(std::array<std::uint8_t, 4>{192, 0, 2, 7}), ipv4(0xc000'0207));
    EXPECT_EQ(Address::from_octets(octets_of(number(0x2001'0db8'0000'0000, 7))),
              ipv6(0x2001'0db8'0000'0000, 7));
}

TEST(AddressFromOctetsDeathTest, StopsAtAnyOtherNumberOfOctets) {
    EXPECT_DEATH(static_cast<void>(Address::from_octets(std::array<std::uint8_t, 5>{})),
                 "broken invariant");
}

TEST(Address, OfDefaultIsIpv4Zero) {
    EXPECT_EQ(Address(), ipv4(0));
}

TEST(Address, HasTheBitsOfItsFamily) {
    EXPECT_EQ(ipv4(0).bits(), 32U);
    EXPECT_EQ(ipv6(0, 0).bits(), 128U);
}

TEST(Address, KnowsThoseOfTheMachineItself) {
    EXPECT_TRUE(ipv4(0x7F000001).is_loopback());
    EXPECT_TRUE(ipv4(0x7FFFFFFF).is_loopback());
    EXPECT_TRUE(ipv6(0, 1).is_loopback());
    EXPECT_FALSE(ipv4(0x80000000).is_loopback());
    EXPECT_FALSE(ipv4(1).is_loopback());
    EXPECT_FALSE(ipv6(0, 0).is_loopback());
    EXPECT_FALSE(ipv6(0, 0x7F000001).is_loopback());
}

TEST(AddressOrder, PutsIpv4BeforeIpv6) {
    EXPECT_LT(ipv4(0xffff'ffff), ipv6(0, 0));
}

TEST(AddressOrder, ComparesAllBits) {
    EXPECT_LT(ipv4(1), ipv4(0x8000'0000));
    EXPECT_LT(ipv6(1, 0xffff'ffff'ffff'ffff), ipv6(2, 0));
    EXPECT_LT(ipv6(1, 1), ipv6(1, 2));
    EXPECT_LT(ipv6(0x7fff'ffff'ffff'ffff, 0), ipv6(0x8000'0000'0000'0000, 0));
}

TEST(AddressToText, WritesADottedQuad) {
    EXPECT_EQ(ipv4(0xc000'0207).to_text(), "192.0.2.7");
    EXPECT_EQ(ipv4(0).to_text(), "0.0.0.0");
    EXPECT_EQ(ipv4(0xffff'ffff).to_text(), "255.255.255.255");
}

// RFC 5952 4.1 and 4.3
TEST(AddressToText, DropsLeadingZerosAndUpperCase) {
    EXPECT_EQ(shortest("2001:0DB8:0ABC:0001:00F0:0123:4567:89AB"),
              "2001:db8:abc:1:f0:123:4567:89ab");
}

// RFC 5952 4.2.1
TEST(AddressToText, ShortensAsMuchAsPossible) {
    EXPECT_EQ(shortest("2001:db8:0:0:0:0:2:1"), "2001:db8::2:1");
    EXPECT_EQ(shortest("2001:db8::0:1"), "2001:db8::1");
}

// RFC 5952 4.2.2
TEST(AddressToText, WritesASingleZeroGroup) {
    EXPECT_EQ(shortest("2001:db8::1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
    EXPECT_EQ(shortest("0:1:2:3:4:5:6:7"), "0:1:2:3:4:5:6:7");
    EXPECT_EQ(shortest("1:2:3:4:5:6:7:0"), "1:2:3:4:5:6:7:0");
}

// RFC 5952 4.2.3
TEST(AddressToText, ShortensTheLongestRun) {
    EXPECT_EQ(shortest("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");
    EXPECT_EQ(shortest("2001:0:0:0:1:0:0:1"), "2001::1:0:0:1");
}

// RFC 5952 4.2.3
TEST(AddressToText, ShortensTheFirstOfEqualRuns) {
    EXPECT_EQ(shortest("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
    EXPECT_EQ(shortest("0:0:1:2:3:4:0:0"), "::1:2:3:4:0:0");
}

TEST(AddressToText, ShortensAtBothEnds) {
    EXPECT_EQ(shortest("0:0:0:0:0:0:0:0"), "::");
    EXPECT_EQ(shortest("0:0:0:0:0:0:0:1"), "::1");
    EXPECT_EQ(shortest("1:0:0:0:0:0:0:0"), "1::");
    EXPECT_EQ(shortest("1:0:0:4:5:6:0:0"), "1::4:5:6:0:0");
}

// RFC 5952 5
TEST(AddressToText, WritesMappedAddressesInMixedNotation) {
    EXPECT_EQ(shortest("::ffff:c000:207"), "::ffff:192.0.2.7");
    EXPECT_EQ(shortest("::ffff:0:0"), "::ffff:0.0.0.0");
}

TEST(AddressToText, WritesNoOtherAddressInMixedNotation) {
    EXPECT_EQ(shortest("::192.0.2.7"), "::c000:207");
    EXPECT_EQ(shortest("::fffe:c000:207"), "::fffe:c000:207");
    EXPECT_EQ(shortest("1::ffff:c000:207"), "1::ffff:c000:207");
    EXPECT_EQ(shortest("64:ff9b::192.0.2.7"), "64:ff9b::c000:207");
}

TEST(AddressToText, IsReadBackForIpv4) {
    std::mt19937_64 random(4);
    for (int round = 0; round < 5000; ++round) {
        const Address address = ipv4(static_cast<std::uint32_t>(random()));
        ASSERT_EQ(Address::from_text(address.to_text()), address) << address.to_text();
    }
}

TEST(AddressToText, IsReadBackForIpv6) {
    std::mt19937_64 random(6);
    for (int round = 0; round < 5000; ++round) {
        const Address address = random_ipv6(random);
        ASSERT_EQ(Address::from_text(address.to_text()), address) << address.to_text();
    }
}

// The C library differs from RFC 5952 below ::/80 only, where it likes mixed notation.
TEST(AddressToText, IsThatOfTheCLibraryOutsideOfEmbeddedIpv4) {
    std::mt19937_64 random(5952);
    for (int round = 0; round < 5000; ++round) {
        const Address address = random_ipv6(random);
        if (address.value() >> 48 == 0) continue;
        const auto octets = octets_of(address.value());
        std::array<char, INET6_ADDRSTRLEN> text{};
        ASSERT_NE(inet_ntop(AF_INET6, octets.data(), text.data(), text.size()), nullptr);
        ASSERT_EQ(address.to_text(), text.data());
    }
}

}  // namespace
}  // namespace arpad
