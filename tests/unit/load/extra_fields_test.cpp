#include "load/extra_fields.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "load/zone_file.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view head =
    "network: 192.0.2.0/24\n"
    "ttl: 77\n"
    "nameservers: [ns1.example.net]\n"
    "soa: {contact: hostmaster.example.net}\n";

/// A file whose `extra` is `rest`, which begins in line 5 behind the key.
struct Read {
    explicit Read(std::string_view rest, std::string_view start = head) {
        file = read_zone_file("z.yaml", std::string(start) + "extra:" + std::string(rest), {},
                              diagnostics);
    }

    /// `line:column owner ttl type`
    [[nodiscard]] std::vector<std::string> records() const {
        if (!file.model) return {diagnostics.to_text()};
        std::vector<std::string> texts;
        for (const ExtraModel& record : file.model->extra) {
            texts.push_back(fmt::format(
                "{}:{} {} {} {}", record.place.line, record.place.column, record.owner.to_text(),
                record.ttl ? std::to_string(record.ttl->seconds) : "-", to_text(record.type)));
        }
        return texts;
    }

    /// `line:column message`
    [[nodiscard]] std::vector<std::string> findings() const {
        std::vector<std::string> texts;
        for (const Diagnostic& entry : diagnostics.entries()) {
            texts.push_back(
                fmt::format("{}:{} {}", entry.place.line, entry.place.column, entry.message));
        }
        return texts;
    }

    Diagnostics diagnostics;
    ZoneFile file;
};

TEST(Extra, OfABlockHasThePlacesOfTheFile) {
    EXPECT_THAT(
        Read(" |\n  a TXT x\n  b 5 A 192.0.2.1\n").records(),
        ElementsAre("6:3 a.2.0.192.in-addr.arpa. 77 TXT", "7:3 b.2.0.192.in-addr.arpa. 5 A"));
}

TEST(Extra, MayBeLeftEmpty) {
    for (const char* rest : {"\n", " ~\n", " \"\"\n", " |\n", " |\n\n"}) {
        const Read read(rest);
        EXPECT_THAT(read.findings(), IsEmpty()) << rest;
        EXPECT_THAT(read.records(), IsEmpty()) << rest;
    }
}

TEST(Extra, BlockMayBeMovedInAsFarAsOneLikes) {
    EXPECT_THAT(Read(" |\n          a TXT x\n").records(),
                ElementsAre("6:11 a.2.0.192.in-addr.arpa. 77 TXT"));
}

TEST(Extra, BlockMayBeginWithEmptyLines) {
    EXPECT_THAT(Read(" |\n\n\n    a TXT x\n").records(),
                ElementsAre("8:5 a.2.0.192.in-addr.arpa. 77 TXT"));
}

TEST(Extra, BlockMayHaveCrlfLines) {
    EXPECT_THAT(
        Read(" |\r\n\r\n  a TXT x\r\n  b TXT x\r\n").records(),
        ElementsAre("7:3 a.2.0.192.in-addr.arpa. 77 TXT", "8:3 b.2.0.192.in-addr.arpa. 77 TXT"));
}

// RFC 1035 5.1: a line that begins with white space has the owner of the one before.
TEST(Extra, IndentationIndicatorLeavesBlanksToTheText) {
    EXPECT_THAT(
        Read(" |2\n  a TXT x\n    TXT y\n").records(),
        ElementsAre("6:3 a.2.0.192.in-addr.arpa. 77 TXT", "7:5 a.2.0.192.in-addr.arpa. 77 TXT"));
}

TEST(Extra, PlacesCountFromTheIndentationIndicator) {
    EXPECT_THAT(Read(" |2\n    a TXT x\n").findings(), ElementsAre(HasSubstr("6:5 ")));
}

TEST(Extra, BlockMayKeepOrStripItsEnd) {
    for (const char* sign : {"|-", "|+", "|2-", "|+2"}) {
        EXPECT_THAT(Read(fmt::format(" {}\n  a TXT x\n\n", sign)).records(),
                    ElementsAre("6:3 a.2.0.192.in-addr.arpa. 77 TXT"))
            << sign;
    }
}

TEST(Extra, CommentMayStandBehindTheSign) {
    EXPECT_THAT(Read(" |  # the rest\n  a TXT x\n").records(),
                ElementsAre("6:3 a.2.0.192.in-addr.arpa. 77 TXT"));
}

TEST(Extra, CommentsOfMasterFilesAreCommentsAndThoseOfYamlAreNot) {
    EXPECT_THAT(Read(" |\n  ; a comment\n  a TXT x ; another\n").records(),
                ElementsAre("7:3 a.2.0.192.in-addr.arpa. 77 TXT"));
    EXPECT_THAT(Read(" |\n  # TXT x\n").records(),
                ElementsAre("6:3 #.2.0.192.in-addr.arpa. 77 TXT"));
}

