#include "load/delegation_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "findings_text.hpp"
#include "load/zone_file.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// A digest of 20 octets.
const std::string sha1 = "0123456789abcdef0123456789abcdef01234567";

/// The delegations of a file called `f`, and what was reported about them.
struct Read {
    std::vector<DelegationModel> delegations;
    std::vector<std::string> findings;
};

/// Reads `entries`, which begin in line 2, as the delegations of `network`.
Read read(std::string_view entries, std::string_view network = "192.0.2.0/24") {
    Diagnostics diagnostics;
    FileFindings findings("f", diagnostics);
    const auto document = parse_yaml("f", "delegations:\n" + std::string(entries), "", diagnostics);
    EXPECT_TRUE(document.has_value());
    if (!document) return {{}, texts_of(diagnostics)};
    const YamlNode delegations = (*document->root().entries().begin()).value;
    auto models = read_delegations(delegations, *Prefix::from_text(network), findings);
    return {std::move(models), texts_of(diagnostics)};
}

std::vector<std::string> findings_of(std::string_view entries,
                                     std::string_view network = "192.0.2.0/24") {
    return read(entries, network).findings;
}

/// Findings about 192.0.2.64/26, written from column 18 of line 2 on, in 192.0.2.0/24.
std::vector<std::string> value_findings(const std::string& value) {
    return findings_of("  192.0.2.64/26: " + value + "\n");
}

/// Findings about the settings in line 2, from column 19 on, beside nameservers.
std::vector<std::string> setting_findings(const std::string& settings) {
    return value_findings("{" + settings + ", nameservers: [a.example]}");
}

/// Delegations without a mistake.
std::vector<DelegationModel> delegations_of(std::string_view entries,
                                            std::string_view network = "192.0.2.0/24") {
    Read result = read(entries, network);
    EXPECT_THAT(result.findings, IsEmpty());
    return std::move(result.delegations);
}

/// The delegation of 192.0.2.64/26 with nameservers and `settings`.
DelegationModel delegation_with(const std::string& settings) {
    return delegations_of("  192.0.2.64/26: {nameservers: [a.example], " + settings + "}\n").at(0);
}

TEST(Delegations, HaveNameservers) {
    const DelegationModel model =
        delegations_of("  192.0.2.64/26:\n    nameservers: [b.example, A.example.]\n").at(0);
    EXPECT_EQ(model.prefix.to_text(), "192.0.2.64/26");
    ASSERT_THAT(model.nameservers, SizeIs(2));
    EXPECT_EQ(model.nameservers[1].name.to_text(), "A.example.");
    EXPECT_THAT(model.nameservers[1].addresses, IsEmpty());
    EXPECT_EQ(model.nameservers[1].place, (Place{3, 30}));
    EXPECT_EQ(model.place, (Place{2, 3}));
    EXPECT_FALSE(model.style);
    EXPECT_FALSE(model.cname_to);
    EXPECT_THAT(model.ds, IsEmpty());
    EXPECT_FALSE(model.ttl);
    EXPECT_FALSE(model.ds_ttl);
}

TEST(Delegations, MayHaveGlue) {
    const DelegationModel model =
        delegations_of(
            "  192.0.2.64/26:\n    nameservers:\n"
            "      - {addresses: [192.0.2.70, \"2001:db8::70\"], name: a.example}\n")
            .at(0);
    ASSERT_THAT(model.nameservers, SizeIs(1));
    EXPECT_THAT(model.nameservers[0].addresses, ElementsAre(*Address::from_text("192.0.2.70"),
                                                            *Address::from_text("2001:db8::70")));
    EXPECT_EQ(model.nameservers[0].place, (Place{4, 57}));
}

TEST(Delegations, MayHaveAStyle) {
    EXPECT_EQ(delegation_with("style: dash").style, ClasslessStyle::dash);
}

TEST(Delegations, MayHaveTtls) {
    const DelegationModel model =
        delegation_with("ttl: 5m, ds_ttl: 1h, ds: [\"1 8 1 " + sha1 + "\"]");
    EXPECT_EQ(model.ttl, Ttl{300});
    EXPECT_EQ(model.ds_ttl, Ttl{3600});
}

TEST(Delegations, MayNameTheZone) {
    const DelegationModel model =
        delegations_of("  192.0.2.7/32: {cname_to: 7.customer.example}\n").at(0);
    EXPECT_EQ(model.cname_to->to_text(), "7.customer.example.");
    EXPECT_THAT(model.nameservers, IsEmpty());
}

