#include "load/yaml_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "findings_text.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

/// What is reported about a file called `f` that holds `text`.
std::vector<std::string> findings_of(std::string_view text) {
    Diagnostics diagnostics;
    const auto document = parse_yaml("f", text, "write something", diagnostics);
    EXPECT_EQ(document.has_value(), diagnostics.error_count() == 0);
    return texts_of(diagnostics);
}

YamlDocument parsed(std::string_view text) {
    Diagnostics diagnostics;
    auto document = parse_yaml("f", text, "", diagnostics);
    EXPECT_THAT(texts_of(diagnostics), IsEmpty());
    return std::move(document).value();
}

std::vector<YamlEntry> entries_of(const YamlDocument& document) {
    std::vector<YamlEntry> entries;
    for (const YamlEntry entry : document.root().entries()) entries.push_back(entry);
    return entries;
}

YamlNode first_value(const YamlDocument& document) {
    return (*document.root().entries().begin()).value;
}

TEST(ParseYaml, KeepsEntriesInOrder) {
    const auto document = parsed("b: 1\na: 2\n");
    const auto entries = entries_of(document);
    ASSERT_THAT(entries, SizeIs(2));
    EXPECT_EQ(entries[0].key.text(), "b");
    EXPECT_EQ(entries[0].value.text(), "1");
    EXPECT_EQ(entries[1].key.text(), "a");
    EXPECT_EQ(entries[1].value.text(), "2");
}

TEST(ParseYaml, KeepsDuplicateKeys) {
    const auto document = parsed("a: 1\na: 2\n");
    EXPECT_THAT(entries_of(document), SizeIs(2));
}

TEST(ParseYaml, PassesOverNestedNodes) {
    const auto document = parsed("a: [1, [2, 3], {b: 4}]\nc: {d: {e: 5}}\nf: 6\n");
    const auto entries = entries_of(document);
    ASSERT_THAT(entries, SizeIs(3));
    EXPECT_EQ(entries[2].key.text(), "f");
    EXPECT_EQ(entries[2].value.text(), "6");
}

TEST(ParseYaml, ListsTheItemsOfASequence) {
    const auto document = parsed("a: [x, y]\n");
    std::vector<std::string> items;
    for (const YamlNode item : first_value(document).items()) items.emplace_back(item.text());
    EXPECT_THAT(items, ElementsAre("x", "y"));
}

TEST(ParseYaml, TellsQuotedScalars) {
    const auto document = parsed("a: \"~\"\n");
    EXPECT_TRUE(first_value(document).is_scalar());
    EXPECT_TRUE(first_value(document).is_quoted());
}

TEST(ParseYaml, TellsPlainScalars) {
    const auto document = parsed("a: b\n");
    EXPECT_FALSE(first_value(document).is_quoted());
}

TEST(ParseYaml, ReadsTildeAsNull) {
    const auto document = parsed("a: ~\n");
    EXPECT_TRUE(first_value(document).is_null());
}

TEST(ParseYaml, ReadsALeftOutValueAsNullAtItsKey) {
    const auto document = parsed("a:\nb: 1\n");
    EXPECT_TRUE(first_value(document).is_null());
    EXPECT_EQ(first_value(document).place(), (Place{1, 1}));
}

std::vector<Place> item_places(std::string_view text) {
    const auto document = parsed(text);
    std::vector<Place> places;
    for (const YamlNode item : first_value(document).items()) places.push_back(item.place());
    return places;
}

// yaml-cpp reports it where the next thing stands, which may be another entry.
TEST(ParseYaml, ReadsALeftOutItemAsNullAtItsDash) {
    EXPECT_THAT(item_places("a:\n  -  # c - d\n\n  # -\n  - b\n  -\nc: d\n"),
                ElementsAre(Place{2, 3}, Place{5, 5}, Place{6, 3}));
    EXPECT_THAT(item_places("a:\n- b\n-\n-\n"), ElementsAre(Place{2, 3}, Place{3, 1}, Place{4, 1}));
    EXPECT_THAT(item_places("a:\n  -\n  -"), ElementsAre(Place{2, 3}, Place{3, 3}));
}

