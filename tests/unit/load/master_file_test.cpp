#include "load/master_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

#include "master_records.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view a_record = " A 01020304";

Name name_of(std::string_view text) {
    return *Name::from_text(text);
}

MasterOptions with_origin(std::string_view origin) {
    MasterOptions options;
    options.origin = name_of(origin);
    return options;
}

/// Everything in `text`, read below example. with all directives allowed.
void read_into(RecordingSink& sink, std::string_view text,
               MasterOptions options = with_origin("example.")) {
    read_master_file("f", text, options, sink);
}

/// The records of a text without flaws.
std::vector<std::string> records_of(std::string_view text,
                                    MasterOptions options = with_origin("example.")) {
    RecordingSink sink;
    read_into(sink, text, std::move(options));
    EXPECT_THAT(sink.flaws, IsEmpty());
    return sink.records;
}

std::vector<std::string> flaws_of(std::string_view text,
                                  MasterOptions options = with_origin("example.")) {
    RecordingSink sink;
    read_into(sink, text, std::move(options));
    return sink.flaws;
}

/// The RDATA, as hexadecimal digits, of the one record `text` is.
std::string rdata_of(std::string_view text) {
    const auto records = records_of(text);
    if (records.size() != 1) return "not one record";
    return records[0].substr(records[0].rfind(' ') + 1);
}

MasterOptions with_files(std::map<std::string, std::string, std::less<>> files) {
    MasterOptions options = with_origin("example.");
    options.include = [files = std::move(files)](
                          std::string_view name,
                          std::string_view) -> Result<IncludedText, IncludeFailure> {
        const auto found = files.find(name);
        if (found == files.end()) return IncludeFailure{"no such file"};
        return IncludedText{found->first, found->second};
    };
    return options;
}

MasterOptions with_generate(std::uint64_t most = 1000) {
    MasterOptions options = with_origin("example.");
    options.max_generated_records = most;
    return options;
}

TEST(MasterFile, ReadsARecord) {
    EXPECT_THAT(records_of("a 300 IN A 1.2.3.4\n"), ElementsAre("a.example. 300 A 01020304"));
}

TEST(MasterFile, TakesClassBeforeTtl) {
    EXPECT_THAT(records_of("a IN 300 A 1.2.3.4\n"), ElementsAre("a.example. 300 A 01020304"));
}

TEST(MasterFile, NeedsNoClass) {
    EXPECT_THAT(records_of("a 5 A 1.2.3.4"), ElementsAre("a.example. 5 A 01020304"));
}

TEST(MasterFile, IgnoresCaseOfTypeAndClass) {
    EXPECT_THAT(records_of("a 5 class1 type1 1.2.3.4"), ElementsAre("a.example. 5 A 01020304"));
    EXPECT_THAT(records_of("a 5 iN a 1.2.3.4"), ElementsAre("a.example. 5 A 01020304"));
}

TEST(MasterFile, KeepsTheCaseOfNames) {
    EXPECT_THAT(records_of("aB 5 PTR C."), ElementsAre("aB.example. 5 PTR 014300"));
}

TEST(MasterFile, RepeatsTheOwner) {
    EXPECT_THAT(records_of("a 5 A 1.2.3.4\n\n ; nothing\n  6 A 1.2.3.5\n"),
                ElementsAre("a.example. 5 A 01020304", "a.example. 6 A 01020305"));
}

TEST(MasterFile, AtIsTheOrigin) {
    EXPECT_THAT(records_of("@ 5 PTR @"), ElementsAre("example. 5 PTR 076578616d706c6500"));
}

TEST(MasterFile, EscapedAtIsALabel) {
    EXPECT_THAT(records_of("\\@ 5 A 1.2.3.4"), ElementsAre("\\@.example. 5 A 01020304"));
}

TEST(MasterFile, TheRootIsADot) {
    EXPECT_THAT(records_of(". 5 PTR ."), ElementsAre(". 5 PTR 00"));
}

TEST(MasterFile, JoinsLinesInParentheses) {
    EXPECT_THAT(records_of("a 5 (\n A ; one\n ; two\n 1.2.3.4 ) ; three\nb 5 A 1.2.3.4"),
                ElementsAre("a.example. 5 A 01020304", "b.example. 5 A 01020304"));
}

