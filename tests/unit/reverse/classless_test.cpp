#include "reverse/classless.hpp"

#include <gtest/gtest.h>

#include <set>

namespace arpad {
namespace {

Prefix prefix(std::string_view text) {
    return *Prefix::from_text(text);
}

TEST(ClasslessStyle, IsReadByName) {
    EXPECT_EQ(classless_style_from_text("slash"), ClasslessStyle::slash);
    EXPECT_EQ(classless_style_from_text("dash"), ClasslessStyle::dash);
    EXPECT_EQ(classless_style_from_text("range"), ClasslessStyle::range);
}

TEST(ClasslessStyle, IsNothingElse) {
    for (const char* text : {"", "Slash", "slash ", "slashes", "/"})
        EXPECT_EQ(classless_style_from_text(text), std::nullopt) << text;
}

TEST(IsClassless, HoldsForIpv4From25To31Only) {
    for (unsigned length = 0; length <= 32; ++length) {
        const Prefix whole(*Address::from_text("192.0.2.0"), length);
        EXPECT_EQ(is_classless(whole), length >= 25 && length <= 31) << length;
    }
}

TEST(IsClassless, NeverHoldsForIpv6) {
    for (unsigned length = 0; length <= 128; ++length)
        EXPECT_FALSE(is_classless(Prefix(*Address::from_text("2001:db8::"), length))) << length;
}

// RFC 2317 4, its own example
TEST(ClasslessLabel, WithSlashIsFirstOctetAndLength) {
    EXPECT_EQ(classless_label(prefix("192.0.2.0/25"), ClasslessStyle::slash), "0/25");
    EXPECT_EQ(classless_label(prefix("192.0.2.128/26"), ClasslessStyle::slash), "128/26");
    EXPECT_EQ(classless_label(prefix("192.0.2.192/26"), ClasslessStyle::slash), "192/26");
}

TEST(ClasslessLabel, WithDashIsFirstOctetAndLength) {
    EXPECT_EQ(classless_label(prefix("192.0.2.64/26"), ClasslessStyle::dash), "64-26");
}

TEST(ClasslessLabel, AsRangeIsFirstAndLastOctet) {
    EXPECT_EQ(classless_label(prefix("192.0.2.64/26"), ClasslessStyle::range), "64-127");
    EXPECT_EQ(classless_label(prefix("192.0.2.128/25"), ClasslessStyle::range), "128-255");
}

TEST(ClasslessLabel, OfASingleAddress) {
    EXPECT_EQ(classless_label(prefix("192.0.2.7/32"), ClasslessStyle::slash), "7/32");
    EXPECT_EQ(classless_label(prefix("192.0.2.7/32"), ClasslessStyle::dash), "7-32");
    EXPECT_EQ(classless_label(prefix("192.0.2.7/32"), ClasslessStyle::range), "7-7");
}

TEST(ClasslessBase, IsThatOfTheParentOfAChildZone) {
    const auto base = [](std::string_view text) { return classless_base(*Name::from_text(text)); };
    for (const char* label : {"0/25", "64/26", "64-26", "64-127", "7/32"}) {
        EXPECT_EQ(base(std::string(label) + ".2.0.192.in-addr.arpa."), prefix("192.0.2.0/24"))
            << label;
    }
    for (const char* other :
         {".", "arpa.", "2.0.192.in-addr.arpa.", "7.2.0.192.in-addr.arpa.", "0/25.example.",
          "0/25.0.192.in-addr.arpa.", "1/25.2.0.192.in-addr.arpa.", "x.2.0.192.in-addr.arpa.",
          "0.8.b.d.0.1.0.0.2.ip6.arpa.", "a.0/25.2.0.192.in-addr.arpa."}) {
        EXPECT_EQ(base(other), std::nullopt) << other;
    }
}

class ClasslessLabels : public testing::TestWithParam<ClasslessStyle> {};

// Two child zones of one network must not share a name.
TEST_P(ClasslessLabels, DifferForEveryPrefixWithinASlash24) {
    std::set<std::string> labels;
    std::size_t prefixes = 0;
    for (unsigned length = 25; length <= 31; ++length) {
        for (unsigned first = 0; first < 256; first += 1U << (32 - length), ++prefixes)
            labels.insert(classless_label(
                Prefix(Address(Family::ipv4, 0xc000'0200U + first), length), GetParam()));
    }
    EXPECT_EQ(prefixes, 254U);
    EXPECT_EQ(labels.size(), prefixes);
}

INSTANTIATE_TEST_SUITE_P(EveryStyle, ClasslessLabels,
                         testing::Values(ClasslessStyle::slash, ClasslessStyle::dash,
                                         ClasslessStyle::range));

TEST(ClasslessLabelDeathTest, StopsAtAPrefixWithAReverseNameOfItsOwn) {
    EXPECT_DEATH(static_cast<void>(classless_label(prefix("192.0.2.0/24"), ClasslessStyle::slash)),
                 "broken invariant");
}

}  // namespace
}  // namespace arpad
