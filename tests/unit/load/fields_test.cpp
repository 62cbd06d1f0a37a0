#include "load/fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "findings_text.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::array<std::string_view, 4> keys{"ttl", "nameservers", "locked", "refresh"};

/// A mapping with `keys`, read from a file called `f`.
class FieldsTest : public testing::Test {
protected:
    const Fields& read(std::string_view text) {
        document_ = parse_yaml("f", text, "", diagnostics_);
        return fields_.emplace(document_.value().root(), "a test", keys, findings_);
    }

    std::vector<std::string> findings() const { return texts_of(diagnostics_); }

    Diagnostics diagnostics_;
    FileFindings findings_{"f", diagnostics_};
    std::optional<YamlDocument> document_;
    std::optional<Fields> fields_;
};

TEST_F(FieldsTest, FindsAKey) {
    const Fields& fields = read("ttl: 5\n");
    EXPECT_TRUE(fields.has("ttl"));
    EXPECT_EQ(fields.find("ttl")->text(), "5");
    EXPECT_FALSE(fields.has("locked"));
    EXPECT_FALSE(fields.find("locked"));
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(FieldsTest, KnowsWhereAKeyStands) {
    EXPECT_EQ(read("locked: true\nttl: 5\n").key_place("ttl"), (Place{2, 1}));
}

TEST_F(FieldsTest, SuggestsTheKeyThatWasMeant) {
    read("refesh: 5\n");
    EXPECT_THAT(findings(), ElementsAre("f:1:1: error: unknown key `refesh` in a test\n"
                                        "  did you mean `refresh`?"));
}

TEST_F(FieldsTest, SuggestsAKeyInLowerCase) {
    read("NAMESERVERS: 5\n");
    EXPECT_THAT(findings(), ElementsAre("f:1:1: error: unknown key `NAMESERVERS` in a test\n"
                                        "  did you mean `nameservers`?"));
}

TEST_F(FieldsTest, ListsTheKeysIfNoneIsNear) {
    read("colour: 5\n");
    EXPECT_THAT(findings(), ElementsAre("f:1:1: error: unknown key `colour` in a test\n"
                                        "  the keys here are `ttl`, `nameservers`, `locked`, "
                                        "`refresh`"));
}

TEST_F(FieldsTest, RefusesAKeyWrittenTwice) {
    const Fields& fields = read("ttl: 5\nlocked: true\nttl: 6\n");
    EXPECT_THAT(findings(), ElementsAre("f:3:1: error: `ttl` is written twice, first in line 1\n"
                                        "  keep one of the two"));
    EXPECT_TRUE(fields.is_repeated("ttl"));
    EXPECT_FALSE(fields.is_repeated("locked"));
}

TEST_F(FieldsTest, ReadsAnInteger) {
    EXPECT_EQ(read("ttl: 12\n").integer("ttl", {0, 12}), 12U);
}

TEST_F(FieldsTest, RefusesAnIntegerOverItsRange) {
    EXPECT_FALSE(read("ttl: 13\n").integer("ttl", {0, 12}));
    EXPECT_THAT(findings(), ElementsAre("f:1:6: error: `ttl` is no number from 0 to 12: `13`\n"
                                        "  write such a number, in decimal digits"));
}

TEST_F(FieldsTest, RefusesAnIntegerBelowItsRange) {
    EXPECT_FALSE(read("ttl: 0\n").integer("ttl", {1, 12}));
}

TEST_F(FieldsTest, RefusesSignsAndFractions) {
    EXPECT_FALSE(read("ttl: -1\n").integer("ttl", {0, 12}));
    EXPECT_FALSE(read("ttl: +1\n").integer("ttl", {0, 12}));
    EXPECT_FALSE(read("ttl: 1.0\n").integer("ttl", {0, 12}));
    EXPECT_FALSE(read("ttl: \"\"\n").integer("ttl", {0, 12}));
}

TEST_F(FieldsTest, RefusesAnIntegerOver64Bits) {
    EXPECT_FALSE(read("ttl: 18446744073709551616\n").integer("ttl", {0, 12}));
}

TEST_F(FieldsTest, ReadsABoolean) {
    const Fields& fields = read("locked: true\nttl: false\n");
    EXPECT_EQ(fields.boolean("locked"), true);
    EXPECT_EQ(fields.boolean("ttl"), false);
}

TEST_F(FieldsTest, RefusesOtherBooleans) {
    EXPECT_FALSE(read("locked: yes\n").boolean("locked"));
    EXPECT_THAT(findings(), ElementsAre("f:1:9: error: `locked` is neither true nor false: `yes`\n"
                                        "  write `true` or `false`"));
}

TEST_F(FieldsTest, RefusesAKeyWithoutValue) {
    EXPECT_FALSE(read("ttl:\n").seconds("ttl"));
    EXPECT_THAT(findings(), ElementsAre("f:1:1: error: `ttl` has no value\n"
                                        "  write one, or remove the line"));
}

TEST_F(FieldsTest, RefusesAListInPlaceOfAValue) {
    EXPECT_FALSE(read("ttl: [5]\n").seconds("ttl"));
    EXPECT_THAT(findings(), ElementsAre("f:1:6: error: `ttl` is a list, not a single value\n"
                                        "  write one value, in quotes if it begins with a "
                                        "bracket"));
}

TEST_F(FieldsTest, RefusesAMappingInPlaceOfAValue) {
    EXPECT_FALSE(read("ttl: {a: b}\n").text("ttl"));
    EXPECT_THAT(findings(), ElementsAre("f:1:6: error: `ttl` is a mapping, not a single value\n"
                                        "  write one value, in quotes if it begins with a "
                                        "bracket"));
}

TEST_F(FieldsTest, RefusesAValueInPlaceOfAMapping) {
    const Fields& outer = read("ttl: 5\n");
    const Fields inner(*outer.find("ttl"), "`ttl`", keys, findings_);
    EXPECT_FALSE(inner.has("ttl"));
    EXPECT_THAT(findings(), ElementsAre("f:1:6: error: `ttl` is a single value, not a mapping\n"
                                        "  write `key: value` lines"));
}

TEST_F(FieldsTest, TakesNullForAnEmptyMapping) {
    const Fields& outer = read("ttl:\n");
    const Fields inner(*outer.find("ttl"), "`ttl`", keys, findings_);
    EXPECT_FALSE(inner.has("ttl"));
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(FieldsTest, RefusesAnEmptyListOfNames) {
    EXPECT_THAT(
        read_host_names(*read("nameservers: []\n").find("nameservers"), "`nameservers`", findings_),
        IsEmpty());
    EXPECT_THAT(findings(), ElementsAre("f:1:14: error: `nameservers` is an empty list\n"
                                        "  write at least one name in it"));
}

TEST_F(FieldsTest, RefusesANameInPlaceOfAList) {
    EXPECT_THAT(read_host_names(*read("nameservers: a.example\n").find("nameservers"),
                                "`nameservers`", findings_),
                IsEmpty());
    EXPECT_THAT(findings(),
                ElementsAre("f:1:14: error: `nameservers` is a single value, not a list\n"
                            "  write a list: [one.example.net, two.example.net]"));
}

TEST_F(FieldsTest, RefusesANameListedTwiceInAnotherCase) {
    const Fields& fields = read("nameservers:\n- a.example\n- b.example\n- A.example\n");
    (void)read_host_names(*fields.find("nameservers"), "`nameservers`", findings_);
    EXPECT_THAT(findings(),
                ElementsAre("f:4:3: error: A.example. is listed twice, first in line 2\n"
                            "  remove one of the two"));
}

TEST_F(FieldsTest, KeepsTheOrderOfNames) {
    const Fields& fields = read("nameservers: [c.example, a.example]\n");
    const auto names = read_host_names(*fields.find("nameservers"), "`nameservers`", findings_);
    ASSERT_EQ(names.size(), 2U);
    EXPECT_EQ(names[0].name.to_text(), "c.example.");
    EXPECT_EQ(names[1].place, (Place{1, 26}));
}

struct DurationCase {
    std::string text;
    std::uint32_t seconds;
};

class GoodDuration : public FieldsTest, public testing::WithParamInterface<DurationCase> {};

TEST_P(GoodDuration, IsRead) {
    EXPECT_EQ(read("ttl: \"" + GetParam().text + "\"\n").seconds("ttl"), GetParam().seconds);
    EXPECT_THAT(findings(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Fields, GoodDuration,
                         testing::Values(DurationCase{"90", 90}, DurationCase{"90s", 90},
                                         DurationCase{"15m", 900}, DurationCase{"1h", 3600},
                                         DurationCase{"2d", 172'800}, DurationCase{"1w", 604'800},
                                         DurationCase{"0", 0},
                                         DurationCase{"2147483647", 2'147'483'647},
                                         DurationCase{"3550w", 2'147'040'000}));

class BadDuration : public FieldsTest, public testing::WithParamInterface<std::string> {};

TEST_P(BadDuration, IsRefused) {
    EXPECT_FALSE(read("ttl: \"" + GetParam() + "\"\n").seconds("ttl"));
    EXPECT_THAT(findings(),
                ElementsAre("f:1:6: error: `ttl` is no duration: `" + GetParam() +
                            "`\n  write a number and s, m, h, d or w: 90s, 15m, 1h, 2d, 1w"));
}

INSTANTIATE_TEST_SUITE_P(Fields, BadDuration,
                         testing::Values("", "h", "-1", "+1", "1.5h", "1 h", "1H", "1y", "1h30m",
                                         "0x10", "one"));

class LongDuration : public FieldsTest, public testing::WithParamInterface<std::string> {};

TEST_P(LongDuration, IsRefused) {
    EXPECT_FALSE(read("ttl: " + GetParam() + "\n").seconds("ttl"));
    EXPECT_THAT(findings(), ElementsAre("f:1:6: error: `ttl` is too long: `" + GetParam() +
                                        "`\n  write at most 2147483647 seconds"));
}

INSTANTIATE_TEST_SUITE_P(Fields, LongDuration,
                         testing::Values("2147483648", "3551w", "99999999999999999999",
                                         "30500568904944w"));

}  // namespace
}  // namespace arpad