TEST(Delegations, MayHaveDsRecords) {
    const DelegationModel model =
        delegation_with("ds: [\"12345 13 200 AB cd\", \"65535 255 255 00\"]");
    EXPECT_THAT(model.ds,
                ElementsAre(Rdata{0x30, 0x39, 13, 200, 0xAB, 0xCD}, Rdata{255, 255, 255, 255, 0}));
}

TEST(Delegations, MayHaveDigestsOfTheRegisteredLengths) {
    for (const auto& [type, octets] : {std::pair{1, 20}, {2, 32}, {4, 48}}) {
        const std::string digest(static_cast<std::size_t>(octets) * 2, 'a');
        EXPECT_THAT(setting_findings("ds: [\"1 8 " + std::to_string(type) + " " + digest + "\"]"),
                    IsEmpty());
    }
}

TEST(Delegations, AreSorted) {
    const auto delegations = delegations_of(
        "  192.0.2.128/26: {nameservers: [a.example]}\n"
        "  192.0.2.64/26: {nameservers: [a.example]}\n");
    ASSERT_THAT(delegations, SizeIs(2));
    EXPECT_EQ(delegations[0].prefix.to_text(), "192.0.2.64/26");
}

TEST(Delegations, MayBeNone) {
    EXPECT_THAT(delegations_of("\n"), IsEmpty());
}

TEST(Delegations, AreAMapping) {
    EXPECT_THAT(findings_of("- 192.0.2.64/26\n"),
                ElementsAre("f:2:1: error: `delegations` is no mapping\n"
                            "  write lines like `192.0.2.64/26: {nameservers: "
                            "[ns1.example.net]}`"));
}

TEST(DelegationKey, IsAPrefix) {
    EXPECT_THAT(findings_of("  192.0.2.65/26: {nameservers: [a.example]}\n"),
                ElementsAre("f:2:3: error: `192.0.2.65/26` has bits set beyond its length\n"
                            "  write 192.0.2.64/26"));
}

TEST(DelegationKey, IsInsideTheNetwork) {
    EXPECT_THAT(findings_of("  192.0.3.64/26: {nameservers: [a.example]}\n"),
                ElementsAre("f:2:3: error: 192.0.3.64/26 is outside 192.0.2.0/24\n"
                            "  move it to the file of 192.0.3.0/24, or widen `network`"));
}

TEST(DelegationKey, IsOfTheNetworksFamily) {
    EXPECT_THAT(findings_of("  2001:db8::/64: {nameservers: [a.example]}\n"),
                ElementsAre("f:2:3: error: 2001:db8::/64 is an IPv6 prefix, but 192.0.2.0/24 is an "
                            "IPv4 network\n  move it to the file of an IPv6 network"));
}

TEST(DelegationKey, IsNotTheNetwork) {
    EXPECT_THAT(findings_of("  192.0.2.0/24: {nameservers: [a.example]}\n"),
                ElementsAre("f:2:3: error: 192.0.2.0/24 is the network itself\n"
                            "  delegate parts of it; what is delegated as a whole needs no file "
                            "here"));
}

TEST(DelegationKey, DoesNotContainTheNetwork) {
    EXPECT_THAT(findings_of("  192.0.0.0/16: {nameservers: [a.example]}\n"),
                ElementsAre("f:2:3: error: 192.0.0.0/16 contains all of 192.0.2.0/24\n"
                            "  delegate parts of the network"));
}

TEST(DelegationKey, MayBeAnyPartOfAnRfc2317Network) {
    EXPECT_THAT(findings_of("  192.0.2.64/32: {nameservers: [a.example]}\n", "192.0.2.64/26"),
                IsEmpty());
}

TEST(DelegationKey, IsNotWrittenTwice) {
    EXPECT_THAT(findings_of("  192.0.2.64/26: {nameservers: [a.example]}\n"
                            "  192.0.2.64/26: {nameservers: [b.example]}\n"),
                ElementsAre("f:3:3: error: 192.0.2.64/26 has a second entry here; the first is in "
                            "line 2\n  keep one of the two"));
}

