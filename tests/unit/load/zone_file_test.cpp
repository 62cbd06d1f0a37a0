#include "load/zone_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "findings_text.hpp"
#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// What the configuration gives to every zone in most tests, so that these write only what they are
/// about.
ZoneDefaults some_defaults() {
    ZoneDefaults defaults;
    defaults.nameservers = {{*Name::from_text("ns.example."), {7, 9}}};
    defaults.soa.contact = *Name::from_text("hostmaster.example.");
    return defaults;
}

/// A zone file called `f`, and what was reported about it.
struct ReadFile {
    ZoneFile zone_file;
    std::vector<std::string> findings;
};

ReadFile read(std::string_view text, const ZoneDefaults& defaults = some_defaults()) {
    Diagnostics diagnostics;
    ZoneFile zone_file = read_zone_file("f", text, defaults, diagnostics);
    EXPECT_EQ(zone_file.model.has_value(), diagnostics.error_count() == 0);
    return {std::move(zone_file), texts_of(diagnostics)};
}

std::vector<std::string> findings_of(std::string_view text) {
    return read(text).findings;
}

NetworkModel model_of(std::string_view text, const ZoneDefaults& defaults = some_defaults()) {
    ReadFile file = read(text, defaults);
    EXPECT_THAT(file.findings, IsEmpty());
    return std::move(file.zone_file.model).value();
}

/// Findings about one entry of `records` in line 3, in 192.0.2.0/24.
std::vector<std::string> record_findings(const std::string& entry) {
    return findings_of("network: 192.0.2.0/24\nrecords:\n  " + entry + "\n");
}

/// The only record, written as `entry`.
RecordModel record_of(const std::string& entry) {
    const NetworkModel model = model_of("network: 192.0.2.0/24\nrecords:\n  " + entry + "\n");
    return test::owned_records(model.records).at(0);
}

std::vector<std::string> names_of(const RecordModel& record) {
    std::vector<std::string> names;
    for (const Name& name : record.names) names.push_back(name.to_text());
    return names;
}

constexpr std::string_view sample = R"(network: 192.0.2.0/24
ttl: 2h
nameservers: [ns1.example.net, ns2.example.net]
nameservers_ttl: 1d
soa:
  contact: host.master@example.net
  primary: ns0.example.net
  refresh: 3h
  retry: 20m
  expire: 3w
  negative_ttl: 5m
  ttl: 90
  serial: 2026112201
records:
  192.0.2.1: gw.example.net
)";

TEST(ZoneFile, KnowsItsFile) {
    EXPECT_EQ(read(sample).zone_file.file, "f");
    EXPECT_EQ(model_of(sample).file, "f");
}

TEST(ZoneFile, HasANetwork) {
    const NetworkKey key = model_of(sample).key;
    EXPECT_EQ(key.network->to_text(), "192.0.2.0/24");
    EXPECT_FALSE(key.zone);
    EXPECT_FALSE(key.style);
    EXPECT_EQ(key.place, (Place{1, 1}));
}

TEST(ZoneFile, HasTtls) {
    const NetworkModel model = model_of(sample);
    EXPECT_EQ(model.ttl, Ttl{7200});
    EXPECT_EQ(model.nameservers_ttl, Ttl{86400});
    EXPECT_EQ(model.soa.ttl, Ttl{90});
    EXPECT_EQ(model.soa.negative_ttl, Ttl{300});
}

TEST(ZoneFile, HasNameservers) {
    const NetworkModel model = model_of(sample);
    ASSERT_THAT(model.nameservers, SizeIs(2));
    EXPECT_EQ(model.nameservers[1].name.to_text(), "ns2.example.net.");
    EXPECT_EQ(model.nameservers[1].place, (Place{3, 32}));
}

TEST(ZoneFile, HasAnSoa) {
    const SoaModel soa = model_of(sample).soa;
    EXPECT_EQ(soa.contact.to_text(), "host\\.master.example.net.");
    EXPECT_EQ(soa.primary.to_text(), "ns0.example.net.");
    EXPECT_EQ(soa.refresh, 10800U);
    EXPECT_EQ(soa.retry, 1200U);
    EXPECT_EQ(soa.expire, 1814400U);
}

TEST(ZoneFile, HasAFloorForItsSerial) {
    const SerialModel serial = model_of(sample).soa.serial;
    EXPECT_EQ(serial.kind, SerialModel::Kind::floor);
    EXPECT_EQ(serial.value, Serial{2026112201});
    EXPECT_EQ(serial.place, (Place{13, 3}));
}

