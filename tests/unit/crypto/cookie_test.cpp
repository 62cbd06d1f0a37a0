#include "crypto/cookie.hpp"

#include <gmock/gmock.h>

#include <string_view>

namespace arpad {
namespace {

using testing::ElementsAreArray;

std::vector<std::uint8_t> hex(std::string_view digits) {
    std::vector<std::uint8_t> octets;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        octets.push_back(
            static_cast<std::uint8_t>(std::stoul(std::string(digits.substr(i, 2)), nullptr, 16)));
    }
    return octets;
}

CookieJar jar_with(std::string_view secret) {
    return CookieJar({Secret(hex(secret))});
}

Address address(std::string_view text) {
    return Address::from_text(text).value();
}

constexpr std::string_view secret = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const Address client = address("198.51.100.100");

// RFC 9018 A.1: a client without a server cookie.
TEST(CookieJar, MakesTheNewCookieOfTheRfc) {
    const Cookie cookie = jar_with(secret).make(hex("2464c4abcf10c957"), client, 1559731985);
    EXPECT_THAT(cookie, ElementsAreArray(hex("2464c4abcf10c957010000005cf79f111f8130c3eee29480")));
}

// RFC 9018 A.2: a server cookie that is accepted, and renewed.
TEST(CookieJar, AcceptsAndRenewsTheCookieOfTheRfc) {
    const CookieJar jar = jar_with(secret);
    const auto shown = hex("2464c4abcf10c957010000005cf79f111f8130c3eee29480");
    EXPECT_TRUE(jar.is_valid(shown, client, 1559734385));
    EXPECT_THAT(jar.make(shown, client, 1559734385),
                ElementsAreArray(hex("2464c4abcf10c957010000005cf7a871d4a564a1442aca77")));
}

// RFC 9018 A.3: what is reserved may be anything, and counts all the same.
TEST(CookieJar, AcceptsTheCookieWithReservedBitsOfTheRfc) {
    const CookieJar jar = jar_with(secret);
    const auto shown = hex("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5");
    EXPECT_TRUE(jar.is_valid(shown, address("203.0.113.203"), 1559727985));
    EXPECT_THAT(jar.make(shown, address("203.0.113.203"), 1559734700),
                ElementsAreArray(hex("fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e")));
}

// RFC 9018 A.4: an IPv6 client, and a secret that is about to be replaced.
TEST(CookieJar, AcceptsTheCookieOfTheSecretBeforeOfTheRfc) {
    const Address ipv6 = address("2001:db8:220:1:59de:d0f4:8769:82b8");
    const auto shown = hex("22681ab97d52c298010000005cf7c57926556bd0934c72f8");
    const CookieJar before = jar_with("dd3bdf9344b678b185a6f5cb60fca715");
    EXPECT_TRUE(before.is_valid(shown, ipv6, 1559741961));
    const CookieJar after({Secret(hex("445536bcd2513298075a5d379663c962")),
                           Secret(hex("dd3bdf9344b678b185a6f5cb60fca715"))});
    EXPECT_TRUE(after.is_valid(shown, ipv6, 1559741961));
    EXPECT_THAT(after.make(shown, ipv6, 1559741961),
                ElementsAreArray(hex("22681ab97d52c298010000005cf7c609a6bb79d16625507a")));
}

TEST(CookieJar, RefusesCookiesOfOthers) {
    const CookieJar jar = jar_with(secret);
    const std::uint32_t now = 1'700'000'000;
    const Cookie cookie = jar.make(hex("0102030405060708"), client, now);
    EXPECT_TRUE(jar.is_valid(cookie, client, now));
    EXPECT_FALSE(jar.is_valid(cookie, address("198.51.100.101"), now));
    EXPECT_FALSE(jar_with("00000000000000000000000000000000").is_valid(cookie, client, now));
    for (std::size_t i = 0; i < cookie.size(); ++i) {
        Cookie changed = cookie;
        changed[i] ^= 1;
        EXPECT_FALSE(jar.is_valid(changed, client, now)) << i;
    }
}

TEST(CookieJar, RefusesCookiesOfOtherSizes) {
    const CookieJar jar = jar_with(secret);
    const Cookie cookie = jar.make(hex("0102030405060708"), client, 1000);
    const std::span octets(cookie);
    EXPECT_FALSE(jar.is_valid(octets.first(8), client, 1000));
    EXPECT_FALSE(jar.is_valid(octets.first(23), client, 1000));
    EXPECT_FALSE(jar.is_valid({}, client, 1000));
}

// RFC 9018 4.3.
TEST(CookieJar, AcceptsForAnHourAndFiveMinutesAhead) {
    const CookieJar jar = jar_with(secret);
    for (const std::uint32_t made : {1'700'000'000U, 0xFFFF'FF00U, 100U}) {
        const Cookie cookie = jar.make(hex("0102030405060708"), client, made);
        EXPECT_TRUE(jar.is_valid(cookie, client, made + 3600)) << made;
        EXPECT_FALSE(jar.is_valid(cookie, client, made + 3601)) << made;
        EXPECT_TRUE(jar.is_valid(cookie, client, made - 300)) << made;
        EXPECT_FALSE(jar.is_valid(cookie, client, made - 301)) << made;
    }
}

TEST(CookieJar, RandomSecretsDiffer) {
    const Cookie one = CookieJar::with_random_secret().make(hex("0102030405060708"), client, 1);
    const Cookie other = CookieJar::with_random_secret().make(hex("0102030405060708"), client, 1);
    EXPECT_NE(one, other);
}

}  // namespace
}  // namespace arpad
