#include "load/range_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "findings_text.hpp"
#include "load/address_text.hpp"
#include "load/zone_file.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// The ranges of a file called `f`, and what was reported about them.
struct Read {
    std::vector<RangeModel> ranges;
    std::vector<std::string> findings;
};

/// Reads `entries`, which begin in line 2, as the ranges of `network`.
Read read(std::string_view entries, std::string_view network = "192.0.2.0/24") {
    Diagnostics diagnostics;
    FileFindings findings("f", diagnostics);
    const auto document = parse_yaml("f", "ranges:\n" + std::string(entries), "", diagnostics);
    EXPECT_TRUE(document.has_value());
    if (!document) return {{}, texts_of(diagnostics)};
    const YamlNode ranges = (*document->root().entries().begin()).value;
    auto models = read_ranges(ranges, *Prefix::from_text(network), findings);
    return {std::move(models), texts_of(diagnostics)};
}

std::vector<std::string> findings_of(std::string_view entries,
                                     std::string_view network = "192.0.2.0/24") {
    return read(entries, network).findings;
}

/// Ranges without a mistake.
std::vector<RangeModel> ranges_of(std::string_view entries,
                                  std::string_view network = "192.0.2.0/24") {
    Read result = read(entries, network);
    EXPECT_THAT(result.findings, IsEmpty());
    return std::move(result.ranges);
}

std::vector<std::string> keys_of(const std::vector<RangeModel>& ranges) {
    std::vector<std::string> keys;
    for (const RangeModel& model : ranges) keys.push_back(to_text(model.range));
    return keys;
}

/// The name that the only range gives to `address`.
std::string name_in(const RangeModel& model, std::string_view address) {
    NameSpace space;
    return model.names.value().render(*Address::from_text(address), space).to_text();
}

TEST(Ranges, MayBePrefixes) {
    const RangeModel model = ranges_of("  192.0.2.128/25: \"{ip}.Dyn.example\"\n").at(0);
    EXPECT_EQ(model.range.first.to_text(), "192.0.2.128");
    EXPECT_EQ(model.range.last.to_text(), "192.0.2.255");
    EXPECT_EQ(model.written, "{ip}.Dyn.example");
    EXPECT_EQ(name_in(model, "192.0.2.200"), "192-0-2-200.Dyn.example.");
    EXPECT_FALSE(model.ttl);
    EXPECT_EQ(model.place, (Place{2, 3}));
}

TEST(Ranges, MayBeFirstAndLastAddress) {
    const RangeModel model = ranges_of("  192.0.2.16-192.0.2.40: \"p{host}.example\"\n").at(0);
    EXPECT_EQ(to_text(model.range), "192.0.2.16-192.0.2.40");
    EXPECT_EQ(name_in(model, "192.0.2.18"), "p2.example.");
}

TEST(Ranges, MayBeFirstAndLastIpv6Address) {
    EXPECT_THAT(
        keys_of(ranges_of("  2001:DB8::1-2001:db8::FF: \"{ip}.example\"\n", "2001:db8::/32")),
        ElementsAre("2001:db8::1-2001:db8::ff"));
}

TEST(Ranges, MayBeOneAddress) {
    EXPECT_THAT(keys_of(ranges_of("  192.0.2.7/32: a.example\n  192.0.2.8-192.0.2.8: b.example\n")),
                ElementsAre("192.0.2.7/32", "192.0.2.8/32"));
}

TEST(Ranges, MayBeTheWholeNetwork) {
    EXPECT_THAT(keys_of(ranges_of("  ::/0: \"{ip}.example\"\n", "::/0")), ElementsAre("::/0"));
}

TEST(Ranges, MayHaveATtl) {
    const RangeModel model =
        ranges_of("  192.0.2.0/25: {name: \"{ip}.example\", ttl: 10m}\n").at(0);
    EXPECT_EQ(model.ttl, Ttl{600});
    EXPECT_EQ(model.written, "{ip}.example");
}

TEST(Ranges, MayHaveOneNameForAll) {
    const RangeModel model = ranges_of("  192.0.2.0/25: pool.example.\n").at(0);
    EXPECT_TRUE(model.names->is_constant());
    EXPECT_EQ(name_in(model, "192.0.2.9"), "pool.example.");
}