TEST(ZoneFile, MayFixItsSerial) {
    const auto serial =
        model_of("network: 192.0.2.0/24\nsoa: {serial: {fixed: 4294967295}}\n").soa.serial;
    EXPECT_EQ(serial.kind, SerialModel::Kind::fixed);
    EXPECT_EQ(serial.value, Serial{4294967295U});
}

TEST(ZoneFile, NeedsOnlyANetworkIfTheConfigurationSaysTheRest) {
    const NetworkModel model = model_of("network: 2001:db8::/32\n");
    EXPECT_EQ(model.ttl, Ttl{3600});
    EXPECT_FALSE(model.nameservers_ttl);
    EXPECT_EQ(model.soa.contact.to_text(), "hostmaster.example.");
    EXPECT_EQ(model.soa.refresh, 7200U);
    EXPECT_EQ(model.soa.retry, 1800U);
    EXPECT_EQ(model.soa.expire, 1209600U);
    EXPECT_EQ(model.soa.negative_ttl, Ttl{900});
    EXPECT_FALSE(model.soa.ttl);
    EXPECT_EQ(model.soa.serial.kind, SerialModel::Kind::kept);
    EXPECT_THAT(model.records, IsEmpty());
}

TEST(ZoneFile, TakesEverySettingOfTheConfiguration) {
    ZoneDefaults defaults = some_defaults();
    defaults.ttl = Ttl{1};
    defaults.nameservers_ttl = Ttl{2};
    defaults.soa.primary = *Name::from_text("p.example.");
    defaults.soa.refresh = 3;
    defaults.soa.retry = 4;
    defaults.soa.expire = 5;
    defaults.soa.negative_ttl = Ttl{6};
    defaults.soa.ttl = Ttl{7};
    const NetworkModel model = model_of("network: 192.0.2.0/24\n", defaults);
    EXPECT_EQ(model.ttl, Ttl{1});
    EXPECT_EQ(model.nameservers_ttl, Ttl{2});
    EXPECT_EQ(model.soa.primary.to_text(), "p.example.");
    EXPECT_EQ(model.soa.refresh, 3U);
    EXPECT_EQ(model.soa.retry, 4U);
    EXPECT_EQ(model.soa.expire, 5U);
    EXPECT_EQ(model.soa.negative_ttl, Ttl{6});
    EXPECT_EQ(model.soa.ttl, Ttl{7});
}

TEST(ZoneFile, OverridesTheConfiguration) {
    ZoneDefaults defaults = some_defaults();
    defaults.ttl = Ttl{1};
    defaults.soa.primary = *Name::from_text("p.example.");
    const NetworkModel model = model_of(sample, defaults);
    EXPECT_EQ(model.ttl, Ttl{7200});
    EXPECT_EQ(model.soa.primary.to_text(), "ns0.example.net.");
    EXPECT_THAT(model.nameservers, SizeIs(2));
}

// The place is one in the configuration file; in the zone file it would point anywhere.
TEST(ZoneFile, NameserversOfTheConfigurationHaveNoPlace) {
    EXPECT_EQ(model_of("network: 192.0.2.0/24\n").nameservers.at(0).place, Place{});
}

TEST(ZoneFile, ItsFirstNameserverIsThePrimary) {
    EXPECT_EQ(model_of("network: 192.0.2.0/24\nnameservers: [b.example, a.example]\n")
                  .soa.primary.to_text(),
              "b.example.");
}

TEST(ZoneFile, MustSayNameserversIfTheConfigurationDoesNot) {
    ZoneDefaults defaults = some_defaults();
    defaults.nameservers.clear();
    EXPECT_THAT(read("network: 192.0.2.0/24\n", defaults).findings,
                ElementsAre("f:1:1: error: `nameservers` is missing\n"
                            "  write `nameservers: [ns1.example.net, ns2.example.net]` here, or in "
                            "`zone_defaults` of the server configuration"));
}

TEST(ZoneFile, MustSayAContactIfTheConfigurationDoesNot) {
    ZoneDefaults defaults = some_defaults();
    defaults.soa.contact.reset();
    EXPECT_THAT(read("network: 192.0.2.0/24\nsoa: {ttl: 5m}\n", defaults).findings,
                ElementsAre("f:2:1: error: `contact` of `soa` is missing\n"
                            "  write `soa: {contact: hostmaster@example.net}` here, or in "
                            "`zone_defaults` of the server configuration"));
}