TEST(DelegationKey, DoesNotOverlapAnother) {
    EXPECT_THAT(findings_of("  192.0.2.80/28: {nameservers: [a.example]}\n"
                            "  192.0.2.64/26: {nameservers: [b.example]}\n"),
                ElementsAre("f:3:3: error: 192.0.2.64/26 overlaps 192.0.2.80/28, delegated in line "
                            "2\n  keep one of the two; whoever has the outer one delegates parts "
                            "of it"));
}

TEST(DelegationEntry, IsAMapping) {
    EXPECT_THAT(value_findings("[a.example]"),
                ElementsAre("f:2:18: error: 192.0.2.64/26 is a list, not a mapping\n"
                            "  write `key: value` lines"));
}

TEST(DelegationEntry, NeedsNameservers) {
    for (const char* const value : {"{}", "~"})
        EXPECT_THAT(value_findings(value),
                    ElementsAre("f:2:18: error: 192.0.2.64/26 has no nameservers\n"
                                "  write `nameservers: [ns1.example.net, ns2.example.net]`"));
}

TEST(DelegationEntry, HasNoOtherKeys) {
    EXPECT_THAT(setting_findings("styl: dash"),
                ElementsAre("f:2:19: error: unknown key `styl` in 192.0.2.64/26\n"
                            "  did you mean `style`?"));
}

TEST(DelegationEntry, IsReadThoughItsKeyIsWrong) {
    EXPECT_THAT(findings_of("  192.0.2.64: {}\n"),
                ElementsAre("f:2:3: error: `192.0.2.64` has no prefix length\n"
                            "  write 192.0.2.64/32 for the address alone",
                            "f:2:15: error: this delegation has no nameservers\n"
                            "  write `nameservers: [ns1.example.net, ns2.example.net]`"));
}

TEST(DelegationNameservers, AreAList) {
    for (const char* const list : {"a.example", "[]", "~"})
        EXPECT_THAT(value_findings("{nameservers: " + std::string(list) + "}"),
                    ElementsAre("f:2:32: error: `nameservers` is no list of nameservers\n"
                                "  write `nameservers: [ns1.example.net, ns2.example.net]`"));
}

TEST(DelegationNameservers, AreHostNames) {
    EXPECT_THAT(value_findings("{nameservers: [192.0.2.53]}"),
                ElementsAre("f:2:33: error: `192.0.2.53` is an IP address\n"
                            "  write a host name here"));
}

TEST(DelegationNameservers, HaveNames) {
    EXPECT_THAT(value_findings("{nameservers: [{addresses: [192.0.2.53]}]}"),
                ElementsAre("f:2:33: error: an entry of `nameservers` has no name\n"
                            "  write `name: ns1.example.net`"));
}

TEST(DelegationNameservers, HaveNoOtherKeys) {
    EXPECT_THAT(value_findings("{nameservers: [{name: a.example, address: [192.0.2.53]}]}"),
                ElementsAre("f:2:51: error: unknown key `address` in an entry of `nameservers`\n"
                            "  did you mean `addresses`?"));
}

TEST(DelegationNameservers, AreNotWrittenTwice) {
    EXPECT_THAT(value_findings("{nameservers: [a.example, {name: A.example}]}"),
                ElementsAre("f:2:51: error: A.example. is listed twice, first in line 2\n"
                            "  remove one of the two"));
}

TEST(DelegationGlue, IsAListOfAddresses) {
    for (const char* const list : {"192.0.2.53", "[]"})
        EXPECT_THAT(value_findings(
                        "{nameservers: [{name: a.example, addresses: " + std::string(list) + "}]}"),
                    ElementsAre("f:2:62: error: `addresses` is no list of addresses\n"
                                "  write `addresses: [192.0.2.7, \"2001:db8::7\"]`"));
}

TEST(DelegationGlue, IsAnAddress) {
    EXPECT_THAT(value_findings("{nameservers: [{name: a.example, addresses: [192.0.2.0/24]}]}"),
                ElementsAre("f:2:63: error: `192.0.2.0/24` is no address\n"
                            "  write one address without a length"));
}

TEST(DelegationGlue, IsNotWrittenTwice) {
    EXPECT_THAT(value_findings("{nameservers: [{name: a.example, addresses: [\"::1\", \"::1\"]}]}"),
                ElementsAre("f:2:70: error: ::1 is listed twice, first in line 2\n"
                            "  remove one of the two"));
}