TEST(MasterFile, ParenthesesNeedNoBlanks) {
    EXPECT_EQ(rdata_of("a 5 TXT(\"b\"c)"), "01620163");
}

TEST(MasterFile, ReadsEscapesInStrings) {
    EXPECT_EQ(rdata_of(R"(a 5 TXT "\"\\\065\;;(" x\ y)"), "06225c413b3b2803782079");
}

TEST(MasterFile, ReadsAnyOctetInStrings) {
    EXPECT_EQ(rdata_of("a 5 TXT \"\xC3\xBC\xFF\"\r\n"), "03c3bcff");
}

TEST(MasterFile, ReadsAnEmptyString) {
    EXPECT_EQ(rdata_of("a 5 TXT \"\""), "00");
}

TEST(MasterFile, ReadsEscapesInNames) {
    EXPECT_THAT(records_of("a\\.b\\032\\000 5 A 1.2.3.4"),
                ElementsAre("a\\.b\\032\\000.example. 5 A 01020304"));
}

TEST(MasterFile, ReadsCrLfAndTabs) {
    EXPECT_THAT(records_of("$TTL 7\r\na\tIN\tA\t1.2.3.4\r\n\tA\t1.2.3.5\r\n"),
                ElementsAre("a.example. 7 A 01020304", "a.example. 7 A 01020305"));
}

TEST(MasterFile, PassesOverAByteOrderMark) {
    EXPECT_THAT(records_of("\xEF\xBB\xBF"
                           "a 5 A 1.2.3.4"),
                SizeIs(1));
}

TEST(MasterFile, ReadsTtlUnits) {
    EXPECT_THAT(records_of("a 1h30m A 1.2.3.4\nb 1W2D A 1.2.3.4"),
                ElementsAre("a.example. 5400 A 01020304", "b.example. 777600 A 01020304"));
}

TEST(MasterFile, TakesTheGreatestTtl) {
    EXPECT_THAT(records_of("a 2147483647 A 1.2.3.4"), SizeIs(1));
}

TEST(MasterFile, RefusesAGreaterTtl) {
    EXPECT_THAT(flaws_of("a 2147483648 A 1.2.3.4\n$TTL 99999999999999999999"),
                ElementsAre("f:1:3 the TTL `2147483648` is over 2147483647",
                            "f:2:6 the TTL `99999999999999999999` is over 2147483647"));
}

TEST(MasterFile, HasNoTtlWhereNoneIsStated) {
    EXPECT_THAT(records_of("a A 1.2.3.4"), ElementsAre("a.example. -" + std::string(a_record)));
}

// RFC 1035 5.1: omitted TTL is the last stated one.
TEST(MasterFile, RepeatsTheLastStatedTtl) {
    EXPECT_THAT(records_of("a 5 A 1.2.3.4\nb A 1.2.3.4"),
                ElementsAre("a.example. 5 A 01020304", "b.example. 5 A 01020304"));
}

// RFC 2308 4
TEST(MasterFile, DefaultTtlWinsOverTheLastStatedOne) {
    EXPECT_THAT(records_of("$TTL 1h\na 5 A 1.2.3.4\nb A 1.2.3.4"),
                ElementsAre("a.example. 5 A 01020304", "b.example. 3600 A 01020304"));
}

TEST(MasterFile, TakesTheCallersDefaultTtl) {
    MasterOptions options = with_origin("example.");
    options.ttl = Ttl{9};
    EXPECT_THAT(records_of("a A 1.2.3.4", options), ElementsAre("a.example. 9 A 01020304"));
}

TEST(MasterFile, TakesTheSoaMinimumIfAsked) {
    MasterOptions options = with_origin("example.");
    options.missing_ttl = MissingTtl::soa_minimum;
    const auto records = records_of("@ SOA a b 1 2 3 4 77\na A 1.2.3.4\n", options);
    ASSERT_THAT(records, SizeIs(2));
    EXPECT_EQ(records[1], "a.example. 77 A 01020304");
}

TEST(MasterFile, OriginMayBeRelative) {
    EXPECT_THAT(records_of("$ORIGIN b\n$origin c\na 5 A 1.2.3.4\n"),
                ElementsAre("a.c.b.example. 5 A 01020304"));
}

TEST(MasterFile, RelativeNamesInRdataAreBelowTheOrigin) {
    EXPECT_EQ(rdata_of("a 5 MX 10 m"), "000a016d076578616d706c6500");
}

TEST(MasterFile, RelativeNameWithoutOriginIsAFlaw) {
    RecordingSink sink;
    read_into(sink, "a 5 A 1.2.3.4\na. 5 PTR b\na. 5 MX 1 @\n@ 5 A 1.2.3.4\n", {});
    EXPECT_THAT(sink.flaws, ElementsAre("f:1:1 `a` is no full name", "f:2:10 `b` is no full name",
                                        "f:3:11 `@` is no full name", "f:4:1 `@` is no full name"));
    EXPECT_EQ(sink.advice[0], "write full names ending in a dot");
}

TEST(MasterFile, FullNamesNeedNoOrigin) {
    EXPECT_THAT(records_of("a. 5 MX 1 b.", {}), SizeIs(1));
}

TEST(MasterFile, RelativeGatewayOfIpseckeyIsBelowTheOrigin) {
    EXPECT_EQ(rdata_of("a 5 IPSECKEY 10 3 2 g AQID"),
              "0a0302016707"
              "6578616d706c6500010203");
}

TEST(MasterFile, ReadsEveryGatewayOfIpseckey) {
    EXPECT_EQ(rdata_of("a 5 IPSECKEY 10 0 2 . AQ ID"), "0a0002010203");
    EXPECT_EQ(rdata_of("a 5 IPSECKEY 10 1 0 192.0.2.1"), "0a0100c0000201");
    EXPECT_THAT(flaws_of("a 5 IPSECKEY 10 0 2 x\na 5 IPSECKEY 10 4 2 .\na 5 IPSECKEY 10 1\n"),
                SizeIs(3));
}

TEST(MasterFile, ReadsTheGenericForm) {
    EXPECT_EQ(rdata_of("a 5 TYPE65280 \\# 3 ab CD e f"), "abcdef");
    EXPECT_EQ(rdata_of("a 5 TYPE65280 \\# 0"), "");
}

TEST(MasterFile, ReadsTheGenericFormOfAKnownType) {
    EXPECT_EQ(rdata_of("a 5 PTR \\# 3 01 61 00"), "016100");
}

TEST(MasterFile, NsapPtrHoldsAName) {
    EXPECT_EQ(rdata_of("a 5 NSAP-PTR b."), "016200");
    EXPECT_EQ(rdata_of("a 5 NSAP-PTR \\# 3 016200"), "016200");
}

TEST(MasterFile, TypesThatLdnsMisreadsNeedTheGenericForm) {
    EXPECT_THAT(flaws_of("a 5 ATMA 39.246f"), SizeIs(1));
    EXPECT_EQ(rdata_of("a 5 ATMA \\# 2 0039"), "0039");
}

TEST(MasterFile, GenericFormMustBeValidForItsType) {
    EXPECT_THAT(flaws_of("a 5 PTR \\# 1 01\na 5 A \\# 3 010203\na 5 TXT \\# 1 05\n"
                         "a 5 MX \\# 2 0001\na 5 SOA \\# 2 0000\na 5 SRV \\# 8 000000000000c000"),
                SizeIs(6));
}

TEST(MasterFile, GenericFormNeedsAsManyOctetsAsItSays) {
    EXPECT_THAT(flaws_of("a 5 TYPE999 \\# 2 00\na 5 TYPE999 \\# 1 000\na 5 TYPE999 \\# x\n"
                         "a 5 TYPE999 \\#\na 5 TYPE999 \\# 1 gg\na 5 TYPE999 \\# 65536"),
                SizeIs(6));
}

TEST(MasterFile, ReadsLongRecords) {
    std::string text = "a 5 TXT";
    for (int i = 0; i < 250; ++i) text += " \"" + std::string(255, 'x') + '"';
    EXPECT_EQ(rdata_of(text).size(), 2U * 250 * 256);
}

TEST(MasterFile, ReadsTheLongestRdata) {
    const std::string digits(std::size_t{2} * 65'535, '0');
    EXPECT_EQ(rdata_of("a 5 TYPE999 \\# 65535 " + digits).size(), digits.size());
}

TEST(MasterFile, ReadsALongKey) {
    EXPECT_EQ(rdata_of("a 5 DNSKEY 256 3 8 " + std::string(40'000, 'A')).size(), 60'008U);
}

TEST(MasterFile, RefusesLongerRdata) {
    std::string text = "a 5 TXT";
    for (int i = 0; i < 256; ++i) text += " " + std::string(255, 'x');
    EXPECT_THAT(flaws_of(text), ElementsAre("f:1:9 the data of the record is over 65535 octets "
                                            "long"));
}

TEST(MasterFile, ReadsTheLongestLabelAndName) {
    const std::string label(63, 'x');
    const std::string name = label + '.' + label + '.' + label + '.' + std::string(61, 'y') + '.';
    EXPECT_THAT(records_of(name + " 5 PTR " + name), SizeIs(1));
}

TEST(MasterFile, RefusesLongerLabelsAndNames) {
    const std::string label(63, 'x');
    const std::string name = label + '.' + label + '.' + label + '.' + std::string(62, 'y') + '.';
    EXPECT_THAT(flaws_of(name + " 5 A 1.2.3.4\nx" + label + " 5 A 1.2.3.4"), SizeIs(2));
}

TEST(MasterFile, RefusesBadNames) {
    EXPECT_THAT(flaws_of("a..b 5 A 1.2.3.4\n.a 5 A 1.2.3.4\n\\\n\\25 5 A 1.2.3.4\n"
                         "\\256 5 A 1.2.3.4\n\"a\" 5 A 1.2.3.4"),
                SizeIs(6));
}

TEST(MasterFile, RefusesMetaTypes) {
    for (const char* type : {"OPT", "TSIG", "TKEY", "AXFR", "IXFR", "ANY", "MAILA", "MAILB",
                             "TYPE0", "TYPE41", "TYPE255", "TYPE128"}) {
        EXPECT_THAT(flaws_of(fmt::format("a 5 {} \\# 0", type)), SizeIs(1)) << type;
    }
}

TEST(MasterFile, RefusesUnknownTypes) {
    EXPECT_THAT(flaws_of("a 5 NONSENSE x\na 5 TYPE65536 \\# 0\na 5 TYPE1x \\# 0\na 5 TYPE \\# 0"),
                SizeIs(4));
}

TEST(MasterFile, RefusesOtherClasses) {
    EXPECT_THAT(flaws_of("a 5 CH TXT x\na 5 HS TXT x\na 5 CLASS7 TXT x"),
                ElementsAre("f:1:5 the class `CH` is not served",
                            "f:2:5 the class `HS` is not "
                            "served",
                            "f:3:5 the class `CLASS7` is not served"));
}

TEST(MasterFile, RefusesRecordsThatEndTooEarly) {
    EXPECT_THAT(flaws_of("a\na 5\na 5 IN\na 5 IN A\na 5 SOA a b 1 2 3 4\n"), SizeIs(5));
}

TEST(MasterFile, RefusesTooMuchRdata) {
    EXPECT_THAT(flaws_of("a 5 A 1.2.3.4 5\na 5 PTR b c\n"),
                ElementsAre("f:1:15 `5` is too much for a record of type A",
                            "f:2:11 `c` is too much for a record of type PTR"));
}

TEST(MasterFile, RefusesNumbersThatAreTooGreat) {
    EXPECT_THAT(flaws_of("a 5 MX 65536 b\n@ 5 SOA a b 4294967296 2 3 4 5\na 5 DS 1 8 256 00"),
                SizeIs(3));
}

TEST(MasterFile, RefusesStringsThatAreTooLong) {
    EXPECT_THAT(flaws_of("a 5 TXT " + std::string(256, 'x')), SizeIs(1));
}

TEST(MasterFile, GoesOnBehindAFlaw) {
    RecordingSink sink;
    read_into(sink, "a 5 A x\nb 5 A 1.2.3.4\n ) \nc 5 TXT \"x\nd 5 A 1.2.3.4\n");
    EXPECT_THAT(sink.flaws, SizeIs(3));
    EXPECT_THAT(sink.records, SizeIs(2));
}

TEST(MasterFile, ColumnsCountCodePoints) {
    EXPECT_THAT(flaws_of("\xC3\xBC\xC3\xBC 5 A x"), ElementsAre("f:1:8 `x` is no IPv4 address"));
}

TEST(MasterFile, UnclosedParenthesisIsReportedWhereItOpens) {
    RecordingSink sink;
    read_into(sink, "a 5 A ( 1.2.3.4\nb 5 A 1.2.3.4\n");
    EXPECT_THAT(sink.flaws, ElementsAre("f:1:7 `(` is not closed"));
    EXPECT_THAT(sink.records, ElementsAre("b.example. 5 A 01020304"));
}

TEST(MasterFile, ManyUnclosedParenthesesTakeLinearTime) {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += "a (\n";
    EXPECT_THAT(flaws_of(text), SizeIs(200'000));
}

TEST(MasterFile, OwnerlessRecordBehindABadOwnerIsNotGivenToAnother) {
    EXPECT_THAT(flaws_of("a 5 A 1.2.3.4\nb..c 5 A 1.2.3.4\n 5 A 1.2.3.5\n"),
                ElementsAre("f:2:1 `b..c` is no name: a label is empty",
                            "f:3:2 the owner of this record stands in line 2 and is wrong"));
}

TEST(MasterFile, FirstRecordNeedsAnOwner) {
    EXPECT_THAT(flaws_of(" 5 A 1.2.3.4"), SizeIs(1));
}

TEST(MasterFile, RefusesUnknownDirectives) {
    EXPECT_THAT(flaws_of("$NONSENSE\n$ORIGIN\n$ORIGIN a b\n$TTL x\n$TTL\n"), SizeIs(5));
}

TEST(MasterFile, NamesThePlaceAndTheFile) {
    RecordingSink sink;
    read_into(sink, "\n\n  ; c\n\xC3\xBC  5 A 1.2.3.4\n  6 A 1.2.3.4");
    EXPECT_EQ(sink.last.place, (Place{5, 3}));
}

TEST(MasterFile, EveryTruncationIsRead) {
    const std::string text =
        "$ORIGIN a.\n$TTL 1h\n@ IN SOA a b ( 1 ; x\n 2 3 4 5 )\n\tTXT \"a\\\"\\065\"\n"
        "b 5 TYPE5 \\# 3 016100\n";
    for (std::size_t octets = 0; octets < text.size(); ++octets) {
        RecordingSink sink;
        read_into(sink, std::string_view(text).substr(0, octets));
        EXPECT_LE(sink.records.size() + sink.flaws.size(), 4U);
    }
}

// RFC 1035 5.1: $INCLUDE never changes the origin of the file that it stands in.
TEST(MasterFile, IncludeKeepsTheOrigin) {
    const auto options = with_files({{"g", "$ORIGIN sub\nb 5 A 1.2.3.4\n"}});
    EXPECT_THAT(records_of("$INCLUDE g\nc 5 A 1.2.3.4\n", options),
                ElementsAre("b.sub.example. 5 A 01020304", "c.example. 5 A 01020304"));
}

TEST(MasterFile, IncludeKeepsTheOwner) {
    const auto options = with_files({{"g", "b 5 A 1.2.3.4\n"}});
    EXPECT_THAT(records_of("a 5 A 1.2.3.4\n$INCLUDE g\n 6 A 1.2.3.4\n", options),
                ElementsAre("a.example. 5 A 01020304", "b.example. 5 A 01020304",
                            "a.example. 6 A 01020304"));
}

TEST(MasterFile, IncludeMayHaveAnOrigin) {
    const auto options = with_files({{"g", "b 5 A 1.2.3.4\n"}});
    EXPECT_THAT(records_of("$INCLUDE \"g\" sub ; comment\n", options),
                ElementsAre("b.sub.example. 5 A 01020304"));
}

TEST(MasterFile, FlawsOfAnIncludedFileNameIt) {
    EXPECT_THAT(flaws_of("$INCLUDE g\n", with_files({{"g", "\nb 5 A x\n"}})),
                ElementsAre("g:2:7 `x` is no IPv4 address"));
}

TEST(MasterFile, FilesThatIncludeThemselvesComeToAnEnd) {
    MasterOptions options = with_files({{"g", "$INCLUDE g\n$INCLUDE g\n"}});
    options.max_includes = 100;
    EXPECT_FALSE(flaws_of("$INCLUDE g\n", options).empty());
}

TEST(MasterFile, IncludedFileThatIsNotThereIsAFlaw) {
    EXPECT_THAT(flaws_of("$INCLUDE h\n", with_files({})), ElementsAre("f:1:10 no such file"));
}

TEST(MasterFile, IncludeIsRefusedWhereNotAllowed) {
    RecordingSink sink;
    MasterOptions options;
    options.include_advice = "write it here";
    read_into(sink, "$INCLUDE g\n", options);
    EXPECT_THAT(sink.flaws, ElementsAre("f:1:1 $INCLUDE has no place here"));
    EXPECT_EQ(sink.advice[0], "write it here");
}

TEST(MasterFile, ReadsGenerate) {
    EXPECT_THAT(records_of("$GENERATE 1-3/2 $ 5 IN PTR h$.a.", with_generate()),
                ElementsAre("1.example. 5 PTR 026831016100", "3.example. 5 PTR 026833016100"));
}

TEST(MasterFile, GenerateHasOffsetWidthAndBase) {
    EXPECT_THAT(
        records_of("$GENERATE 10-10 ${-3,3,d}-${0,4,x}-${1,0,o} 5 A 1.2.3.$", with_generate()),
        ElementsAre("007-000a-13.example. 5 A 0102030a"));
}

TEST(MasterFile, GenerateReversesNibbles) {
    EXPECT_THAT(records_of("$GENERATE 171-171 ${0,0,n}.${0,5,N} 5 A 1.2.3.4", with_generate()),
                ElementsAre("b.a.B.A.0.example. 5 A 01020304"));
}

TEST(MasterFile, GenerateTakesDataInQuotes) {
    EXPECT_THAT(records_of("$GENERATE 1-1 m$ 5 MX \"1$ h$\"", with_generate()),
                ElementsAre("m1.example. 5 MX 000b026831076578616d706c6500"));
}

TEST(MasterFile, GenerateTakesStringsInsideTheQuotes) {
    EXPECT_THAT(records_of(R"($GENERATE 1-1 t 5 TXT "a \"b $\"")", with_generate()),
                ElementsAre("t.example. 5 TXT 016103622031"));
}

TEST(MasterFile, EscapedDollarSignIsNoNumber) {
    EXPECT_THAT(records_of("$GENERATE 1-1 \\$a$$ 5 A 1.2.3.$", with_generate()),
                ElementsAre("\\$a\\$.example. 5 A 01020301"));
}

TEST(MasterFile, GenerateKeepsTheOwner) {
    EXPECT_THAT(records_of("a 5 A 1.2.3.4\n$GENERATE 1-1 $ A 1.2.3.$\n A 1.2.3.5", with_generate()),
                ElementsAre("a.example. 5 A 01020304", "1.example. 5 A 01020301",
                            "a.example. 5 A 01020305"));
}

TEST(MasterFile, GenerateIsBounded) {
    EXPECT_THAT(flaws_of("$GENERATE 1-1000 $ 5 A 1.2.3.4\n$GENERATE 0-2147483647 $ 5 A 1.2.3.4",
                         with_generate(999)),
                SizeIs(2));
}

TEST(MasterFile, GenerateReportsAFlawOnce) {
    EXPECT_THAT(flaws_of("$GENERATE 1-500 $ 5 A 1.2.3.x", with_generate()), SizeIs(1));
}

TEST(MasterFile, RefusesBadGenerates) {
    EXPECT_THAT(flaws_of("$GENERATE 5-1 $ PTR a.\n$GENERATE 1 $ PTR a.\n$GENERATE 1-2/0 $ PTR a.\n"
                         "$GENERATE 1-2 ${1,2,q} PTR a.\n$GENERATE 1-2 ${-5} PTR a.\n"
                         "$GENERATE 1-2 $ PTR\n$GENERATE 1-2 $ PTR ${\n$GENERATE 1-2 $ CH PTR a.",
                         with_generate()),
                SizeIs(8));
}

TEST(MasterFile, GenerateIsRefusedWhereNotAllowed) {
    MasterOptions options;
    options.generate_advice = "write `ranges`";
    RecordingSink sink;
    read_into(sink, "$GENERATE 1-2 $ PTR a.", options);
    EXPECT_THAT(sink.flaws, ElementsAre("f:1:1 $GENERATE has no place here"));
    EXPECT_EQ(sink.advice[0], "write `ranges`");
}

}  // namespace
}  // namespace arpad