TEST(ZoneFile, MustSayAnSoaIfTheConfigurationDoesNot) {
    ZoneDefaults defaults = some_defaults();
    defaults.soa.contact.reset();
    EXPECT_THAT(read("# c\nnetwork: 192.0.2.0/24\n", defaults).findings,
                ElementsAre("f:2:1: error: `contact` of `soa` is missing\n"
                            "  write `soa: {contact: hostmaster@example.net}` here, or in "
                            "`zone_defaults` of the server configuration"));
}

TEST(ZoneFile, AWrongContactIsNotAMissingOne) {
    ZoneDefaults defaults = some_defaults();
    defaults.soa.contact.reset();
    EXPECT_THAT(read("network: 192.0.2.0/24\nsoa: {contact: me}\n", defaults).findings,
                ElementsAre("f:2:16: error: `me` is no mail address: it has no domain\n"
                            "  write it like hostmaster@example.net"));
}

TEST(ZoneFile, MustNotBeEmpty) {
    EXPECT_THAT(findings_of(""),
                ElementsAre("f: error: the file is empty\n"
                            "  write `network: PREFIX` and `records:`, or remove the file"));
}

TEST(ZoneFile, MustSayItsNetwork) {
    EXPECT_THAT(findings_of("ttl: 5\n"),
                ElementsAre("f:1:1: error: neither `network` nor `zone` is written\n"
                            "  write `network: PREFIX`, for example 192.0.2.0/24"));
}

TEST(ZoneFile, RefusesUnknownKeys) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nrecord:\n  192.0.2.1: a.example\n"),
                ElementsAre("f:2:1: error: unknown key `record` in a zone file\n"
                            "  did you mean `records`?"));
}

TEST(ZoneFile, RefusesUnknownKeysInSoa) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nsoa: {negative-ttl: 5m}\n"),
                ElementsAre("f:2:7: error: unknown key `negative-ttl` in `soa`\n"
                            "  did you mean `negative_ttl`?"));
}

TEST(ZoneFile, RefusesASerialOverItsRange) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nsoa: {serial: 4294967296}\n"),
                ElementsAre("f:2:15: error: `serial` is no number from 0 to 4294967295: "
                            "`4294967296`\n  write such a number, in decimal digits"));
}

TEST(ZoneFile, RefusesASerialWithoutANumber) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nsoa: {serial: {}}\n"),
                ElementsAre("f:2:15: error: `serial` has no number\n"
                            "  write `serial: N` or `serial: {fixed: N}`"));
}

TEST(ZoneFile, RefusesARefreshOverItsRange) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nsoa: {refresh: 2147483648}\n"),
                ElementsAre("f:2:16: error: `refresh` is too long: `2147483648`\n"
                            "  write at most 2147483647 seconds"));
}

TEST(ZoneFile, RefusesANameserverWrittenTwice) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nnameservers:\n- a.example\n- A.example.\n"),
                ElementsAre("f:4:3: error: A.example. is listed twice, first in line 3\n"
                            "  remove one of the two"));
}

TEST(ZoneFile, RefusesANameserverThatIsAnAddress) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nnameservers: [192.0.2.53]\n"),
                ElementsAre("f:2:15: error: `192.0.2.53` is an IP address\n"
                            "  write a host name here"));
}

TEST(ZoneFile, WarnsOfAnUnderscoreInTheContact) {
    const ReadFile file = read("network: 192.0.2.0/24\nsoa: {contact: a@b_c.example}\n");
    EXPECT_THAT(file.findings,
                ElementsAre("f:2:16: warning: the domain of `a@b_c.example` has an underscore, "
                            "which host names do not have\n"
                            "  it is served as written; some programs will not accept it"));
    EXPECT_TRUE(file.zone_file.model);
}

TEST(ZoneFile, ReportsAllMistakesAtOnce) {
    constexpr std::string_view text = R"(network: 192.0.2.0/24
tll: 1h
nameservers: [ns1..example.net]
soa:
  contact: nobody
  refresh: soon
records:
  192.0.3.7: a.example
  192.0.2.1: {ttl: 5m}
  192.0.2.2: -b.example
)";
    Diagnostics diagnostics;
    EXPECT_FALSE(read_zone_file("f", text, {}, diagnostics).model);
    std::vector<std::string> places;
    for (const Diagnostic& entry : diagnostics.entries())
        places.push_back(std::to_string(entry.place.line) + ":" +
                         std::to_string(entry.place.column));
    EXPECT_THAT(places, ElementsAre("2:1", "3:15", "5:12", "6:12", "8:3", "9:15", "10:14"));
}

TEST(ZoneFileNetwork, MustHaveALength) {
    EXPECT_THAT(findings_of("network: 192.0.2.0\n"),
                ElementsAre("f:1:10: error: `192.0.2.0` has no prefix length\n"
                            "  write 192.0.2.0/32 for the address alone"));
}

