#include "load/text_block.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace arpad {
namespace {

TEST(TextBlock, FindsALetter) {
    EXPECT_EQ(TextBlock::of("a.b..............", 0).equal_to('.'), 0xfffaU);
}

TEST(TextBlock, BeginsAtAnOffset) {
    EXPECT_EQ(TextBlock::of("0123456789012345678", 3).equal_to('3'), 0x0401U);
}

TEST(TextBlock, HasNulsBehindTheText) {
    EXPECT_EQ(TextBlock::of("abc", 1).equal_to('\0'), 0xfffcU);
}

TEST(TextBlock, HasNothingElseBehindAView) {
    EXPECT_EQ(TextBlock::of(std::string_view("aaaaaaaaaaaaaaaaaaaa", 4), 0).equal_to('a'), 0xfU);
}

// All octets, so that those over 127 are not taken for negative numbers.
TEST(TextBlock, FindsOctetsInARange) {
    for (unsigned octet = 0; octet < 256; ++octet) {
        const std::string text(TextBlock::size, static_cast<char>(octet));
        const bool is_digit = octet >= '0' && octet <= '9';
        EXPECT_EQ(TextBlock::of(text, 0).between('0', '9'), is_digit ? TextBlock::all : 0) << octet;
    }
}

TEST(TextBlock, CopiesItsOctets) {
    std::array<std::uint8_t, TextBlock::size> octets{};
    TextBlock::of("xyz", 1).copy_to(octets.data());
    EXPECT_EQ(octets, (std::array<std::uint8_t, TextBlock::size>{'y', 'z'}));
}

}  // namespace
}  // namespace arpad