TEST(ParseYaml, ReadsAWrittenNullAtItsPlace) {
    EXPECT_THAT(item_places("a:\n  - ~\n  - null # c\n  - Null\n  -\n    ~"),
                ElementsAre(Place{2, 5}, Place{3, 5}, Place{4, 5}, Place{6, 5}));
    EXPECT_THAT(item_places("a: [~, b, null]\n"),
                ElementsAre(Place{1, 5}, Place{1, 8}, Place{1, 11}));
}

TEST(ParseYaml, KnowsAnEmptySequence) {
    const auto document = parsed("a: []\nb: [1]\n");
    EXPECT_TRUE(entries_of(document)[0].value.is_empty());
    EXPECT_FALSE(entries_of(document)[1].value.is_empty());
}

TEST(ParseYaml, NodesSurviveAMoveOfTheDocument) {
    auto document = parsed("a: b\n");
    const YamlNode value = first_value(document);
    const YamlDocument moved = std::move(document);
    EXPECT_EQ(value.text(), "b");
}

TEST(ParseYaml, CountsColumnsInCodePoints) {
    const auto document = parsed("\"\xC3\xA4\xE2\x82\xAC\": b\n");
    EXPECT_EQ(first_value(document).place(), (Place{1, 7}));
}

TEST(ParseYaml, ReadsIpv6AddressesAsKeys) {
    const auto document = parsed("::1: a\n2001:db8::: b\n");
    EXPECT_EQ(entries_of(document)[0].key.text(), "::1");
    EXPECT_EQ(entries_of(document)[1].key.text(), "2001:db8::");
}

TEST(ParseYaml, ByteOrderMarkDoesNotMoveColumns) {
    const auto document = parsed(
        "\xEF\xBB\xBF"
        "a: b\n");
    EXPECT_EQ(first_value(document).place(), (Place{1, 4}));
}

TEST(ParseYaml, CarriageReturnsAtLineEndsAreNoPartOfValues) {
    const auto document = parsed("a: b\r\nc: d\r\n");
    const auto entries = entries_of(document);
    EXPECT_EQ(entries[0].value.text(), "b");
    EXPECT_EQ(entries[1].key.place(), (Place{2, 1}));
}

TEST(ParseYaml, ReadsAFileWithoutAFinalLineEnd) {
    const auto document = parsed("a: b");
    EXPECT_EQ(first_value(document).text(), "b");
}

TEST(ParseYaml, AcceptsOneDocumentWithMarkers) {
    EXPECT_THAT(findings_of("%YAML 1.2\n---\na: b\n...\n"), IsEmpty());
}

TEST(ParseYaml, AcceptsTabsThatDoNotIndent) {
    EXPECT_THAT(findings_of("a:\tb\t# c\nd: |\n  \te\n"), IsEmpty());
}

TEST(ParseYaml, AcceptsTheDeepestNesting) {
    EXPECT_THAT(findings_of("a: " + std::string(31, '[') + std::string(31, ']')), IsEmpty());
}

TEST(ParseYaml, RefusesDeeperNesting) {
    EXPECT_THAT(
        findings_of("a: " + std::string(32, '[') + std::string(32, ']')),
        ElementsAre("f:1:35: error: lists and mappings lie more than 32 deep in each other\n"
                    "  no configuration needs that: look for a bracket that is never "
                    "closed"));
}

TEST(ParseYaml, RefusesAnEmptyFile) {
    EXPECT_THAT(findings_of(""), ElementsAre("f: error: the file is empty\n  write something"));
}

TEST(ParseYaml, RefusesAFileOfComments) {
    EXPECT_THAT(findings_of("# nothing\n\n# here\n"),
                ElementsAre("f: error: the file is empty\n  write something"));
}