TEST(ZoneFileNetwork, MustHaveNoHostBits) {
    EXPECT_THAT(findings_of("network: 192.0.2.65/26\n"),
                ElementsAre("f:1:10: error: `192.0.2.65/26` has bits set beyond its length\n"
                            "  write 192.0.2.64/26"));
}

TEST(ZoneFileNetwork, MustHaveALengthOfItsFamily) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/33\n"),
                ElementsAre("f:1:10: error: `192.0.2.0/33` has a wrong prefix length\n"
                            "  write a number from 0 to 32 behind the slash"));
}

TEST(ZoneFileNetwork, MustHaveAnAddress) {
    EXPECT_THAT(findings_of("network: 10/8\n"), ElementsAre("f:1:10: error: `10` is no address\n"
                                                            "  write it like 192.0.2.7 or "
                                                            "2001:db8::7"));
}

TEST(ZoneFileNetwork, MustHaveNoLeadingZeros) {
    EXPECT_THAT(findings_of("network: 192.000.002.0/24\n"),
                ElementsAre("f:1:10: error: 192.000.002.0 has an octet with a leading zero\n"
                            "  write 192.0.2.0; some programs read such an octet as octal"));
}

TEST(ZoneFileNetwork, MustBeAText) {
    EXPECT_THAT(findings_of("network: no\n"),
                ElementsAre("f:1:10: error: `no` is no prefix\n"
                            "  write it like 192.0.2.0/24 or 2001:db8::/32"));
}

TEST(ZoneFileNetwork, MayBeNamed) {
    const NetworkKey key =
        model_of("network: 192.0.2.64/26\nzone: 64-127.2.0.192.in-addr.arpa\n").key;
    EXPECT_EQ(key.network->to_text(), "192.0.2.64/26");
    EXPECT_EQ(key.zone->to_text(), "64-127.2.0.192.in-addr.arpa.");
    EXPECT_EQ(key.place, (Place{1, 1}));
}

TEST(ZoneFileNetwork, FollowsFromTheZone) {
    const NetworkKey key = model_of("ttl: 5\nzone: 2.0.192.IN-ADDR.arpa\n").key;
    EXPECT_EQ(key.network->to_text(), "192.0.2.0/24");
    EXPECT_EQ(key.zone->to_text(), "2.0.192.IN-ADDR.arpa.");
    EXPECT_EQ(key.place, (Place{2, 1}));
}

TEST(ZoneFileNetwork, MayBeNone) {
    const NetworkKey key = model_of("zone: example.net\n").key;
    EXPECT_FALSE(key.network);
    EXPECT_EQ(key.zone->to_text(), "example.net.");
}

TEST(ZoneFileNetwork, IsNeededForRecords) {
    EXPECT_THAT(findings_of("zone: example.net\nrecords:\n  192.0.2.1: a.example\n"),
                ElementsAre("f:2:1: error: `records` without a network: the name in `zone` is no "
                            "address prefix\n"
                            "  write `network: PREFIX` beside `zone`, or remove `records`"));
}

TEST(ZoneFileNetwork, IsNotWrittenAsZone) {
    EXPECT_THAT(findings_of("zone: 192.0.2.0/24\n"),
                ElementsAre("f:1:7: error: `192.0.2.0/24` is a prefix, not a name\n"
                            "  write `network: 192.0.2.0/24`"));
}

TEST(ZoneFileNetwork, ItsZoneMustBeAName) {
    EXPECT_THAT(findings_of("zone: a b\n"),
                ElementsAre("f:1:7: error: `a b` has white space\n  remove it"));
}

TEST(ZoneFileNetwork, MayHaveAStyle) {
    const NetworkKey key = model_of("network: 192.0.2.64/26\nstyle: dash\n").key;
    EXPECT_EQ(key.style, ClasslessStyle::dash);
}

TEST(ZoneFileNetwork, MayHaveAStyleAsASingleAddress) {
    EXPECT_EQ(model_of("network: 192.0.2.64/32\nstyle: range\n").key.style, ClasslessStyle::range);
}

TEST(ZoneFileNetwork, MustHaveAKnownStyle) {
    EXPECT_THAT(findings_of("network: 192.0.2.64/26\nstyle: fancy\n"),
                ElementsAre("f:2:8: error: `fancy` is no style\n  write `slash`, `dash` or "
                            "`range`"));
}