TEST(DelegationStyle, IsAKnownOne) {
    EXPECT_THAT(setting_findings("style: fancy"),
                ElementsAre("f:2:26: error: `fancy` is no style\n"
                            "  write `slash`, `dash` or `range`"));
}

TEST(DelegationStyle, IsForClasslessPrefixesOnly) {
    EXPECT_THAT(
        findings_of("  192.0.2.0/24: {nameservers: [a.example], style: dash}\n", "192.0.0.0/16"),
        ElementsAre("f:2:44: error: `style` has no meaning here: only IPv4 prefixes of /25 to /32 "
                    "have one\n  remove it"));
}

TEST(DelegationStyle, DoesNotStandBesideAZoneName) {
    EXPECT_THAT(setting_findings("style: dash, cname_to: c.example"),
                ElementsAre("f:2:19: error: `style` has no meaning here: `cname_to` already says "
                            "how the zone is called\n  remove it"));
}

TEST(DelegationCnameTo, IsAName) {
    EXPECT_THAT(setting_findings("cname_to: a..b"),
                ElementsAre("f:2:29: error: `a..b` is no domain name: a label is empty\n"
                            "  write a name like 2.0.192.in-addr.arpa"));
}

TEST(DelegationCnameTo, IsForClasslessPrefixesOnly) {
    EXPECT_THAT(
        findings_of("  2001:db8::/64: {cname_to: c.example}\n", "2001:db8::/32"),
        ElementsAre("f:2:19: error: `cname_to` has no meaning here: only IPv4 prefixes of /25 to "
                    "/32 have one\n  remove it"));
}

TEST(DelegationDs, IsAList) {
    for (const std::string list : {"1 8 1 00", "[]"})
        EXPECT_THAT(setting_findings("ds: " + list),
                    ElementsAre("f:2:23: error: `ds` is no list of DS records\n"
                                "  write `ds: [\"KEYTAG ALGORITHM DIGESTTYPE DIGEST\"]`"));
}

TEST(DelegationDs, HasFourParts) {
    EXPECT_THAT(setting_findings("ds: [12345 13 2]"),
                ElementsAre("f:2:24: error: `12345 13 2` is no DS record\n"
                            "  write key tag, algorithm, digest type and digest, as in a zone "
                            "file"));
}

TEST(DelegationDs, HasAKeyTagOf16Bits) {
    EXPECT_THAT(setting_findings("ds: [65536 13 5 00]"),
                ElementsAre("f:2:24: error: the key tag of a DS record is no number from 0 to "
                            "65535: `65536`\n"
                            "  write key tag, algorithm, digest type and digest, as in a zone "
                            "file"));
}

TEST(DelegationDs, HasAnAlgorithmOf8Bits) {
    EXPECT_THAT(setting_findings("ds: [1 256 5 00]"),
                ElementsAre("f:2:24: error: the algorithm of a DS record is no number from 0 to "
                            "255: `256`\n"
                            "  write key tag, algorithm, digest type and digest, as in a zone "
                            "file"));
}

TEST(DelegationDs, HasADigestTypeOf8Bits) {
    EXPECT_THAT(setting_findings("ds: [1 8 SHA256 00]"),
                ElementsAre("f:2:24: error: the digest type of a DS record is no number from 0 to "
                            "255: `SHA256`\n"
                            "  write key tag, algorithm, digest type and digest, as in a zone "
                            "file"));
}

TEST(DelegationDs, HasAHexadecimalDigest) {
    for (const std::string digest : {"0g", "000"})
        EXPECT_THAT(setting_findings("ds: [1 8 5 " + digest + "]"),
                    ElementsAre("f:2:24: error: the digest of a DS record is not hexadecimal: `" +
                                digest + "`\n  write pairs of hexadecimal digits"));
}

TEST(DelegationDs, HasADigestAsLongAsItsTypeSays) {
    EXPECT_THAT(setting_findings("ds: [1 8 2 " + sha1 + "]"),
                ElementsAre("f:2:24: error: a digest of type 2 has 32 octets, but 20 are written\n"
                            "  write the whole digest, or correct its type"));
}

TEST(DelegationDs, IsNotWrittenTwice) {
    EXPECT_THAT(setting_findings("ds: [1 8 5 AB 00, 1 8 5 ab00]"),
                ElementsAre("f:2:37: error: the same DS record is in line 2\n"
                            "  remove one of the two"));
}