TEST(Ranges, MayBeHoles) {
    const auto ranges = ranges_of("  192.0.2.0/25: ~\n  192.0.2.128/25: {name: ~}\n");
    ASSERT_THAT(ranges, SizeIs(2));
    EXPECT_FALSE(ranges[0].names);
    EXPECT_EQ(ranges[0].written, "");
    EXPECT_FALSE(ranges[1].names);
}

TEST(Ranges, AreSortedWithTheOuterFirst) {
    EXPECT_THAT(
        keys_of(ranges_of("  192.0.2.128/26: ~\n  192.0.2.0/26: ~\n  192.0.2.0/24: ~\n"
                          "  192.0.2.130-192.0.2.140: ~\n")),
        ElementsAre("192.0.2.0/24", "192.0.2.0/26", "192.0.2.128/26", "192.0.2.130-192.0.2.140"));
}

TEST(Ranges, MayBeNone) {
    EXPECT_THAT(ranges_of("\n"), IsEmpty());
}

TEST(Ranges, AreAMapping) {
    EXPECT_THAT(findings_of("- 192.0.2.0/25\n"),
                ElementsAre("f:2:1: error: `ranges` is no mapping\n"
                            "  write lines like `192.0.2.128/25: \"{ip}.dyn.example.net\"`"));
}

TEST(RangeKey, MayNotBeAWord) {
    EXPECT_THAT(findings_of("  all: ~\n"),
                ElementsAre("f:2:3: error: `all` is no range\n"
                            "  write it like 192.0.2.128/25 or 192.0.2.16-192.0.2.31"));
}

TEST(RangeKey, MustHaveALength) {
    EXPECT_THAT(findings_of("  192.0.2.7: ~\n"),
                ElementsAre("f:2:3: error: `192.0.2.7` has no prefix length\n"
                            "  write 192.0.2.7/32 for the address alone"));
}

TEST(RangeKey, MustHaveNoHostBits) {
    EXPECT_THAT(findings_of("  192.0.2.7/25: ~\n"),
                ElementsAre("f:2:3: error: `192.0.2.7/25` has bits set beyond its length\n"
                            "  write 192.0.2.0/25"));
}

TEST(RangeKey, MustHaveNoLeadingZeros) {
    EXPECT_THAT(findings_of("  192.0.2.016-192.0.2.31: ~\n"),
                ElementsAre("f:2:3: error: 192.0.2.016 has an octet with a leading zero\n"
                            "  write 192.0.2.16; some programs read such an octet as octal"));
}

TEST(RangeKey, MustNameItsLastAddressWhole) {
    EXPECT_THAT(findings_of("  192.0.2.16-31: ~\n"),
                ElementsAre("f:2:3: error: `31` is no address\n"
                            "  write it like 192.0.2.7 or 2001:db8::7"));
}

TEST(RangeKey, HasNoBlanks) {
    EXPECT_THAT(findings_of("  192.0.2.16 - 192.0.2.31: ~\n"),
                ElementsAre("f:2:3: error: `192.0.2.16 - 192.0.2.31` has blanks\n"
                            "  write 192.0.2.16-192.0.2.31"));
}

TEST(RangeKey, IsOfOneFamily) {
    EXPECT_THAT(findings_of("  192.0.2.16-2001:db8::1: ~\n"),
                ElementsAre("f:2:3: error: `192.0.2.16-2001:db8::1` has addresses of two families\n"
                            "  write two IPv4 or two IPv6 addresses"));
}

TEST(RangeKey, BeginsBeforeItEnds) {
    EXPECT_THAT(findings_of("  192.0.2.31-192.0.2.16: ~\n"),
                ElementsAre("f:2:3: error: `192.0.2.31-192.0.2.16` ends before it begins\n"
                            "  write 192.0.2.16-192.0.2.31"));
}

TEST(RangeKey, IsInsideTheNetwork) {
    EXPECT_THAT(findings_of("  192.0.3.0/25: ~\n"),
                ElementsAre("f:2:3: error: 192.0.3.0/25 is outside 192.0.2.0/24\n"
                            "  move it to the file of 192.0.3.0/24, or widen `network`"));
}

