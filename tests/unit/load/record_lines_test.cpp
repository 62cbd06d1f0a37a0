#include "load/record_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dns/name.hpp"
#include "load/host_name.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What is taken out of `text`, as "ADDRESS NAME".
std::vector<std::string> taken_from(std::string_view text) {
    const auto scanned = scan_record_lines(text);
    if (!scanned) return {};
    std::vector<std::string> taken;
    for (const PlainRecord& record : scanned->lines.records) {
        const NameView name = scanned->lines.name_of(record);
        taken.push_back(record.address().to_text() + ' ' + name.to_text());
    }
    return taken;
}

/// Whether the only line of `records` is taken.
bool is_plain(const std::string& line) {
    return !taken_from("records:\n  " + line + "\n").empty();
}

/// What is left of `text`.
std::string rest_of(std::string_view text) {
    const auto scanned = scan_record_lines(text);
    return scanned ? scanned->rest : std::string(text);
}

TEST(RecordLines, AreTakenOut) {
    constexpr std::string_view text =
        "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: a.example\n  192.0.2.2: B.Example.\nttl: "
        "5\n";
    EXPECT_THAT(taken_from(text), ElementsAre("192.0.2.1 a.example.", "192.0.2.2 B.Example."));
    EXPECT_EQ(rest_of(text), "network: 192.0.2.0/24\nrecords:\nttl: 5\n");
}

TEST(RecordLines, MayEndTheText) {
    EXPECT_THAT(taken_from("records:\n  192.0.2.1: a.example"),
                ElementsAre("192.0.2.1 a.example."));
}

TEST(RecordLines, HaveTheirPlaces) {
    const auto scanned = scan_record_lines(
        "# c\nrecords:\n\n    192.0.2.1: a.example\n# c\n    192.0.2.2: b.example\n");
    ASSERT_TRUE(scanned);
    EXPECT_EQ(scanned->records_key, (Place{2, 1}));
    EXPECT_EQ(scanned->lines.place_of(scanned->lines.records.at(0)), (Place{4, 5}));
    EXPECT_EQ(scanned->lines.place_of(scanned->lines.records.at(1)), (Place{6, 5}));
}

TEST(RecordLines, LeaveGapsInWhatIsLeft) {
    const auto scanned = scan_record_lines(
        "records:\n  192.0.2.1: a.example\n  192.0.2.2: ~\n  192.0.2.3: c.example\n"
        "  192.0.2.4: d.example\nttl: 5\n");
    ASSERT_TRUE(scanned);
    EXPECT_EQ(scanned->rest, "records:\n  192.0.2.2: ~\nttl: 5\n");
    ASSERT_EQ(scanned->gaps.size(), 2U);
    EXPECT_EQ(scanned->gaps[0].line, 2U);
    EXPECT_EQ(scanned->gaps[0].left_out, 1U);
    EXPECT_EQ(scanned->gaps[1].line, 3U);
    EXPECT_EQ(scanned->gaps[1].left_out, 3U);
}

TEST(RecordLines, SayWhereOtherEntriesAndTheNextKeyStand) {
    const auto scanned = scan_record_lines(
        "records:\n  192.0.2.1: a.example\n  192.0.2.2: ~\n  192.0.2.3:\n    name: c\nttl: 5\n");
    ASSERT_TRUE(scanned);
    EXPECT_THAT(scanned->entries, ElementsAre(Place{3, 3}, Place{4, 3}));
    EXPECT_EQ(scanned->behind, (Place{6, 1}));
}

// Else a comment could be the end of a quoted text that begins above them.
TEST(RecordLines, AreTakenOutWithTheCommentsBehindThem) {
    EXPECT_EQ(rest_of("records:\n# a\n  192.0.2.1: a.example\n# b\n\n  # c\nttl: 5\n"),
              "records:\n# a\nttl: 5\n");
}

TEST(RecordLines, MayHaveBlanksAndCommentsBehindThem) {
    EXPECT_TRUE(is_plain("192.0.2.1:   a.example  "));
    EXPECT_TRUE(is_plain("192.0.2.1: a.example # \xC3\xA4: ['"));
    EXPECT_TRUE(is_plain("192.0.2.1: a.example #"));
    EXPECT_TRUE(is_plain("192.0.2.1: a.example\r"));
    EXPECT_TRUE(is_plain("192.0.2.1: a.example # c\r"));
}