TEST(ParseYaml, RefusesAnEmptyDocument) {
    EXPECT_THAT(findings_of("---\n"),
                ElementsAre("f: error: the file is empty\n  write something"));
}

TEST(ParseYaml, RefusesAList) {
    EXPECT_THAT(findings_of("\n- a\n"),
                ElementsAre("f:2:1: error: the file is a list, not a mapping\n"
                            "  write `key: value` lines"));
}

TEST(ParseYaml, RefusesAMereText) {
    EXPECT_THAT(findings_of("hello\n"),
                ElementsAre("f:1:1: error: the file is a text, not a mapping\n"
                            "  write `key: value` lines"));
}

TEST(ParseYaml, RefusesTextThatIsNotUtf8) {
    EXPECT_THAT(findings_of("a: b\nc: M\xFCller\n"),
                ElementsAre("f:2:5: error: the octet 0xFC is not UTF-8\n"
                            "  save the file as UTF-8 text"));
}

TEST(ParseYaml, RefusesUtf16) {
    EXPECT_THAT(findings_of(std::string_view("\xFF\xFE"
                                             "a\0",
                                             4)),
                ElementsAre(StartsWith("f:1:1: error: the octet 0xFF is not UTF-8")));
}

TEST(ParseYaml, RefusesNulOctets) {
    EXPECT_THAT(findings_of(std::string_view("a: \0b\n", 6)),
                ElementsAre("f:1:4: error: a NUL octet: this is not a text file\n"
                            "  save the file as UTF-8 text"));
}

// yaml-cpp takes U+0004 for the end of the file and would drop what follows.
TEST(ParseYaml, RefusesControlCharacters) {
    EXPECT_THAT(findings_of("a: b\x04\nc: d\n"),
                ElementsAre("f:1:5: error: the control character U+0004\n  remove it"));
}

TEST(ParseYaml, RefusesALoneCarriageReturn) {
    EXPECT_THAT(findings_of("a: b\rc: d\n"),
                ElementsAre("f:1:5: error: a carriage return that ends no line\n"
                            "  end lines with LF or CRLF"));
}

TEST(ParseYaml, RefusesLinesOverOneMebioctet) {
    EXPECT_THAT(findings_of("a: 1\nb: " + std::string(1U << 20U, 'x')),
                ElementsAre("f:2:1: error: the line is over 1048576 octets long\n"
                            "  break it into lines, for example one record on each"));
}

TEST(ParseYaml, RefusesASecondDocument) {
    EXPECT_THAT(findings_of("a: 1\n---\nb: 2\n"),
                ElementsAre("f:2:1: error: a second document begins here\n"
                            "  a file holds one: remove the `---`, or move what follows it to a "
                            "file of its own"));
}

TEST(ParseYaml, RefusesALineLeftOfTheMappingItFollows) {
    EXPECT_THAT(findings_of("  a: 1\nb: 2\n"),
                ElementsAre("f:2:1: error: this belongs to nothing above it\n"
                            "  begin all keys of one mapping in the same column"));
}

TEST(ParseYaml, RefusesAnchors) {
    EXPECT_THAT(findings_of("a: &x 1\n"),
                ElementsAre("f:1:4: error: anchors are not supported\n  write the value out"));
}

TEST(ParseYaml, RefusesAliases) {
    EXPECT_THAT(findings_of("a: &x 1\nb: *x\n"),
                ElementsAre("f:1:4: error: anchors are not supported\n  write the value out",
                            "f:2:4: error: aliases are not supported\n  write the value out"));
}

TEST(ParseYaml, RefusesAliasesOfNothing) {
    EXPECT_THAT(findings_of("a: *x\n"),
                ElementsAre("f:1:4: error: aliases are not supported\n  write the value out"));
}

