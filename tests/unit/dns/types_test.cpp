#include "dns/types.hpp"

#include <gtest/gtest.h>

#include <random>

namespace arpad {
namespace {

constexpr std::uint32_t half = 0x8000'0000U;

TEST(Serial, NextCountsUp) {
    EXPECT_EQ(Serial{7}.next(), Serial{8});
}

TEST(Serial, NextAfterTheLargestIsZero) {
    EXPECT_EQ(Serial{0xffff'ffffU}.next(), Serial{0});
}

TEST(SerialOrder, NothingIsNewerThanItself) {
    EXPECT_FALSE(is_newer(Serial{42}, Serial{42}));
}

TEST(SerialOrder, LargerByOneIsNewer) {
    EXPECT_TRUE(is_newer(Serial{43}, Serial{42}));
    EXPECT_FALSE(is_newer(Serial{42}, Serial{43}));
}

TEST(SerialOrder, ZeroIsNewerThanTheLargest) {
    EXPECT_TRUE(is_newer(Serial{0}, Serial{0xffff'ffffU}));
    EXPECT_FALSE(is_newer(Serial{0xffff'ffffU}, Serial{0}));
}

// RFC 1982 3.1: at most 2^31 - 1 may be added.
TEST(SerialOrder, LargestLegalStepIsNewer) {
    EXPECT_TRUE(is_newer(Serial{half - 1}, Serial{0}));
    EXPECT_TRUE(is_newer(Serial{half - 1 + 0xffff'0000U}, Serial{0xffff'0000U}));
}

// RFC 1982 3.2: at a distance of 2^31 neither is larger.
TEST(SerialOrder, HalfTheRingIsUndefinedBothWays) {
    EXPECT_FALSE(is_newer(Serial{half}, Serial{0}));
    EXPECT_FALSE(is_newer(Serial{0}, Serial{half}));
    EXPECT_FALSE(is_newer(Serial{half + 5}, Serial{5}));
    EXPECT_FALSE(is_newer(Serial{5}, Serial{half + 5}));
}

TEST(SerialOrder, BeyondHalfTheRingIsOlder) {
    EXPECT_FALSE(is_newer(Serial{half + 1}, Serial{0}));
    EXPECT_TRUE(is_newer(Serial{0}, Serial{half + 1}));
}

/// RFC 1982 3.2 as it is written there: s1 > s2.
bool is_newer_by_the_letter(std::uint64_t s1, std::uint64_t s2) {
    return (s1 < s2 && s2 - s1 > half) || (s1 > s2 && s1 - s2 < half);
}

TEST(SerialOrder, IsThatOfTheRfc) {
    std::mt19937_64 random(1982);
    for (int round = 0; round < 100'000; ++round) {
        const Serial left{static_cast<std::uint32_t>(random())};
        const Serial right{static_cast<std::uint32_t>(random())};
        ASSERT_EQ(is_newer(left, right), is_newer_by_the_letter(left.value, right.value))
            << left.value << " and " << right.value;
    }
}

TEST(SerialOrder, NextIsAlwaysNewer) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 10'000; ++round) {
        const Serial serial{static_cast<std::uint32_t>(random())};
        ASSERT_TRUE(is_newer(serial.next(), serial)) << serial.value;
    }
}

TEST(Ttl, IsOrderedByLength) {
    EXPECT_LT(Ttl{300}, Ttl{3600});
    EXPECT_EQ(max_ttl.seconds, 0x7fff'ffffU);
}

TEST(RrTypeText, IsTheMnemonicOfEveryKnownType) {
    EXPECT_EQ(to_text(RrType{1}), "A");
    EXPECT_EQ(to_text(RrType{2}), "NS");
    EXPECT_EQ(to_text(RrType{5}), "CNAME");
    EXPECT_EQ(to_text(RrType{6}), "SOA");
    EXPECT_EQ(to_text(RrType{12}), "PTR");
    EXPECT_EQ(to_text(RrType{15}), "MX");
    EXPECT_EQ(to_text(RrType{16}), "TXT");
    EXPECT_EQ(to_text(RrType{28}), "AAAA");
    EXPECT_EQ(to_text(RrType{39}), "DNAME");
    EXPECT_EQ(to_text(RrType{41}), "OPT");
    EXPECT_EQ(to_text(RrType{43}), "DS");
    EXPECT_EQ(to_text(RrType{46}), "RRSIG");
    EXPECT_EQ(to_text(RrType{47}), "NSEC");
    EXPECT_EQ(to_text(RrType{250}), "TSIG");
    EXPECT_EQ(to_text(RrType{251}), "IXFR");
    EXPECT_EQ(to_text(RrType{252}), "AXFR");
    EXPECT_EQ(to_text(RrType{255}), "ANY");
}

// RFC 3597 5
TEST(RrTypeText, IsTheNumberOfAnUnknownType) {
    EXPECT_EQ(to_text(RrType{12345}), "TYPE12345");
    EXPECT_EQ(to_text(RrType{0}), "TYPE0");
}

TEST(RcodeText, IsTheMnemonicOfEveryKnownCode) {
    EXPECT_EQ(to_text(Rcode{0}), "NOERROR");
    EXPECT_EQ(to_text(Rcode{1}), "FORMERR");
    EXPECT_EQ(to_text(Rcode{2}), "SERVFAIL");
    EXPECT_EQ(to_text(Rcode{3}), "NXDOMAIN");
    EXPECT_EQ(to_text(Rcode{4}), "NOTIMP");
    EXPECT_EQ(to_text(Rcode{5}), "REFUSED");
    EXPECT_EQ(to_text(Rcode{6}), "YXDOMAIN");
    EXPECT_EQ(to_text(Rcode{9}), "NOTAUTH");
    EXPECT_EQ(to_text(Rcode{16}), "BADVERS");
    EXPECT_EQ(to_text(Rcode{23}), "BADCOOKIE");
}

TEST(RcodeText, IsTheNumberOfAnUnknownCode) {
    EXPECT_EQ(to_text(Rcode{24}), "RCODE24");
}

}  // namespace
}  // namespace arpad