TEST(Extra, SignMayStandInALineOfItsOwn) {
    EXPECT_THAT(Read("\n  |\n  a TXT x\n").records(),
                ElementsAre("7:3 a.2.0.192.in-addr.arpa. 77 TXT"));
    EXPECT_THAT(Read("\n\n  # a comment\n  |\n   a TXT x\n").records(),
                ElementsAre("9:4 a.2.0.192.in-addr.arpa. 77 TXT"));
}

TEST(Extra, KeyMayComeAfterTheBlock) {
    EXPECT_THAT(Read(" |\n  a TXT x\nrecords: {192.0.2.1: a.example.}\n").records(),
                ElementsAre("6:3 a.2.0.192.in-addr.arpa. 77 TXT"));
}

TEST(Extra, OneLineInQuotesHasThePlaceOfTheValue) {
    EXPECT_THAT(Read(" \"@ TXT \\\"x\\\"\"\n").records(),
                ElementsAre("5:8 2.0.192.in-addr.arpa. 77 TXT"));
    EXPECT_THAT(Read(" 'a TXT x'\n").records(), ElementsAre("5:8 a.2.0.192.in-addr.arpa. 77 TXT"));
    EXPECT_THAT(Read(" a TXT x\n").records(), ElementsAre("5:8 a.2.0.192.in-addr.arpa. 77 TXT"));
}

TEST(Extra, FoldedBlockIsRefused) {
    const Read read(" >\n  a TXT x\n  b TXT y\n");
    EXPECT_FALSE(read.file.model);
    EXPECT_THAT(read.findings(), ElementsAre("5:8 `>` makes one line of all records"));
}

TEST(Extra, ListOrMappingIsRefused) {
    EXPECT_FALSE(Read("\n  - a TXT x\n").file.model);
    EXPECT_FALSE(Read(" {a: b}\n").file.model);
}

TEST(Extra, FlawsHaveTheirPlaceInTheFile) {
    EXPECT_THAT(Read(" |\n  a TXT x\n  b A 192.0.2.300\n  c\n").findings(),
                ElementsAre(HasSubstr("7:7 "), HasSubstr("8:")));
}

TEST(Extra, ColumnsAreCodePoints) {
    EXPECT_THAT(Read(" |\n  a TXT \"\xc3\xa9\" ; \xc3\xa9\n  b A \"\xc3\xa9\" x\n").findings(),
                ElementsAre(HasSubstr("7:7 ")));
}

TEST(Extra, RecordOfSeveralLinesHasThePlaceOfItsFirstWord) {
    EXPECT_THAT(
        Read(" |\n  a TXT ( x\n    y )\n  b TXT z\n").records(),
        ElementsAre("6:3 a.2.0.192.in-addr.arpa. 77 TXT", "8:3 b.2.0.192.in-addr.arpa. 77 TXT"));
}

TEST(Extra, IncludeAndGenerateAreRefused) {
    EXPECT_FALSE(Read(" |\n  $INCLUDE other\n").file.model);
    EXPECT_FALSE(Read(" |\n  $GENERATE 1-2 $ TXT x\n").file.model);
}

TEST(Extra, OriginAndTtlDirectivesAreHeard) {
    EXPECT_THAT(Read(" |\n  $ORIGIN b.2.0.192.in-addr.arpa.\n  $TTL 9\n  a TXT x\n").records(),
                ElementsAre("8:3 a.b.2.0.192.in-addr.arpa. 9 TXT"));
}

TEST(Extra, RelativeNamesInANetworkOfSeveralZonesAreErrors) {
    const std::string start =
        "network: 198.18.0.0/15\nttl: 77\nnameservers: [ns1.example.net]\n"
        "soa: {contact: hostmaster.example.net}\n";
    EXPECT_FALSE(Read(" |\n  a TXT x\n", start).file.model);
    EXPECT_FALSE(Read(" |\n  @ TXT x\n", start).file.model);
    EXPECT_THAT(Read(" |\n  a.18.198.in-addr.arpa. TXT x\n", start).records(),
                ElementsAre("6:3 a.18.198.in-addr.arpa. 77 TXT"));
}

TEST(Extra, NamesInAClasslessNetworkAreBelowItsApex) {
    const std::string start =
        "network: 192.0.2.64/26\nttl: 77\nnameservers: [ns1.example.net]\n"
        "soa: {contact: hostmaster.example.net}\n";
    EXPECT_THAT(Read(" |\n  a TXT x\n", start).records(),
                ElementsAre("6:3 a.64/26.2.0.192.in-addr.arpa. 77 TXT"));
}

}  // namespace
}  // namespace arpad