TEST(ParseYaml, RefusesMergeKeys) {
    EXPECT_THAT(findings_of("a:\n  <<: {b: 1}\n"),
                ElementsAre("f:2:3: error: merge keys are not supported\n  write the value out"));
}

TEST(ParseYaml, RefusesTags) {
    EXPECT_THAT(findings_of("a: !!str 1\n"),
                ElementsAre("f:1:4: error: tags are not supported\n  write the value out"));
}

TEST(ParseYaml, RefusesTagsOfMappings) {
    EXPECT_THAT(findings_of("a: !x {b: 1}\n"),
                ElementsAre("f:1:4: error: tags are not supported\n  write the value out"));
}

TEST(ParseYaml, RefusesATabAsIndentation) {
    EXPECT_THAT(findings_of("a:\n\tb: 1\n"),
                ElementsAre("f:2:1: error: a tab is used as indentation\n  indent with spaces"));
}

TEST(ParseYaml, RefusesATabBehindSpaces) {
    EXPECT_THAT(findings_of("a:\n  b: 1\n  \tc: 1\n"),
                ElementsAre("f:3:3: error: a tab is used as indentation\n  indent with spaces"));
}

TEST(ParseYaml, RefusesATabAfterASpacedLine) {
    EXPECT_THAT(findings_of("a:\n  b: 1\n\tc: 2\n"),
                ElementsAre("f:3:1: error: a tab is used as indentation\n  indent with spaces"));
}

TEST(ParseYaml, RefusesAListAsKey) {
    EXPECT_THAT(findings_of("[a]: b\n"),
                ElementsAre("f:1:1: error: a key is no plain text\n"
                            "  write `key: value`; put the key in quotes if it begins with a "
                            "bracket or is `~` or `null`"));
}

TEST(ParseYaml, RefusesAMissingKey) {
    EXPECT_THAT(findings_of(": b\n"), ElementsAre(StartsWith("f:1:1: error: a key is missing\n")));
}

// yaml-cpp reads it as a key without a value; as a record that would remove a name.
TEST(ParseYaml, RefusesALastLineWithoutColon) {
    EXPECT_THAT(findings_of("a: 1\nb\n"),
                ElementsAre("f:2:1: error: a key without a `:`\n  write `key: value`"));
}

// yaml-cpp lets the text end with the file.
TEST(ParseYaml, RefusesAnOpenDoubleQuote) {
    EXPECT_THAT(findings_of("a: 1\nb: \"c\\\"\nd: e\n"),
                ElementsAre("f:2:4: error: a quoted text that begins here never ends\n"
                            "  write the closing \""));
}

TEST(ParseYaml, RefusesAnOpenSingleQuote) {
    EXPECT_THAT(findings_of("a: 1\nb: 'c''\n"),
                ElementsAre("f:2:4: error: a quoted text that begins here never ends\n"
                            "  write the closing '"));
}

TEST(ParseYaml, ExplainsTwoPairsOnOneLine) {
    EXPECT_THAT(findings_of("a: b: c\n"),
                ElementsAre("f:1:5: error: a `:` that belongs to no key\n"
                            "  put each `key: value` on a line of its own, indented like its "
                            "neighbours; quote text that holds `: `"));
}

TEST(ParseYaml, ExplainsALineThatFitsNoMapping) {
    EXPECT_THAT(findings_of("a:\n  b: 1\n c: 2\n"),
                ElementsAre("f:3:2: error: this does not fit into the mapping around it\n"
                            "  write `key: value`, indented like its neighbours"));
}

TEST(ParseYaml, ExplainsALineThatFitsNoList) {
    EXPECT_THAT(findings_of("a:\n  - [b]\n    c: d\n"),
                ElementsAre("f:3:5: error: this does not fit into the list around it\n"
                            "  begin it with `- ` in the column of the items above"));
}

TEST(ParseYaml, ExplainsAnOpenBracketAtItsPlace) {
    EXPECT_THAT(findings_of("a: 1\nb: [c, d\n"),
                ElementsAre("f:2:4: error: a list in brackets goes wrong here\n"
                            "  separate its items by `,` and close it with `]`"));
}

