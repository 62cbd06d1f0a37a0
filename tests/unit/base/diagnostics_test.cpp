#include "base/diagnostics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::Field;

auto says(const std::string& message) {
    return Field("message", &Diagnostic::message, message);
}

TEST(DiagnosticText, HasPlaceSeverityMessageAndAdvice) {
    const Diagnostic entry{Severity::error,
                           "zones/192.0.2.0_24.yaml",
                           {14, 3},
                           "192.0.3.7 is outside 192.0.2.0/24",
                           "move it to the file of 192.0.3.0/24, or widen `network`"};
    EXPECT_EQ(entry.to_text(),
              "zones/192.0.2.0_24.yaml:14:3: error: 192.0.3.7 is outside 192.0.2.0/24\n"
              "  move it to the file of 192.0.3.0/24, or widen `network`");
}

TEST(DiagnosticText, IsOneLineWithoutAdvice) {
    const Diagnostic entry{Severity::error, "a.yaml", {1, 2}, "no records", ""};
    EXPECT_EQ(entry.to_text(), "a.yaml:1:2: error: no records");
}

TEST(DiagnosticText, NamesAWarningAsSuch) {
    const Diagnostic entry{Severity::warning, "a.yaml", {1, 2}, "no records", ""};
    EXPECT_EQ(entry.to_text(), "a.yaml:1:2: warning: no records");
}

TEST(DiagnosticText, LeavesOutTheColumnOfAWholeLine) {
    const Diagnostic entry{Severity::error, "a.yaml", {7, 0}, "no records", ""};
    EXPECT_EQ(entry.to_text(), "a.yaml:7: error: no records");
}

TEST(DiagnosticText, LeavesOutThePlaceOfAWholeFile) {
    const Diagnostic entry{Severity::error, "a.yaml", {}, "cannot be read", ""};
    EXPECT_EQ(entry.to_text(), "a.yaml: error: cannot be read");
}

TEST(DiagnosticText, StartsWithTheSeverityWithoutAFile) {
    const Diagnostic entry{Severity::error, "", {}, "out of memory", ""};
    EXPECT_EQ(entry.to_text(), "error: out of memory");
}

TEST(Diagnostics, StartEmpty) {
    EXPECT_TRUE(Diagnostics().is_empty());
}

TEST(Diagnostics, CountErrorsAndWarningsApart) {
    Diagnostics found;
    found.error("a.yaml", {1, 1}, "first");
    found.warning("a.yaml", {2, 1}, "second");
    found.error("b.yaml", {1, 1}, "third");
    EXPECT_EQ(found.error_count(), 2U);
    EXPECT_EQ(found.warning_count(), 1U);
}

TEST(Diagnostics, KeepWhatWasSaid) {
    Diagnostics found;
    found.warning("a.yaml", {2, 5}, "odd", "make it even");
    ASSERT_EQ(found.entries().size(), 1U);
    const Diagnostic& entry = found.entries().front();
    EXPECT_EQ(entry.severity, Severity::warning);
    EXPECT_EQ(entry.file, "a.yaml");
    EXPECT_EQ(entry.place, (Place{2, 5}));
    EXPECT_EQ(entry.message, "odd");
    EXPECT_EQ(entry.advice, "make it even");
}

TEST(Diagnostics, AppendTakesOverEntriesInOrder) {
    Diagnostics found;
    found.error("b.yaml", {}, "first");
    Diagnostics other;
    other.warning("a.yaml", {}, "second");
    other.error("a.yaml", {}, "third");
    found.append(std::move(other));
    EXPECT_THAT(found.entries(), ElementsAre(says("first"), says("second"), says("third")));
}

TEST(Diagnostics, AppendTakesOverCounts) {
    Diagnostics found;
    found.error("b.yaml", {}, "first");
    Diagnostics other;
    other.warning("a.yaml", {}, "second");
    other.error("a.yaml", {}, "third");
    found.append(std::move(other));
    EXPECT_EQ(found.error_count(), 2U);
    EXPECT_EQ(found.warning_count(), 1U);
}

TEST(Diagnostics, SortOrdersByFileThenLineThenColumn) {
    Diagnostics found;
    found.error("b.yaml", {1, 1}, "b:1:1");
    found.error("a.yaml", {10, 1}, "a:10:1");
    found.warning("a.yaml", {2, 7}, "a:2:7");
    found.error("a.yaml", {2, 3}, "a:2:3");
    found.sort();
    EXPECT_THAT(found.entries(),
                ElementsAre(says("a:2:3"), says("a:2:7"), says("a:10:1"), says("b:1:1")));
}

TEST(Diagnostics, SortKeepsTheOrderOfEqualPlaces) {
    Diagnostics found;
    found.error("b.yaml", {1, 1}, "elsewhere");
    found.error("a.yaml", {1, 1}, "z");
    found.warning("a.yaml", {1, 1}, "m");
    found.error("a.yaml", {1, 1}, "a");
    found.sort();
    EXPECT_THAT(found.entries(), ElementsAre(says("z"), says("m"), says("a"), says("elsewhere")));
}

TEST(Diagnostics, KnowWhichFileHasAnError) {
    Diagnostics found;
    found.error("a.yaml", {}, "broken");
    EXPECT_TRUE(found.has_error_in("a.yaml"));
    EXPECT_FALSE(found.has_error_in("b.yaml"));
}

TEST(Diagnostics, AWarningIsNoErrorOfItsFile) {
    Diagnostics found;
    found.warning("a.yaml", {}, "odd");
    EXPECT_FALSE(found.has_error_in("a.yaml"));
}

}  // namespace
}  // namespace arpad