TEST(ZoneFileNetwork, HasNoStyleUpToSlash24) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nstyle: dash\n"),
                ElementsAre("f:2:1: error: `style` has no meaning here: only IPv4 networks of /25 "
                            "to /32 have one\n  remove it"));
}

TEST(ZoneFileNetwork, HasNoStyleAsIpv6) {
    EXPECT_THAT(findings_of("network: 2001:db8::/33\nstyle: dash\n"),
                ElementsAre("f:2:1: error: `style` has no meaning here: only IPv4 networks of /25 "
                            "to /32 have one\n  remove it"));
}

TEST(ZoneFileNetwork, HasNoStyleIfItIsNamed) {
    EXPECT_THAT(
        findings_of("network: 192.0.2.64/26\nzone: a.example\nstyle: dash\n"),
        ElementsAre("f:3:1: error: `style` has no meaning here: `zone` already says how the "
                    "zone is called\n  remove it"));
}

TEST(ZoneFileKey, IsKnownThoughTheRestIsBroken) {
    const ZoneFile file = read("network: 192.0.2.64/26\nstyle: dash\nrecords: 5\n").zone_file;
    EXPECT_EQ(file.key->network->to_text(), "192.0.2.64/26");
    EXPECT_EQ(file.key->style, ClasslessStyle::dash);
}

TEST(ZoneFileKey, IsKnownWithoutAStyleThatIsOutOfPlace) {
    const ZoneFile file = read("network: 192.0.2.0/24\nstyle: dash\n").zone_file;
    ASSERT_TRUE(file.key);
    EXPECT_FALSE(file.key->style);
}

TEST(ZoneFileKey, IsUnknownIfTheNetworkIsBroken) {
    EXPECT_FALSE(read("network: 192.0.2.1/24\nzone: a.example\n").zone_file.key);
}

TEST(ZoneFileKey, IsUnknownIfTheZoneIsBroken) {
    EXPECT_FALSE(read("network: 192.0.2.0/24\nzone: a..example\n").zone_file.key);
}

TEST(ZoneFileKey, IsUnknownIfTheStyleIsBroken) {
    EXPECT_FALSE(read("network: 192.0.2.64/26\nstyle: fancy\n").zone_file.key);
}

TEST(ZoneFileKey, IsUnknownIfTheNetworkIsWrittenTwice) {
    EXPECT_FALSE(read("network: 192.0.2.0/24\nnetwork: 192.0.3.0/24\n").zone_file.key);
}

TEST(ZoneFileRecord, MayBeOneName) {
    const RecordModel record = record_of("192.0.2.1: GW.example.net");
    EXPECT_EQ(record.address.to_text(), "192.0.2.1");
    EXPECT_THAT(names_of(record), ElementsAre("GW.example.net."));
    EXPECT_FALSE(record.ttl);
    EXPECT_FALSE(record.locked);
    EXPECT_EQ(record.place, (Place{3, 3}));
}

TEST(ZoneFileRecord, MayBeAListOfNames) {
    EXPECT_THAT(names_of(record_of("192.0.2.1: [b.example, a.example]")),
                ElementsAre("b.example.", "a.example."));
}

TEST(ZoneFileRecord, MayBeNoName) {
    EXPECT_THAT(record_of("192.0.2.1: ~").names, IsEmpty());
}

TEST(ZoneFileRecord, MayBeAMapping) {
    const RecordModel record = record_of("192.0.2.1: {name: a.example, ttl: 5m, locked: true}");
    EXPECT_THAT(names_of(record), ElementsAre("a.example."));
    EXPECT_EQ(record.ttl, Ttl{300});
    EXPECT_TRUE(record.locked);
}

TEST(ZoneFileRecord, MayBeAMappingWithAListOfNames) {
    const RecordModel record = record_of("192.0.2.1: {name: [a.example, b.example], ttl: 5m}");
    EXPECT_THAT(record.names, SizeIs(2));
    EXPECT_EQ(record.ttl, Ttl{300});
}

TEST(ZoneFileRecord, MayBeLockedWithoutAName) {
    const RecordModel record = record_of("192.0.2.1: {locked: true}");
    EXPECT_THAT(record.names, IsEmpty());
    EXPECT_TRUE(record.locked);
}

TEST(ZoneFileRecord, StandsInTheOrderOfAddresses) {
    const NetworkModel model = model_of(
        "network: 192.0.2.0/24\nrecords:\n  192.0.2.9: a.example\n  192.0.2.1: b.example\n");
    ASSERT_THAT(model.records, SizeIs(2));
    EXPECT_EQ(model.records[0].address.to_text(), "192.0.2.1");
    EXPECT_EQ(model.records[0].place, (Place{4, 3}));
    EXPECT_EQ(model.records[1].address.to_text(), "192.0.2.9");
}