TEST(ParseYaml, ExplainsAnOpenBraceAtItsPlace) {
    EXPECT_THAT(findings_of("a: 1\nb: {c: d\n"),
                ElementsAre("f:2:4: error: a mapping in braces goes wrong here\n"
                            "  separate its entries by `,` and close it with `}`"));
}

TEST(ParseYaml, ExplainsAForgottenComma) {
    EXPECT_THAT(findings_of("a: {name: x ttl: 5m}\n"),
                ElementsAre(StartsWith("f:1:16: error: a mapping in braces goes wrong here")));
}

TEST(ParseYaml, ExplainsAClosingBracket) {
    EXPECT_THAT(findings_of("a: ]\n"),
                ElementsAre("f:1:4: error: a closing bracket without an opening one\n  remove it"));
}

TEST(ParseYaml, ExplainsAReservedCharacter) {
    EXPECT_THAT(findings_of("a: @b\n"),
                ElementsAre("f:1:4: error: nothing can begin with this character\n"
                            "  put the text in quotes"));
}

TEST(ParseYaml, ExplainsAnUnknownEscape) {
    EXPECT_THAT(findings_of("a: \"\\q\"\n"),
                ElementsAre("f:1:7: error: an unknown escape in a quoted text\n"
                            "  write the backslash twice, or use single quotes"));
}

// yaml-cpp 0.7 would report empty documents without end (its issue 1040).
TEST(ParseYaml, ALeadingCommaDoesNotHang) {
    EXPECT_THAT(findings_of(", a: b\n"), ElementsAre(StartsWith("f:1:1: error: ")));
}

// yaml-cpp would queue all of it: 11 GB for 50 MB.
TEST(ParseYaml, BracketsOnManyLinesEndEarly) {
    std::string text = "a: 1\nb:\n";
    for (int line = 0; line < 200'000; ++line) text += "[\n";
    EXPECT_THAT(findings_of(text),
                ElementsAre(StartsWith("f:3:1: error: lists and mappings lie more than 32 deep")));
}

TEST(ParseYaml, EveryBeginningOfAFileIsReadOrRefused) {
    const std::string text =
        "# c\nnetwork: 192.0.2.0/24\nsoa: {contact: \"h@e.example\", 'ttl': 5m}\n"
        "records:\n  192.0.2.1: [a.example, b.example]\n  ? x\n  : |\n    y\n";
    for (std::size_t length = 0; length <= text.size(); ++length) {
        Diagnostics diagnostics;
        const auto document =
            parse_yaml("f", std::string_view(text).substr(0, length), "", diagnostics);
        EXPECT_EQ(document.has_value(), diagnostics.error_count() == 0) << length;
    }
}

/// Pieces of YAML in random order.
std::string random_yaml(std::mt19937& random) {
    constexpr std::string_view pieces[] = {
        "a",    "b: ",      ": ",    "- ",    "\n",   "\n  ",        "[",   "]",   "{",
        "}",    ",",        "\"",    "'",     "? ",   "|\n",         "> ",  "&x ", "*x",
        "!t ",  "# ",       "---\n", "...\n", "\t",   "%Y ",         "<<:", "~",   "\\\"",
        "\r\n", "\xC3\xA9", "@",     "`",     "null", "\xEF\xBB\xBF"};
    std::string text;
    for (std::size_t count = random() % 25 + 1; count > 0; --count)
        text += pieces[random() % std::size(pieces)];
    return text;
}

TEST(ParseYaml, RandomPiecesAreReadOrRefused) {
    std::mt19937 random(1);
    for (int round = 0; round < 3000; ++round) {
        const std::string text = random_yaml(random);
        SCOPED_TRACE(text);
        findings_of(text);
    }
}

}  // namespace
}  // namespace arpad