TEST(RangeKey, IsWhollyInsideTheNetwork) {
    EXPECT_THAT(findings_of("  192.0.2.200-192.0.3.9: ~\n"),
                ElementsAre("f:2:3: error: 192.0.2.200-192.0.3.9 is not wholly inside "
                            "192.0.2.0/24\n  write only the part inside, or widen `network`"));
    EXPECT_THAT(findings_of("  192.0.0.0/16: ~\n"),
                ElementsAre("f:2:3: error: 192.0.0.0/16 is not wholly inside 192.0.2.0/24\n"
                            "  write only the part inside, or widen `network`"));
}

TEST(RangeKey, IsOfTheNetworksFamily) {
    EXPECT_THAT(findings_of("  2001:db8::/64: ~\n"),
                ElementsAre("f:2:3: error: 2001:db8::/64 is an IPv6 range, but 192.0.2.0/24 is an "
                            "IPv4 network\n  move it to the file of an IPv6 network"));
}

TEST(RangeKey, IsNotWrittenTwice) {
    EXPECT_THAT(findings_of("  192.0.2.0/25: a.example\n  192.0.2.128/25: ~\n"
                            "  192.0.2.0-192.0.2.127: ~\n"),
                ElementsAre("f:4:3: error: 192.0.2.0/25 has a second entry here; the first is in "
                            "line 2\n  keep one of the two"));
}

TEST(RangeKey, IsTheSameInTwoSpellings) {
    EXPECT_THAT(findings_of("  2001:DB8::/64: ~\n  2001:db8:0::/64: ~\n", "2001:db8::/32"),
                ElementsAre("f:3:3: error: 2001:db8::/64 has a second entry here; the first is in "
                            "line 2\n  keep one of the two"));
}

TEST(RangeKey, DoesNotCrossAnother) {
    EXPECT_THAT(findings_of("  192.0.2.30-192.0.2.40: ~\n  192.0.2.0/27: ~\n"),
                ElementsAre("f:3:3: error: 192.0.2.0/27 crosses 192.0.2.30-192.0.2.40 in line 2\n"
                            "  let one end before the other begins, or put one inside the other"));
}

TEST(RangeKey, DoesNotCrossAnotherInAnOuterOne) {
    EXPECT_THAT(findings_of("  192.0.2.0/24: ~\n  192.0.2.1-192.0.2.9: ~\n"
                            "  192.0.2.9-192.0.2.12: ~\n"),
                ElementsAre("f:4:3: error: 192.0.2.9-192.0.2.12 crosses 192.0.2.1-192.0.2.9 in "
                            "line 3\n"
                            "  let one end before the other begins, or put one inside the other"));
}

TEST(RangeTemplate, MustBeUnderstood) {
    EXPECT_THAT(findings_of("  192.0.2.0/25: \"{mac}.example\"\n"),
                ElementsAre("f:2:17: error: there is no placeholder `{mac}`\n"
                            "  write {ip}, {hex}, {a}, {b}, {c}, {d} or {host}"));
}

TEST(RangeTemplate, IsProvedForItsRange) {
    constexpr std::string_view text = "192.0.2.0/25: {name: \"p{c}.example\"}\n";
    EXPECT_THAT(
        findings_of("  " + std::string(text)),
        ElementsAre("f:2:24: error: several addresses get the same name: `{d}` is not in it\n"
                    "  add it, or use {ip}; a name for all addresses has no placeholder at all"));
}

TEST(RangeTemplate, MustNotBeEmpty) {
    EXPECT_THAT(findings_of("  192.0.2.0/25: \"\"\n"),
                ElementsAre("f:2:17: error: the template is empty\n"
                            "  write one like {ip}.dyn.example.net"));
}

TEST(RangeTemplate, HasALabels) {
    EXPECT_THAT(
        findings_of("  192.0.2.0/25: \"{ip}.m\xC3\xBCller.example\"\n"),
        ElementsAre("f:2:17: error: `{ip}.m\xC3\xBCller.example` has international letters\n"
                    "  write the A-labels (xn--...) of international names in a template"));
    EXPECT_THAT(findings_of("  192.0.2.0/25: \"{ip}.xn--mller-kva.example\"\n"), IsEmpty());
}