TEST(ZoneFileRecord, MayBeMissingAltogether) {
    EXPECT_THAT(model_of("network: 192.0.2.0/24\nrecords:\n").records, IsEmpty());
}

TEST(ZoneFileRecord, ConvertsInternationalNames) {
    EXPECT_THAT(names_of(record_of("192.0.2.1: m\xC3\xBCller.example")),
                ElementsAre("xn--mller-kva.example."));
}

TEST(ZoneFileRecord, WarnsOfUnderscores) {
    const ReadFile file = read("network: 192.0.2.0/24\nrecords:\n  192.0.2.1: a_b.example\n");
    EXPECT_THAT(file.findings,
                ElementsAre("f:3:14: warning: `a_b.example` has an underscore, which host names do "
                            "not have\n  it is served as written; some programs will not accept "
                            "it"));
    EXPECT_TRUE(file.zone_file.model);
}

TEST(ZoneFileRecord, RefusesAnEmptyList) {
    EXPECT_THAT(record_findings("192.0.2.1: []"),
                ElementsAre("f:3:14: error: 192.0.2.1 is an empty list\n"
                            "  write at least one name in it"));
}

TEST(ZoneFileRecord, RefusesATtlWithoutAName) {
    EXPECT_THAT(record_findings("192.0.2.1: {ttl: 5m}"),
                ElementsAre("f:3:15: error: 192.0.2.1 has a TTL but no name\n"
                            "  write `name` beside it, or remove the TTL"));
}

TEST(ZoneFileRecord, RefusesATtlWithoutANameThoughLocked) {
    EXPECT_THAT(record_findings("192.0.2.1: {ttl: 5m, locked: true}"),
                ElementsAre("f:3:15: error: 192.0.2.1 has a TTL but no name\n"
                            "  write `name` beside it, or remove the TTL"));
}

TEST(ZoneFileRecord, RefusesAnEmptyMapping) {
    EXPECT_THAT(record_findings("192.0.2.1: {}"),
                ElementsAre("f:3:14: error: 192.0.2.1 has no name\n"
                            "  write `name`, or `~` if it shall have none"));
}

TEST(ZoneFileRecord, RefusesUnlockedWithoutAName) {
    EXPECT_THAT(record_findings("192.0.2.1: {locked: false}"),
                ElementsAre("f:3:14: error: 192.0.2.1 has no name\n"
                            "  write `name`, or `~` if it shall have none"));
}

TEST(ZoneFileRecord, RefusesUnknownKeys) {
    EXPECT_THAT(record_findings("192.0.2.1: {name: a.example, lock: true}"),
                ElementsAre("f:3:32: error: unknown key `lock` in 192.0.2.1\n"
                            "  did you mean `locked`?"));
}

TEST(ZoneFileRecord, RefusesTheSameNameTwice) {
    EXPECT_THAT(record_findings("192.0.2.1: [a.example, A.example]"),
                ElementsAre("f:3:26: error: A.example. is listed twice, first in line 3\n"
                            "  remove one of the two"));
}

TEST(ZoneFileRecord, RefusesNullInAList) {
    EXPECT_THAT(record_findings("192.0.2.1: [a.example, ~]"),
                ElementsAre("f:3:26: error: 192.0.2.1 has no value\n"
                            "  write one, or remove the line"));
}

TEST(ZoneFileRecord, RefusesABadName) {
    EXPECT_THAT(record_findings("192.0.2.1: a..example"),
                ElementsAre("f:3:14: error: label 2 of `a..example` is empty\n"
                            "  remove the extra dot"));
}

TEST(ZoneFileRecord, RefusesAnAddressOutside) {
    EXPECT_THAT(record_findings("192.0.3.7: a.example"),
                ElementsAre("f:3:3: error: 192.0.3.7 is outside 192.0.2.0/24\n"
                            "  move it to the file of 192.0.3.0/24, or widen `network`"));
}

TEST(ZoneFileRecord, RefusesAnAddressOutsideTheZonesPrefix) {
    EXPECT_THAT(findings_of("zone: 2.0.192.in-addr.arpa\nrecords: {192.0.3.7: a.example}\n"),
                ElementsAre("f:2:11: error: 192.0.3.7 is outside 192.0.2.0/24\n"
                            "  move it to the file of 192.0.3.0/24, or widen `network`"));
}

