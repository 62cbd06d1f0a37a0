#include "load/master_writer.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "load/master_file.hpp"
#include "load/master_name.hpp"
#include "load/master_rdata.hpp"
#include "master_records.hpp"

namespace arpad {
namespace {

using testing::StartsWith;

/// What the one record that `line` is reads as; none if it is not one.
std::optional<MasterRecord> read_back(const std::string& line) {
    RecordingSink sink;
    MasterOptions options;
    options.origin = *Name::from_text("origin.example.");
    read_master_file("f", line + "\n", options, sink);
    if (!sink.flaws.empty() || sink.records.size() != 1) return std::nullopt;
    return sink.last;
}

/// The RDATA of `text`, a record's form of `type`.
std::vector<std::uint8_t> rdata_of(const std::string& type_and_text) {
    const auto record = read_back("x. 5 IN " + type_and_text);
    EXPECT_TRUE(record.has_value()) << type_and_text;
    return record ? record->rdata : std::vector<std::uint8_t>();
}

void expect_round_trip(const Name& owner, RrType type, const std::vector<std::uint8_t>& rdata) {
    const std::string line = master_line(owner, Ttl{300}, type, rdata);
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    const auto record = read_back(line);
    ASSERT_TRUE(record.has_value()) << line;
    EXPECT_EQ(record->owner.to_text(), owner.to_text()) << line;
    EXPECT_EQ(record->type, type) << line;
    EXPECT_EQ(record->ttl, Ttl{300}) << line;
    EXPECT_EQ(record->rdata, rdata) << line;
}

TEST(MasterLine, IsOwnerTtlClassTypeAndRdata) {
    EXPECT_EQ(master_line(*Name::from_text("7.2.0.192.in-addr.arpa"), Ttl{300}, RrType::ptr,
                          rdata_of("PTR mail.example.")),
              "7.2.0.192.in-addr.arpa. 300 IN PTR mail.example.");
}

TEST(MasterLine, RootIsADot) {
    EXPECT_EQ(master_line(Name(), Ttl{0}, RrType::ns, rdata_of("NS .")), ". 0 IN NS .");
}

TEST(MasterLine, OddOwnersReadAsThemselves) {
    for (const char* owner : {R"(\@)",
                              R"(\@.example)",
                              R"(\$ORIGIN)",
                              R"(\$)",
                              R"(a\.b.example)",
                              R"(\"a\".example)",
                              R"(a\;b)",
                              R"(\(a\))",
                              R"(a\\b)",
                              R"(a\032b)",
                              R"(\000\255\127)",
                              R"(\009)",
                              "*",
                              "_x._y",
                              "64/26.2.0.192.in-addr.arpa",
                              "IN",
                              "TXT",
                              "3600",
                              "1h",
                              R"(\#)",
                              "A.b.C",
                              R"(\010\013)"}) {
        expect_round_trip(*Name::from_text(owner), RrType::a, {192, 0, 2, 1});
    }
}

TEST(MasterLine, OddNamesInRdataReadAsThemselves) {
    for (const char* target : {R"(\@)", R"(\$TTL)", R"(a\.b.example)", R"(\"a\")", R"(a\;b)",
                               R"(\(a\))", R"(\000\255)", R"(a\032b)", ".", "*"}) {
        const Name name = *Name::from_text(target);
        const std::vector<std::uint8_t> wire(name.view().wire().begin(), name.view().wire().end());
        for (const RrType type : {RrType::ns, RrType::cname, RrType::ptr, RrType::dname}) {
            expect_round_trip(*Name::from_text("x"), type, wire);
        }
        std::vector<std::uint8_t> mx{0, 10};
        mx.insert(mx.end(), wire.begin(), wire.end());
        expect_round_trip(*Name::from_text("x"), RrType::mx, mx);
        std::vector<std::uint8_t> srv{0, 0, 0, 0, 0, 22};
        srv.insert(srv.end(), wire.begin(), wire.end());
        expect_round_trip(*Name::from_text("x"), static_cast<RrType>(33), srv);
    }
}

TEST(MasterLine, AnyOctetsInATextReadAsThemselves) {
    std::vector<std::uint8_t> rdata;
    for (int half = 0; half < 2; ++half) {
        rdata.push_back(128);
        for (int octet = 0; octet < 128; ++octet) {
            rdata.push_back(static_cast<std::uint8_t>(128 * half + octet));
        }
    }
    expect_round_trip(*Name::from_text("x"), RrType::txt, rdata);
    expect_round_trip(*Name::from_text("x"), RrType::txt, {0});
    expect_round_trip(*Name::from_text("x"), RrType::txt, {0, 0, 1, '"'});
}

TEST(RdataToText, HasTheFormOfTheType) {
    for (const char* text :
         {"A 192.0.2.1", "AAAA 2001:db8::1", "MX 10 mail.example.", "SRV 0 5 5060 sip.example.",
          "CAA 0 issue \"ca.example\"", "TLSA 3 1 1 0123456789abcdef", "TXT \"a\" \"b c\"",
          "DS 12345 13 2 0123456789abcdef", "NAPTR 1 2 \"u\" \"E2U+sip\" \"!^.*$!x!\" .",
          "RP a.example. b.example.", "HINFO \"a\" \"b\"", "SSHFP 1 1 0123456789abcdef"}) {
        const std::string_view line = text;
        const std::string type(line.substr(0, line.find(' ')));
        const auto record = read_back("x. 5 IN " + std::string(line));
        ASSERT_TRUE(record.has_value()) << line;
        EXPECT_EQ(type + " " + rdata_to_text(record->type, record->rdata), line);
    }
}

// RFC 3597 5.
TEST(RdataToText, OfAnUnknownTypeIsGeneric) {
    EXPECT_EQ(rdata_to_text(static_cast<RrType>(65'280), std::vector<std::uint8_t>{1, 0xAB}),
              R"(\# 2 01ab)");
    EXPECT_EQ(rdata_to_text(static_cast<RrType>(65'280), {}), R"(\# 0)");
    EXPECT_THAT(master_line(Name(), Ttl{5}, static_cast<RrType>(65'280), {}),
                StartsWith(". 5 IN TYPE65280 "));
    expect_round_trip(*Name::from_text("x"), static_cast<RrType>(65'280), {1, 0xAB});
    expect_round_trip(*Name::from_text("x"), static_cast<RrType>(65'280), {});
}

// One of each type that ldns can read, with every field filled.
TEST(MasterLine, EveryTypeReadsAsItself) {
    for (const char* text :
         {"A 192.0.2.1",
          "NS a.",
          "MD a.",
          "MF a.",
          "CNAME a.",
          "SOA a. b. 1 2 3 4 5",
          "MB a.",
          "MG a.",
          "MR a.",
          "PTR a.",
          "HINFO \"x y\" z",
          "MINFO a. b.",
          "MX 1 a.",
          "TXT x",
          "RP a. b.",
          "AFSDB 1 a.",
          "X25 311061700956",
          "ISDN 150862028003217 004",
          "RT 2 a.",
          "PX 10 a. b.",
          "GPOS -32.6882 116.8652 10.0",
          "AAAA ::1",
          "LOC 42 21 54.000 N 71 06 18.000 W -24.00m 30.00m 1.00m 1.00m",
          "SRV 0 0 1 a.",
          "NAPTR 100 50 \"s\" \"z3950+I2L+I2C\" \"\" a.",
          "KX 10 a.",
          "CERT PGP 0 0 AQID",
          "DNAME a.",
          "APL 1:192.168.32.0/21 !1:192.168.38.0/28",
          "DS 1 13 2 0123",
          "SSHFP 2 1 0123",
          "IPSECKEY 10 1 2 192.0.2.38 AQID",
          "RRSIG A 13 3 86400 20300101000000 20200101000000 1 a. AQID",
          "NSEC b. A MX RRSIG",
          "DNSKEY 256 3 13 AQID",
          "DHCID AQID",
          "NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr A",
          "NSEC3PARAM 1 0 12 aabbccdd",
          "TLSA 3 1 1 0123",
          "SMIMEA 3 1 1 0123",
          "HIP 2 200100107B1A74DF365639CC39F1D578 AQID a.",
          "TALINK a. b.",
          "CDS 1 13 2 0123",
          "CDNSKEY 256 3 13 AQID",
          "OPENPGPKEY AQID",
          "CSYNC 66 3 A NS AAAA",
          "ZONEMD 2018031500 1 1 "
          "c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8"
          "e730044c",
          "SVCB 1 a. alpn=h2 port=443",
          "HTTPS 0 a.",
          "SPF x",
          "NID 10 0014:4fff:ff20:ee64",
          "L32 10 10.1.2.0",
          "L64 10 2001:0DB8:1140:1000",
          "LP 10 a.",
          "EUI48 00-00-5e-00-53-2a",
          "EUI64 00-00-5e-ef-10-00-00-2a",
          "URI 10 1 \"ftp://a/b\"",
          "CAA 0 issue \"x\"",
          "AVC x",
          "TYPE65281 \\# 3 010203"}) {
        const auto record = read_back("x. 5 IN " + std::string(text));
        if (!record) continue;  // not every ldns knows every type
        expect_round_trip(*Name::from_text("x"), record->type, record->rdata);
    }
}

// Whatever octets are valid for a type: the generic form is there for those that its own cannot
// say.
TEST(MasterLine, AnyValidRdataReadsAsItself) {
    std::mt19937_64 random(3597);
    unsigned tried = 0;
    for (unsigned type = 1; type < 300; ++type) {
        const auto rr_type = static_cast<RrType>(type);
        if (is_meta_type(rr_type)) continue;
        for (int round = 0; round < 60; ++round) {
            std::vector<std::uint8_t> rdata(random() % 40);
            for (std::uint8_t& octet : rdata) {
                octet = static_cast<std::uint8_t>(random() % (round % 3 == 0 ? 256 : 5));
            }
            if (!is_valid_rdata(rr_type, rdata)) continue;
            ++tried;
            expect_round_trip(*Name::from_text("x"), rr_type, rdata);
            if (HasFailure()) return;
        }
    }
    EXPECT_GT(tried, 1000U);
}

}  // namespace
}  // namespace arpad