TEST(RecordLines, MayHaveAnyAddress) {
    for (const char* address : {"0.0.0.0", "255.255.255.255", "2001:db8::1", "2001:DB8::", "::",
                                "::1", "::ffff:192.0.2.1", "fe80::1", "abcd:ef01:2:3:4:5:6:7",
                                "0000:0000:0000:0000:0000:ffff:255.255.255.255"})
        EXPECT_TRUE(is_plain(std::string(address) + ": a.example")) << address;
}

TEST(RecordLines, HaveNothingElseForAKey) {
    for (const char* key :
         {"192.0.2", "192.0.2.01", "\"192.0.2.1\"", "'192.0.2.1'", "? 192.0.2.1", "192.0.2.1 ",
          "192.0.2.0/24", "1", "&a 192.0.2.1", "", "~", "-", "fe80::1%eth0", "[192.0.2.1]"})
        EXPECT_FALSE(is_plain(std::string(key) + ": a.example")) << key;
    EXPECT_FALSE(is_plain("192.0.2.1 a.example"));
    EXPECT_FALSE(is_plain("192.0.2.1:a.example"));
    EXPECT_FALSE(is_plain("192.0.2.1:\ta.example"));
    EXPECT_FALSE(is_plain("2001:db8::1 a.example"));
    EXPECT_FALSE(is_plain("192.0.2.1:"));
    EXPECT_FALSE(is_plain("192.0.2.1: "));
}

TEST(RecordLines, HaveNoOtherValueThanAHostName) {
    for (const char* value : {"~",
                              "null",
                              "example",
                              "example.",
                              "a_b.example",
                              "[a.example]",
                              "{name: a.example}",
                              "\"a.example\"",
                              "'a.example'",
                              "|",
                              ">",
                              "&a a.example",
                              "*a",
                              "!t a.example",
                              "a..example",
                              ".a.example",
                              "a.example..",
                              ".",
                              "-a.example",
                              "a-.example",
                              "a.-example",
                              "a.example-",
                              "a.example-.",
                              "a.1",
                              "192.0.2.1",
                              "1.2",
                              "a.example.1",
                              "a.example.1.",
                              "a.example: b",
                              "a.example b",
                              "a.example#c",
                              "a.example\t",
                              "a.example\t# c",
                              "a.b\xC3\xA4.example",
                              "a.example,",
                              "a.example]",
                              "# a.example",
                              "a/b.example",
                              "a@b.example",
                              "a:b.example"})
        EXPECT_FALSE(is_plain(std::string("192.0.2.1: ") + value)) << value;
}

TEST(RecordLines, MayHaveNamesWithOddLabels) {
    for (const char* name :
         {"1.example", "a.1b", "1.2.3.4.example", "a--b.example", "xn--4ca.example",
          "a.b.c.d.e.f.g.h.i.j.k.l.m.n", "a.1-2", "A.EXAMPLE"})
        EXPECT_TRUE(is_plain(std::string("192.0.2.1: ") + name)) << name;
}

/// A name of `octets` octets of text, in labels of `label` octets and a last one.
std::string name_of(std::size_t octets, std::size_t label) {
    std::string name;
    while (name.size() + label + 2 < octets) name += std::string(label, 'a') + '.';
    return name + std::string(octets - name.size(), 'b');
}

// Every length, so that names end at every place in a block; with and without text behind them.
TEST(RecordLines, AreThoseThatAHostNameIsReadFrom) {
    for (std::size_t octets = 4; octets < 260; ++octets) {
        for (const std::size_t label : {1U, 2U, 7U, 15U, 16U, 17U, 31U, 62U, 63U, 64U}) {
            for (const char* end : {"", ".", "-", "\n", ".\n", " # c\n"}) {
                const std::string name = name_of(octets, label);
                const std::string text = name + (*end == '.' || *end == '-' ? *end : '\0');
                const auto expected = host_name_from_text(text.c_str());
                const bool has_dot = name.find('.') != std::string::npos;
                const auto taken = taken_from("records:\n 192.0.2.1: " + name + end);
                ASSERT_EQ(!taken.empty(), expected && has_dot) << name << end;
                if (taken.empty()) continue;
                ASSERT_EQ(taken.at(0), "192.0.2.1 " + expected->name.to_text());
            }
        }
    }
}