TEST(RangeTemplate, DoesNotEndInDigits) {
    EXPECT_THAT(findings_of("  192.0.2.0/25: \"{ip}.example.1.\"\n"),
                ElementsAre("f:2:17: error: the last label of `{ip}.example.1.` has digits or "
                            "placeholders only\n"
                            "  write a domain behind it, as in {ip}.dyn.example.net"));
}

TEST(RangeTemplate, DoesNotEndInAPlaceholder) {
    EXPECT_THAT(findings_of("  192.0.2.0/25: \"host.{d:03}\"\n"),
                ElementsAre("f:2:17: error: the last label of `host.{d:03}` has digits or "
                            "placeholders only\n"
                            "  write a domain behind it, as in {ip}.dyn.example.net"));
}

TEST(RangeTemplate, WarnsOfUnderscores) {
    const Read result = read("  192.0.2.0/25: \"a_{ip}.example\"\n");
    EXPECT_THAT(result.findings,
                ElementsAre("f:2:17: warning: `a_{ip}.example` has an underscore, which host names "
                            "do not have\n"
                            "  it is served as written; some programs will not accept it"));
    EXPECT_TRUE(result.ranges.at(0).names);
}

TEST(RangeTemplate, IsNoList) {
    EXPECT_THAT(findings_of("  192.0.2.0/25: [a.example]\n"),
                ElementsAre("f:2:17: error: 192.0.2.0/25 is a list, not a single value\n"
                            "  write one value, in quotes if it begins with a bracket"));
}

TEST(RangeEntry, NeedsANameForItsTtl) {
    EXPECT_THAT(findings_of("  192.0.2.0/25: {name: ~, ttl: 5m}\n"),
                ElementsAre("f:2:27: error: 192.0.2.0/25 has a TTL but no name\n"
                            "  write `name` beside it, or remove the TTL"));
}

TEST(RangeEntry, NeedsAName) {
    EXPECT_THAT(findings_of("  192.0.2.0/25: {}\n"),
                ElementsAre("f:2:17: error: 192.0.2.0/25 has no name\n"
                            "  write `name`, or `~` if its addresses shall have none"));
}

TEST(RangeEntry, HasNoOtherKeys) {
    EXPECT_THAT(findings_of("  192.0.2.0/25: {name: a.example, tll: 5m}\n"),
                ElementsAre("f:2:35: error: unknown key `tll` in 192.0.2.0/25\n"
                            "  did you mean `ttl`?"));
}

TEST(RangeEntry, IsReadThoughItsKeyIsWrong) {
    EXPECT_THAT(findings_of("  192.0.2.0: {name: a.example, ttl: x}\n"),
                ElementsAre("f:2:3: error: `192.0.2.0` has no prefix length\n"
                            "  write 192.0.2.0/32 for the address alone",
                            "f:2:37: error: `ttl` is no duration: `x`\n"
                            "  write a number and s, m, h, d or w: 90s, 15m, 1h, 2d, 1w"));
}

/// What is reported about a zone file for 192.0.2.0/24 with `lines`, from line 4 on.
ZoneFile zone_file(const std::string& head, Diagnostics& diagnostics) {
    return read_zone_file("f",
                          head + "\nnameservers: [ns.example]\nsoa: {contact: h@example.net}\n" +
                              "ranges: {192.0.2.0/25: \"{ip}.example\"}\n",
                          {}, diagnostics);
}

TEST(ZoneFileRanges, AreInItsModel) {
    Diagnostics diagnostics;
    const ZoneFile file = zone_file("network: 192.0.2.0/24", diagnostics);
    EXPECT_THAT(keys_of(file.model.value().ranges), ElementsAre("192.0.2.0/25"));
}

TEST(ZoneFileRanges, NeedANetwork) {
    Diagnostics diagnostics;
    EXPECT_FALSE(zone_file("zone: example.net", diagnostics).model);
    EXPECT_THAT(texts_of(diagnostics),
                ElementsAre("f:4:1: error: `ranges` without a network: the name in `zone` is no "
                            "address prefix\n"
                            "  write `network: PREFIX` beside `zone`, or remove `ranges`"));
}

}  // namespace
}  // namespace arpad
