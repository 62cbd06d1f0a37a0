#include "load/zone_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "findings_text.hpp"
#include "support/readings.hpp"

namespace arpad {
namespace {

using testing::IsEmpty;

/// How many records are read without yaml-cpp.
std::size_t lines_read(std::string_view text) {
    Diagnostics diagnostics;
    const auto document = parse_zone_file("f", text, Reading::fast, "", diagnostics);
    return document ? document->lines.records.size() : 0;
}

/// Both ways to read `text` agree.
void expect_agreement(std::string_view text) {
    const auto difference = difference_of_readings(text);
    EXPECT_FALSE(difference) << *difference;
}

/// `text` is such that lines are taken out, and both ways to read it agree.
void expect_fast_and_right(std::string_view text) {
    EXPECT_GT(lines_read(text), 0U) << text;
    expect_agreement(text);
}

/// `text` has lines that look plain, but yaml-cpp has to read it all.
void expect_slow_and_right(std::string_view text) {
    EXPECT_TRUE(scan_record_lines(text)) << text;
    EXPECT_EQ(lines_read(text), 0U) << text;
    expect_agreement(text);
}

TEST(ZoneDocument, HasPlainLinesApart) {
    constexpr std::string_view text =
        "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: a.example\n  192.0.2.2: [b.example]\n";
    Diagnostics diagnostics;
    const auto document = parse_zone_file("f", text, Reading::fast, "", diagnostics);
    ASSERT_TRUE(document);
    EXPECT_THAT(texts_of(diagnostics), IsEmpty());
    EXPECT_EQ(document->lines.records.size(), 1U);
    std::vector<YamlEntry> keys;
    for (const YamlEntry entry : document->yaml.root().entries()) keys.push_back(entry);
    ASSERT_EQ(keys.size(), 2U);
    EXPECT_EQ((*keys[1].value.entries().begin()).key.place(), (Place{4, 3}));
}

TEST(ZoneDocument, HasAllInYamlIfAsked) {
    constexpr std::string_view text = "records:\n  192.0.2.1: a.example\n";
    Diagnostics diagnostics;
    const auto document = parse_zone_file("f", text, Reading::all_by_yaml, "", diagnostics);
    ASSERT_TRUE(document);
    EXPECT_THAT(document->lines.records, IsEmpty());
}

constexpr std::array<std::string_view, 24> fast_texts{
    // the usual
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: a.example\n  192.0.2.2: b.example\nttl: 5m\n",
    "network: 2001:db8::/32\nrecords:\n  2001:db8::1: a.example\n  2001:DB8::: b.example\n",
    "network: ::/32\nrecords:\n ::1: a.example\n ::: b.example\n ::ffff:1.2.3.4: c.example",
    "\xEF\xBB\xBFnetwork: 192.0.2.0/24\nrecords:\n  192.0.2.1: a.example\n",
    "network: 192.0.2.0/24\r\nrecords:\r\n  192.0.2.1: a.example\r\n\r\n  192.0.2.2: ~\r\n",
    "%YAML 1.2\n---\nnetwork: 192.0.2.0/24\nrecords:\n  192.0.2.1: a.example\n",
    // entries of all kinds among them
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: a.example\n  192.0.2.2: ~\n"
    "  192.0.2.3: c.example\n  192.0.2.4: [d.example, e.example]\n  192.0.2.5:\n    - f.example\n"
    "    - g.example\n  192.0.2.6: h.example\n  192.0.2.7:\n  - i.example\n  192.0.2.8: j.example\n"
    "  192.0.2.9: {name: k.example, locked: true}\n  192.0.2.10:\n    name: l.example\n"
    "    ttl: 5m\n  192.0.2.11: m.example\n  \"192.0.2.12\": 'n.example'\n",
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.2:\n  192.0.2.3: c.example\n  192.0.2.4: |+\n"
    "    d.example\n\n\n  192.0.2.5: e.example\n\n\n",
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.2: >-\n  192.0.2.3: c.example\n  192.0.2.4:\n"
    "       \"d.\n     example\"\n  192.0.2.5: e.example\n",
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.4: 'it\n    # no comment\n    example'\n"
    "  192.0.2.5: e.example\n",
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.4: a.example\n    b\n  192.0.2.5: e.example\n",
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.4: [a.example,\n    b.example]\n"
    "  192.0.2.5: e.example\n",
    // items that are left out, of which yaml-cpp says that they stand where the next thing does
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.4:\n    - # c\n  192.0.2.5: e.example\n"
    "  192.0.2.6: ~\n",
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.4:\n  - d.example\n  -\n  192.0.2.5: e.example\n",
    // comments
    "network: 192.0.2.0/24\nrecords: # [\n# one\n  # two\n  192.0.2.1: a.example # three\n"
    "       # four: \"\n\n  192.0.2.2: b_c.example # five\n# six\n  192.0.2.3: d.example\n#seven",
    // what records say wrong, in the order of the file
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: a.example\n  192.0.3.1: b.example\n"
    "  192.0.2.01: c.example\n  2001:db8::1: d.example\n  192.0.2.4: d..example\n"
    "  192.0.4.1: [e.example]\n  192.0.2.1: f.example\n  192.0.2.1: [g.example]\n"
    "  192.0.2.4: h.example\n",
    "records:\n  192.0.2.1: a.example\n",
    "zone: example\nrecords:\n  192.0.2.1: a.example\n",
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.3: a.example\n  192.0.2.1: b.example\n"
    "  192.0.2.2: c.example\n",
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.3: a.example\n  192.0.2.70: b.example\n"
    "delegations:\n  192.0.2.64/26: {nameservers: [ns.example]}\n",
    "network: 0.0.0.0/0\nrecords:\n  0.0.0.1: a.example\n  0.0.0.300: b_.example\n"
    "delegations:\n  0.0.0.0/26: {nameservers: [ns.example]}\n",
    // places behind them
    "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: a.example\n  192.0.2.2: b.example\nextra: |\n"
    "    @ TXT \"x\"\n    * BAD\nttl: 5 minutes\nnonsense:\n",
    "extra: |\n  @ TXT a\nnetwork: 192.0.2.0/24\nrecords:\n  192.0.2.1: a.example\nttl: x\n",
    "network: 192.0.2.0/24\nttl:\nrecords:\n  192.0.2.1: a.example\nzone:\n",
};

TEST(ZoneDocument, OfUsualFilesIsFastAndRight) {
    for (const std::string_view text : fast_texts) expect_fast_and_right(text);
}

constexpr std::array<std::string_view, 41> slow_texts{
    // in quoted texts
    "a: \"\nrecords:\n  192.0.2.1: a.example\n\"\n",
    "a: '\nrecords:\n  192.0.2.1: a.example\n'\n",
    "records:\n  192.0.2.9: \"x\n  192.0.2.1: a.example\n  y\"\n",
    "records:\n  192.0.2.9: \"x\n  192.0.2.1: a.example\n  # \"\n  192.0.2.2: [b.example]\n",
    "records:\n  192.0.2.9: 'x\n  192.0.2.1: a.example\n#'\n  192.0.2.2: [b.example]\n",
    "records:\n  192.0.2.9: \"x\n  192.0.2.1: a.example # \"\n  192.0.2.2: [b.example]\n",
    "records:\n  192.0.2.9: \"x\n  192.0.2.1: a.example\n",
    "records:\n  192.0.2.9: \"x\n  192.0.2.1: a.example\ny\": z\n",
    "records:\n  192.0.2.9: \"x\n  192.0.2.1: a.example\n  y\": z\n",
    // in brackets
    "{\nrecords:\n  192.0.2.1: a.example\n}\n",
    "{\nrecords:\n  192.0.2.1: a.example\n,\nttl: 5\n}\n",
    "{network: 192.0.2.0/24,\nrecords:\n  192.0.2.1: a.example\n}\n",
    "{network: 192.0.2.0/24,\nrecords:\n  192.0.2.1: a.example\n# c\n  }\n",
    "a: [\nrecords:\n  192.0.2.1: a.example\n]\n",
    "records:\n  192.0.2.9: [x,\n  192.0.2.1: a.example\n  ]\n",
    "records:\n  192.0.2.9: [x,\n  192.0.2.1: a.example\n  , y]\n",
    "records:\n  192.0.2.9: [x,\n  192.0.2.1: a.example\n  192.0.2.8: y]\n",
    "records:\n  192.0.2.9: [x,\n  192.0.2.1: a.example\n]\n",
    "records:\n  192.0.2.9: {x: y,\n  192.0.2.1: a.example\n  }\n",
    // the key is not what it seems
    "\"records\":\n  192.0.2.9: x.example\nrecords:\n  192.0.2.1: a.example\n",
    "records:\n  192.0.2.1: a.example\nrecords:\n  192.0.2.2: b.example\n",
    "records:\n  192.0.2.1: a.example\n'records': ~\n",
    "records: ~\na: \"\nrecords:\n# \"\n  192.0.2.1: a.example\nb: c\n",
    "? a\n: b\nc:\n- d\nrecords:\n  192.0.2.1: a.example\n  x\n",
    "- a\nrecords:\n  192.0.2.1: a.example\n",
    "a\nrecords:\n  192.0.2.1: a.example\n",
    "  a: b\nrecords:\n  192.0.2.1: a.example\n",
    ": a\nrecords:\n  192.0.2.1: a.example\n",
    // entries that are none
    "records:\n  - a\n  192.0.2.1: a.example\n",
    "records:\n  ~\n  192.0.2.1: a.example\n",
    "records:\n  |\n  192.0.2.1: a.example\n",
    "records:\n  !t\n  192.0.2.1: a.example\n",
    "records:\n  &a\n  192.0.2.1: a.example\n",
    "records:\n  192.0.2.1: a.example\n  ? 192.0.2.2\n  : b.example\n",
    "records:\n  192.0.2.9: *a\n  192.0.2.1: a.example\n",
    "records:\n  192.0.2.1: a.example\n  192.0.2.2\n",
    // behind the block
    "records:\n  192.0.2.1: a.example\n---\nrecords: ~\n",
    "records:\n  192.0.2.1: a.example\n...\n",
    "records:\n  192.0.2.1: a.example\n]\n",
    "records:\n  192.0.2.1: a.example\nx\n",
    "records:\n  192.0.2.1: a.example\n@\n",
};

TEST(ZoneDocument, OfFilesThatDeceiveIsReadByYaml) {
    for (const std::string_view text : slow_texts) expect_slow_and_right(text);
}

TEST(ZoneDocument, OfBrokenTextIsReadByYaml) {
    for (const std::string_view text :
         {std::string_view("records:\n  192.0.2.1: a.example # \xFF\n"),
          std::string_view("records:\n  192.0.2.1: a.example # \x04\n"),
          std::string_view("records:\n  192.0.2.1: a.example # \r x\n"),
          std::string_view("records:\n  192.0.2.1: a.example # \0\n", 35),
          std::string_view("records:\n  192.0.2.1: a.example # \xC2\x85\n")}) {
        EXPECT_EQ(lines_read(text), 0U) << text;
        expect_agreement(text);
    }
    expect_agreement("records:\n  192.0.2.1: a.example #" + std::string(1U << 20U, 'x') + "\n");
}

// Where a million brackets are in comments, yaml-cpp is stopped, whatever stands around them.
TEST(ZoneDocument, AgreesOnPilesOfBrackets) {
    for (const std::size_t count : {9'900U, 10'000U, 10'001U, 10'100U, 20'000U}) {
        const std::string pile(count, '[');
        for (const std::size_t before : {0U, 2000U, 4000U, 6000U}) {
            const std::string start = "a: '" + std::string(before, 'x') + "'\nrecords:\n";
            expect_agreement(start + "  192.0.2.1: a.example\n#" + pile + "\n  192.0.2.2: ~\n");
            expect_agreement(start + "  192.0.2.1: a.example #" + pile + "\n");
            expect_agreement(start + "  192.0.2.1: a.example\nb: '" + pile + "'\n");
        }
    }
}

TEST(ZoneDocument, AgreesOnEveryBeginningOfAFile) {
    for (const std::string_view text : fast_texts) {
        for (std::size_t size = 0; size < text.size(); ++size)
            expect_agreement(text.substr(0, size));
    }
}

/// Lines that may stand anywhere, good and bad.
constexpr std::array<std::string_view, 58> line_pieces{"192.0.2.1: a.example",
                                                       "192.0.2.2: b.example",
                                                       "192.0.2.3: c.example",
                                                       "192.0.2.4: d.example",
                                                       "192.0.2.5: e.example",
                                                       "192.0.2.6: f.example",
                                                       "192.0.2.7: g.example",
                                                       "192.0.2.1: a.example",
                                                       "192.0.2.8: h.example # x",
                                                       "192.0.3.1: i.example",
                                                       "2001:db8::1: j.example",
                                                       "::1: k.example",
                                                       "192.0.2.9: ~",
                                                       "192.0.2.10:",
                                                       "192.0.2.11: [a.example]",
                                                       "192.0.2.12: [a.example,",
                                                       "b.example]",
                                                       "]",
                                                       "}",
                                                       "192.0.2.13: {name: a.example}",
                                                       "192.0.2.14: {name: a.example,",
                                                       "192.0.2.15: \"a.example",
                                                       "b.example\"",
                                                       "\"",
                                                       "192.0.2.16: 'a.example",
                                                       "'",
                                                       "b'",
                                                       "192.0.2.17: |",
                                                       "192.0.2.18: >-",
                                                       "192.0.2.19: |+",
                                                       "text",
                                                       "name: a.example",
                                                       "ttl: 5m",
                                                       "- a.example",
                                                       "-",
                                                       "? 192.0.2.20",
                                                       ": a.example",
                                                       "? |",
                                                       "# comment",
                                                       "# \"",
                                                       "#'",
                                                       "# ]",
                                                       "",
                                                       " ",
                                                       "    ",
                                                       "\t",
                                                       "\t# x",
                                                       "records:",
                                                       "records: # x",
                                                       "ttl: 5",
                                                       "ranges:",
                                                       "extra: |",
                                                       "\"records\":",
                                                       "---",
                                                       "...",
                                                       "192.0.2.21: a_b.example",
                                                       "192.0.2.22: a.example\t",
                                                       "192.0.2.23: a.example\r"};

/// A file of such lines, of which most are indented alike.
std::string random_file(std::mt19937& random) {
    std::string text = random() % 8 == 0 ? "" : "network: 192.0.2.0/24\n";
    if (random() % 8 != 0) text += "records:\n";
    const std::size_t usual = random() % 3 + 1;
    for (std::size_t count = random() % 14; count > 0; --count) {
        const bool is_usual = random() % 4 != 0;
        text += std::string(is_usual ? usual : random() % 6, ' ');
        // The plain ones stand at the beginning.
        text += line_pieces[random() % (is_usual ? line_pieces.size() / 2 : line_pieces.size())];
        text += '\n';
    }
    if (random() % 4 == 0) text += "ttl: 5m\n";
    return text;
}

TEST(ZoneDocument, AgreesOnRandomLines) {
    std::mt19937 random(3);
    std::size_t fast = 0;
    for (int round = 0; round < 20'000; ++round) {
        const std::string text = random_file(random);
        if (lines_read(text) > 0) ++fast;
        expect_agreement(text);
        if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(fast, 1000U);
}

/// A text with one to three of its octets or lines changed.
std::string mutated(std::string text, std::mt19937& random) {
    constexpr std::string_view letters = " \n\t\r:#\"'[]{},-?|>~&*!%@.0a_\xC3\xA4";
    for (std::size_t count = random() % 3 + 1; count > 0; --count) {
        const std::size_t at = random() % (text.size() + 1);
        switch (random() % 4) {
            case 0:
                text.insert(at, 1, letters[random() % letters.size()]);
                break;
            case 1:
                text.erase(at, 1);
                break;
            case 2:
                text.insert(at, random() % 3, ' ');
                break;
            default: {
                const std::size_t line = std::min(text.find('\n', at), text.size() - 1) + 1;
                text.insert(line, std::string(random() % 4, ' ') +
                                      std::string(line_pieces[random() % line_pieces.size()]) +
                                      '\n');
                break;
            }
        }
    }
    return text;
}

TEST(ZoneDocument, AgreesOnFilesWithAFewMistakes) {
    std::mt19937 random(4);
    std::size_t fast = 0;
    for (int round = 0; round < 300; ++round) {
        for (const std::string_view text : fast_texts) {
            const std::string other = mutated(std::string(text), random);
            if (lines_read(other) > 0) ++fast;
            expect_agreement(other);
            if (testing::Test::HasFailure()) return;
        }
    }
    EXPECT_GT(fast, 1000U);
}

}  // namespace
}  // namespace arpad