TEST(ZoneFileRecord, RefusesAnIpv6AddressInAnIpv4Network) {
    EXPECT_THAT(record_findings("2001:db8::1: a.example"),
                ElementsAre("f:3:3: error: 2001:db8::1 is an IPv6 address, but 192.0.2.0/24 is an "
                            "IPv4 network\n  move it to the file of an IPv6 network"));
}

TEST(ZoneFileRecord, RefusesAnIpv4AddressInAnIpv6Network) {
    EXPECT_THAT(findings_of("network: 2001:db8::/32\nrecords:\n  192.0.2.1: a.example\n"),
                ElementsAre("f:3:3: error: 192.0.2.1 is an IPv4 address, but 2001:db8::/32 is an "
                            "IPv6 network\n  move it to the file of an IPv4 network"));
}

TEST(ZoneFileRecord, RefusesLeadingZeros) {
    EXPECT_THAT(record_findings("192.0.2.010: a.example"),
                ElementsAre("f:3:3: error: 192.0.2.010 has an octet with a leading zero\n"
                            "  write 192.0.2.10; some programs read such an octet as octal"));
}

TEST(ZoneFileRecord, RefusesLargeOctets) {
    EXPECT_THAT(record_findings("192.0.2.256: a.example"),
                ElementsAre("f:3:3: error: 192.0.2.256 has the octet 256\n"
                            "  an octet is at most 255"));
}

TEST(ZoneFileRecord, RefusesThreeOctets) {
    EXPECT_THAT(record_findings("192.0.2: a.example"),
                ElementsAre("f:3:3: error: `192.0.2` is no address\n"
                            "  write it like 192.0.2.7 or 2001:db8::7"));
}

TEST(ZoneFileRecord, RefusesAPrefix) {
    EXPECT_THAT(record_findings("192.0.2.0/28: a.example"),
                ElementsAre("f:3:3: error: `192.0.2.0/28` is no address\n"
                            "  write one address without a length"));
}

TEST(ZoneFileRecord, RefusesAnAddressWrittenTwice) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nrecords:\n  192.0.2.1: a.example\n"
                            "  192.0.2.2: a.example\n  192.0.2.1: b.example\n"),
                ElementsAre("f:5:3: error: 192.0.2.1 has a second entry here; the first is in line "
                            "3\n  keep one of the two; several names of one address are a list: "
                            "[a, b]"));
}

TEST(ZoneFileRecord, RefusesAnAddressWrittenInTwoWays) {
    EXPECT_THAT(findings_of("network: 2001:db8::/32\nrecords:\n  2001:DB8::1: a.example\n"
                            "  2001:db8:0::1: a.example\n"),
                ElementsAre("f:4:3: error: 2001:db8::1 has a second entry here; the first is in "
                            "line 3\n  keep one of the two; several names of one address are a "
                            "list: [a, b]"));
}

TEST(ZoneFileRecord, RefusesAnAddressWrittenTwiceThoughItsNamesAreWrong) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nrecords:\n  192.0.2.1: a..example\n"
                            "  192.0.2.1: []\n"),
                SizeIs(3));
}

TEST(ZoneFileRecord, RefusesAList) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nrecords: [a.example]\n"),
                ElementsAre("f:2:10: error: `records` is no mapping\n"
                            "  write lines like `192.0.2.7: www.example.net`"));
}

TEST(ZoneFileRecord, ReportsBothSidesOfABadEntry) {
    EXPECT_THAT(record_findings("192.0.2: {ttl: x}"),
                ElementsAre("f:3:3: error: `192.0.2` is no address\n"
                            "  write it like 192.0.2.7 or 2001:db8::7",
                            "f:3:18: error: `ttl` is no duration: `x`\n"
                            "  write a number and s, m, h, d or w: 90s, 15m, 1h, 2d, 1w",
                            "f:3:13: error: this entry has a TTL but no name\n"
                            "  write `name` beside it, or remove the TTL"));
}

TEST(ZoneFile, IsStillKnownByItsNetworkIfItIsNoYaml) {
    const ReadFile file =
        read("records:\n  192.0.2.1: [a.example.net\nnetwork: 192.0.2.0/26\nstyle: dash\n");
    EXPECT_THAT(file.findings, SizeIs(1));
    ASSERT_TRUE(file.zone_file.key.has_value());
    EXPECT_EQ(display_name(*file.zone_file.key), "192.0.2.0/26");
    EXPECT_EQ(file.zone_file.key->style, ClasslessStyle::dash);
    EXPECT_EQ(file.zone_file.key->place, (Place{3, 1}));
}

TEST(ZoneFile, IsUnknownIfItIsNoYamlAndHasTwoNetworks) {
    const ReadFile file = read("network: 192.0.2.0/26\nnetwork: 192.0.2.0/25\nrecords: [\n");
    EXPECT_FALSE(file.zone_file.key.has_value());
}

