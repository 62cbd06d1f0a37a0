#include "load/file_findings.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace arpad {
namespace {

TEST(FileFindings, ListsAThousandErrorsAndSaysThatThereAreMore) {
    Diagnostics diagnostics;
    FileFindings findings("f", diagnostics);
    for (std::uint32_t line = 1; line <= 1500; ++line) findings.error({line, 1}, "wrong", "");
    EXPECT_EQ(diagnostics.error_count(), 1001U);
    EXPECT_EQ(diagnostics.entries().back().to_text(),
              "f:1001:1: error: more than 1000 errors; those from here on are not listed\n"
              "  correct the errors above first");
}

TEST(FileFindings, CountsTheErrorsThatAreNotListed) {
    Diagnostics diagnostics;
    FileFindings findings("f", diagnostics);
    for (std::uint32_t line = 1; line <= 1500; ++line) findings.error({line, 1}, "wrong", "");
    EXPECT_EQ(findings.error_count(), 1500U);
}

TEST(FileFindings, WarningsDoNotCrowdOutErrors) {
    Diagnostics diagnostics;
    FileFindings findings("f", diagnostics);
    for (std::uint32_t line = 1; line <= 1500; ++line) findings.warning({line, 1}, "odd", "");
    findings.error({1501, 1}, "wrong", "");
    EXPECT_EQ(diagnostics.warning_count(), 1001U);
    EXPECT_EQ(diagnostics.entries().back().to_text(), "f:1501:1: error: wrong");
}

TEST(InBackquotes, KeepsShortText) {
    EXPECT_EQ(in_backquotes("abc"), "`abc`");
}

TEST(InBackquotes, PutsTextOnOneLine) {
    EXPECT_EQ(in_backquotes("a\nb\tc"), "`a b c`");
}

TEST(InBackquotes, CutsLongTextBetweenCodePoints) {
    const std::string text = std::string(79, 'a') + "\xC3\xA4" + "b";
    EXPECT_EQ(in_backquotes(text), "`" + std::string(79, 'a') + "...`");
}

}  // namespace
}  // namespace arpad
