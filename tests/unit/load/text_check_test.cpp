#include "load/text_check.hpp"

#include <gtest/gtest.h>

#include <string>

namespace arpad {
namespace {

TEST(FindTextFlaw, AcceptsEveryLengthOfCodePoint) {
    EXPECT_FALSE(find_text_flaw("a\xC2\xA0\xE2\x82\xAC\xF0\x9F\x98\x80\t\r\n"));
}

TEST(FindTextFlaw, RefusesOverlongForms) {
    EXPECT_TRUE(find_text_flaw("\xC0\x80"));
    EXPECT_TRUE(find_text_flaw("\xE0\x80\x80"));
    EXPECT_TRUE(find_text_flaw("\xF0\x80\x80\x80"));
}

TEST(FindTextFlaw, RefusesSurrogates) {
    EXPECT_TRUE(find_text_flaw("\xED\xA0\x80"));
}

TEST(FindTextFlaw, RefusesWhatIsOverTheLastCodePoint) {
    EXPECT_FALSE(find_text_flaw("\xF4\x8F\xBF\xBF"));
    EXPECT_TRUE(find_text_flaw("\xF4\x90\x80\x80"));
}

TEST(FindTextFlaw, RefusesATruncatedCodePointAtTheEnd) {
    EXPECT_TRUE(find_text_flaw("\xE2\x82"));
}

TEST(FindTextFlaw, RefusesC1Controls) {
    EXPECT_TRUE(find_text_flaw("\xC2\x9F"));
}

TEST(FindTextFlaw, AcceptsTheLongestLine) {
    EXPECT_FALSE(find_text_flaw(std::string(max_line_octets, 'a') + "\n"));
}

TEST(PlaceCursor, FindsLinesAndColumns) {
    PlaceCursor cursor("ab\nc");
    EXPECT_EQ(cursor.place_of(1), (Place{1, 2}));
    EXPECT_EQ(cursor.place_of(3), (Place{2, 1}));
}

TEST(PlaceCursor, GoesBackAcrossLines) {
    PlaceCursor cursor("ab\ncd\nef\n");
    EXPECT_EQ(cursor.place_of(7), (Place{3, 2}));
    EXPECT_EQ(cursor.place_of(4), (Place{2, 2}));
    EXPECT_EQ(cursor.place_of(1), (Place{1, 2}));
}

TEST(PlaceCursor, GoesBackToALineEnd) {
    PlaceCursor cursor("ab\ncd\n");
    EXPECT_EQ(cursor.place_of(4), (Place{2, 2}));
    EXPECT_EQ(cursor.place_of(2), (Place{1, 3}));
}

TEST(PlaceCursor, StopsAtTheEnd) {
    PlaceCursor cursor("ab\n");
    EXPECT_EQ(cursor.place_of(99), (Place{2, 1}));
}

// Lines that end at any place of the blocks that are looked at as a whole.
TEST(FindTextFlaw, KnowsHowLongALineIs) {
    for (std::size_t before = 0; before < 17; ++before) {
        const std::string start = std::string(before, 'a') + "\n";
        const std::string end = "\n" + std::string(40, 'b');
        const std::string longest(max_line_octets, 'x');
        EXPECT_FALSE(find_text_flaw(start + longest.substr(1) + end)) << before;
        const auto flaw = find_text_flaw(start + longest + 'x' + end);
        ASSERT_TRUE(flaw) << before;
        EXPECT_EQ(flaw->place, (Place{2, 1}));
    }
}

TEST(FindTextFlaw, FindsOneAtAnyPlace) {
    for (std::size_t at = 0; at < 40; ++at) {
        for (const char flaw : {'\x01', '\x7F', '\xFF', '\r'}) {
            std::string text(40, 'a');
            text[at] = flaw;
            const auto found = find_text_flaw(text);
            ASSERT_TRUE(found) << at;
            EXPECT_EQ(found->place, (Place{1, static_cast<std::uint32_t>(at + 1)}));
        }
    }
}

}  // namespace
}  // namespace arpad