TEST(ZoneFilePrimaries, MakeASecondary) {
    const NetworkModel model = model_of(
        "network: 192.0.2.0/24\n"
        "primaries: [192.0.2.53, \"192.0.2.54:5353\", {address: \"2001:db8::53\", key: k}]\n"
        "transfer: {allow_notify: [198.51.100.0/24]}\n",
        ZoneDefaults());
    ASSERT_THAT(model.transfer.primaries, SizeIs(3));
    EXPECT_TRUE(model.transfer.is_secondary());
    EXPECT_EQ(model.transfer.primaries[0].endpoint.to_text(), "192.0.2.53:53");
    EXPECT_EQ(model.transfer.primaries[1].endpoint.to_text(), "192.0.2.54:5353");
    EXPECT_EQ(model.transfer.primaries[2].endpoint.to_text(), "[2001:db8::53]:53");
    EXPECT_EQ(model.transfer.primaries[2].key->to_text(), "k.");
    EXPECT_THAT(model.transfer.allow_notify, SizeIs(1));
}

TEST(ZoneFilePrimaries, AreAskedOverTlsByTheirNames) {
    const NetworkModel model = model_of(
        "network: 192.0.2.0/24\n"
        "primaries: [{address: 192.0.2.53, tls: NS1.example.net}, "
        "{address: \"192.0.2.54:8853\", tls: ns2.example.net}, "
        "{address: 192.0.2.55, port: 8853, tls: ns3.example.net}]\n",
        ZoneDefaults());
    ASSERT_THAT(model.transfer.primaries, SizeIs(3));
    EXPECT_EQ(model.transfer.primaries[0].endpoint.to_text(), "192.0.2.53:853");
    EXPECT_EQ(model.transfer.primaries[0].tls->to_text(), "NS1.example.net.");
    EXPECT_EQ(model.transfer.primaries[1].endpoint.to_text(), "192.0.2.54:8853");
    EXPECT_EQ(model.transfer.primaries[2].endpoint.to_text(), "192.0.2.55:8853");
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\n"
                            "primaries: [{address: 192.0.2.53, tls: \"*\"}]\n"),
                ElementsAre(testing::HasSubstr("f:2:40: error: ")));
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\n"
                            "transfer: {notify: [{address: 192.0.2.53, tls: ns1.example.net}]}\n"),
                testing::Contains(testing::HasSubstr("unknown key `tls`")));
}

TEST(ZoneFilePrimaries, LeaveNothingElseToBeSaid) {
    EXPECT_THAT(
        findings_of("network: 192.0.2.0/24\nprimaries: [192.0.2.53]\n"
                    "soa: {contact: a@example.net}\nrecords: {192.0.2.1: a.example}\n"
                    "ranges: {}\ndelegations: {}\nextra: \"\"\n"),
        testing::AllOf(SizeIs(5), testing::Each(testing::HasSubstr("` beside `primaries`\n  remove "
                                                                   "one of the two"))));
}

TEST(ZoneFilePrimaries, AreAddresses) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nprimaries: [ns1.example.net]\n"),
                ElementsAre("f:2:13: error: `ns1.example.net` is no address\n  write 192.0.2.54, "
                            "\"192.0.2.54:5353\" or {address: 192.0.2.54, key: NAME}"));
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nprimaries: []\n"),
                ElementsAre(testing::HasSubstr("`primaries` is empty")));
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nprimaries: 192.0.2.53\n"),
                ElementsAre(testing::HasSubstr("`primaries` is no list")));
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\nprimaries: [192.0.2.53, 192.0.2.53]\n"),
                ElementsAre(testing::HasSubstr("192.0.2.53:53 is listed twice")));
}

TEST(ZoneFilePrimaries, HaveKeysThatExist) {
    ZoneDefaults defaults;
    defaults.known_keys.emplace();
    EXPECT_THAT(
        read("network: 192.0.2.0/24\nprimaries: [{address: 192.0.2.53, key: k}]\n", defaults)
            .findings,
        ElementsAre(testing::HasSubstr("f:2:1: error: there is no key k.")));
}

TEST(ZoneFilePrimaries, AloneMakeAllowNotifyOfUse) {
    EXPECT_THAT(findings_of("network: 192.0.2.0/24\ntransfer: {allow_notify: [192.0.2.53]}\n"),
                ElementsAre(testing::HasSubstr("warning: `allow_notify` in a zone without")));
}

}  // namespace
}  // namespace arpad