TEST(DelegationDs, IsAboutOneZone) {
    EXPECT_THAT(
        findings_of("  2001:db8::/33: {nameservers: [a.example], ds: [1 8 5 00]}\n",
                    "2001:db8::/32"),
        ElementsAre("f:2:45: error: `ds` for 2001:db8::/33, which is 8 zones\n"
                    "  a DS record is about the name of one zone: delegate 2001:db8::/36 to "
                    "2001:db8:7000::/36 one by one"));
}

TEST(DelegationDs, NeedsAZoneCut) {
    EXPECT_THAT(value_findings("{cname_to: c.example, ds: [1 8 5 00]}"),
                ElementsAre("f:2:40: error: `ds` has no meaning here: `cname_to` without "
                            "`nameservers` makes no zone cut\n  remove it"));
}

TEST(DelegationDsTtl, NeedsDs) {
    EXPECT_THAT(setting_findings("ds_ttl: 5m"),
                ElementsAre("f:2:19: error: `ds_ttl` without `ds`\n"
                            "  write `ds` beside it, or remove it"));
}

/// Reads a zone file with a delegation of 192.0.2.64/26 in line 4 and `lines` from line 5 on.
ZoneFile zone_file(const std::string& head, const std::string& lines, Diagnostics& diagnostics) {
    return read_zone_file("f",
                          head + "\nnameservers: [ns.example]\nsoa: {contact: h@example.net}\n" +
                              "delegations: {192.0.2.64/26: {nameservers: [a.example]}}\n" + lines,
                          {}, diagnostics);
}

std::vector<std::string> findings_beside_delegation(const std::string& lines) {
    Diagnostics diagnostics;
    const ZoneFile file = zone_file("network: 192.0.2.0/24", lines, diagnostics);
    EXPECT_EQ(file.model.has_value(), diagnostics.error_count() == 0);
    return texts_of(diagnostics);
}

TEST(ZoneFileDelegations, AreInItsModel) {
    Diagnostics diagnostics;
    const ZoneFile file = zone_file("network: 192.0.2.0/24", "", diagnostics);
    EXPECT_THAT(file.model.value().delegations, SizeIs(1));
}

TEST(ZoneFileDelegations, NeedANetwork) {
    Diagnostics diagnostics;
    EXPECT_FALSE(zone_file("zone: example.net", "", diagnostics).model);
    EXPECT_THAT(texts_of(diagnostics),
                ElementsAre("f:4:1: error: `delegations` without a network: the name in `zone` is "
                            "no address prefix\n"
                            "  write `network: PREFIX` beside `zone`, or remove `delegations`"));
}

TEST(ZoneFileDelegations, LeaveNoRecords) {
    EXPECT_THAT(findings_beside_delegation("records:\n  192.0.2.63: a.example\n"
                                           "  192.0.2.70: a.example\n  192.0.2.127: ~\n"
                                           "  192.0.2.128: ~\n"),
                ElementsAre("f:7:3: error: 192.0.2.70 is delegated in line 4\n"
                            "  remove it, or move it to the zone of the delegation",
                            "f:8:3: error: 192.0.2.127 is delegated in line 4\n"
                            "  remove it, or move it to the zone of the delegation"));
}

TEST(ZoneFileDelegations, LeaveNoRanges) {
    EXPECT_THAT(findings_beside_delegation("ranges:\n  192.0.2.80/28: ~\n"
                                           "  192.0.2.64-192.0.2.127: a.example\n"),
                ElementsAre("f:7:3: error: 192.0.2.64/26 is delegated in line 4\n"
                            "  remove it, or move it to the zone of the delegation",
                            "f:6:3: error: 192.0.2.80/28 is delegated in line 4\n"
                            "  remove it, or move it to the zone of the delegation"));
}

TEST(ZoneFileDelegations, AreHolesInLargerRanges) {
    EXPECT_THAT(findings_beside_delegation("ranges:\n  192.0.2.0/25: ~\n"), IsEmpty());
}

TEST(ZoneFileDelegations, AreHolesInRangesThatCrossTheirBorders) {
    EXPECT_THAT(findings_beside_delegation("ranges:\n  192.0.2.60-192.0.2.70: ~\n"
                                           "  192.0.2.120-192.0.2.130: ~\n"),
                IsEmpty());
}

}  // namespace
}  // namespace arpad