// A hyphen at every place of a name, and so on both sides of every block's end.
TEST(RecordLines, HaveNoHyphenAtTheEndOfALabel) {
    for (const char* dotted : {"aaaaaaa.aaaaaaaa.aaaaaa.aaaaaaaaaaaaaaaaaa.example",
                               "aaaaaaaaaaaaaaa.aaaaaaaaaaaaaaa.aaaaaaaaaaaaaaa.example",
                               "aaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaa.aaaaaaaaaaaaaaa.example"}) {
        for (std::size_t at = 0; dotted[at] != '\0'; ++at) {
            if (dotted[at] == '.') continue;
            std::string name = dotted;
            name[at] = '-';
            EXPECT_EQ(is_plain("192.0.2.1: " + name), host_name_from_text(name).has_value())
                << name;
        }
    }
}

TEST(RecordLines, AreOnlyThoseInTheColumnOfTheFirstEntry) {
    EXPECT_THAT(taken_from("records:\n  192.0.2.1: a.example\n   192.0.2.2: b.example\n"),
                IsEmpty());
    EXPECT_THAT(taken_from("records:\n  192.0.2.1: a.example\n 192.0.2.2: b.example\n"), IsEmpty());
    EXPECT_THAT(taken_from("records:\n  ~: a\n    192.0.2.1: a.example\n"), IsEmpty());
}

// A plain text goes on in the lines below that are indented by more.
TEST(RecordLines, AreNotContinued) {
    constexpr std::string_view text =
        "records:\n  192.0.2.1: a.example\n  192.0.2.2: b.example\n\n  # c\n     c.example\n";
    EXPECT_THAT(taken_from(text), ElementsAre("192.0.2.1 a.example."));
    EXPECT_EQ(rest_of(text), "records:\n  192.0.2.2: b.example\n\n  # c\n     c.example\n");
}

TEST(RecordLines, AreNotFollowedByItemsInTheirColumn) {
    EXPECT_THAT(taken_from("records:\n  192.0.2.1: a.example\n  - b.example\n"), IsEmpty());
    EXPECT_THAT(taken_from("records:\n  192.0.2.1:\n  - b.example\n  192.0.2.2: c.example\n"),
                ElementsAre("192.0.2.2 c.example."));
}

TEST(RecordLines, AreNotAmongTabs) {
    EXPECT_THAT(taken_from("records:\n  192.0.2.1: a.example\n\t192.0.2.2: b.example\n"),
                IsEmpty());
    EXPECT_THAT(taken_from("records:\n  192.0.2.1: a.example\n  \t\n"), IsEmpty());
}

TEST(RecordLines, BelongToTheKeyRecords) {
    EXPECT_THAT(taken_from("ranges:\n  192.0.2.1: a.example\n"), IsEmpty());
    EXPECT_THAT(taken_from(" records:\n  192.0.2.1: a.example\n"), IsEmpty());
    EXPECT_THAT(taken_from("my_records:\n  192.0.2.1: a.example\n"), IsEmpty());
    EXPECT_THAT(taken_from("records: ~\n  192.0.2.1: a.example\n"), IsEmpty());
    EXPECT_THAT(taken_from("records:#c\n  192.0.2.1: a.example\n"), IsEmpty());
    EXPECT_THAT(taken_from("records:"), IsEmpty());
    EXPECT_THAT(taken_from(""), IsEmpty());
    EXPECT_THAT(taken_from("a: b\nrecords:  # c\n  192.0.2.1: a.example\n"),
                ElementsAre("192.0.2.1 a.example."));
}

TEST(RecordLines, EndInTheFirstColumn) {
    EXPECT_THAT(taken_from("records:\n  192.0.2.1: a.example\nranges:\n  192.0.2.2: b.example\n"),
                ElementsAre("192.0.2.1 a.example."));
}

// yaml-cpp is stopped where so many brackets pile up; without lines between them, or with others,
// it would be stopped elsewhere.
TEST(RecordLines, AreNotAmongPilesOfBrackets) {
    const std::string line = "  192.0.2.1: a.example\n";
    const std::string most(max_open_brackets, '[');
    EXPECT_THAT(taken_from("records:\n#" + most + "\n" + line),
                ElementsAre("192.0.2.1 a.example."));
    EXPECT_THAT(taken_from("records:\n#[" + most + "\n" + line), IsEmpty());
    EXPECT_THAT(taken_from("a: '{" + most + "'\nrecords:\n" + line), IsEmpty());
    EXPECT_THAT(taken_from("records:\n" + line + "b: '" + most + "['\n"), IsEmpty());
    EXPECT_THAT(taken_from("records:\n  192.0.2.1: a.example #[" + most + "\n"), IsEmpty());
    EXPECT_THAT(taken_from("records:\n#" + most + "\n" + line + "#[\n"), IsEmpty());
}

}  // namespace
}  // namespace arpad
