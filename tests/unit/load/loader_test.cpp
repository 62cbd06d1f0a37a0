#include "load/loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "load/settlement.hpp"

namespace arpad {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

constexpr const char* defaults_tail =
    "nameservers: [ns1.example.net]\nsoa: {contact: hostmaster.example.net}\n";

/// A complete zone file of `network` with `rest` behind it.
std::string zone_text(const std::string& network, const std::string& rest) {
    return "network: " + network + "\n" + defaults_tail + rest;
}

class Copies final : public LastGoodCopies {
public:
    std::optional<std::string> find_copy(const std::string& key) override {
        const auto found = texts.find(key);
        return found == texts.end() ? std::nullopt : std::optional(found->second);
    }

    std::map<std::string, std::string> texts;
};

class LoaderTest : public testing::Test {
protected:
    void add(const std::string& key, std::string text) {
        sources_.push_back({"zones/" + key, key, std::move(text)});
    }

    Load load() {
        FirstSerials serials;
        return load_zones({sources_, std::nullopt}, {}, copies_, serials);
    }

    /// The zone that answers for `name`; null if there is none.
    static const Zone* zone_for(const Load& load, const char* name) {
        NameBuffer buffer;
        buffer.assign(*Name::from_text(name));
        return load.snapshot->find_zone(buffer, RrType::ptr);
    }

    static bool has_name(const Load& load, const char* name) {
        NameBuffer buffer;
        buffer.assign(*Name::from_text(name));
        const Zone* const zone = load.snapshot->find_zone(buffer, RrType::ptr);
        return zone->find_name(buffer, buffer.label_count(), zone->read_path(buffer)).has_value();
    }

    std::vector<SourceFile> sources_;
    Copies copies_;
};

auto standing_is(Standing standing) {
    return Field(&LoadedNetwork::standing, standing);
}

auto finding(Severity severity, Place place, const char* message) {
    return AllOf(Field(&Diagnostic::severity, severity), Field(&Diagnostic::place, place),
                 Field(&Diagnostic::message, HasSubstr(message)));
}

TEST_F(LoaderTest, GoodFilesAreServedAsTheyAre) {
    add("a.yaml", zone_text("192.0.2.0/24", "records:\n  192.0.2.1: a.example.net\n"));
    add("b.yaml", zone_text("2001:db8::/32", ""));
    const Load loaded = load();
    EXPECT_TRUE(loaded.diagnostics.is_empty()) << loaded.diagnostics.to_text();
    EXPECT_THAT(loaded.networks,
                ElementsAre(standing_is(Standing::current), standing_is(Standing::current)));
    EXPECT_EQ(summary_of(loaded), "2 zones, 2 networks, 1 record");
}

TEST_F(LoaderTest, BrokenFileIsServedFromItsLastGoodCopy) {
    copies_.texts["a.yaml"] = zone_text("192.0.2.0/24", "records: {192.0.2.1: old.example.net}\n");
    add("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.2: a..b}\n"));
    const Load loaded = load();
    EXPECT_THAT(loaded.networks, ElementsAre(standing_is(Standing::last_good)));
    EXPECT_TRUE(has_name(loaded, "1.2.0.192.in-addr.arpa"));
    EXPECT_FALSE(has_name(loaded, "2.2.0.192.in-addr.arpa"));
}

TEST_F(LoaderTest, BrokenFileWithoutACopyMakesItsZonesUnavailableAndNoOthers) {
    add("a.yaml", zone_text("192.0.2.0/24", "recrods: {}\n"));
    add("b.yaml", zone_text("198.51.100.0/24", ""));
    const Load loaded = load();
    EXPECT_FALSE(zone_for(loaded, "1.2.0.192.in-addr.arpa")->is_available());
    EXPECT_TRUE(zone_for(loaded, "1.100.51.198.in-addr.arpa")->is_available());
    EXPECT_EQ(summary_of(loaded), "1 zone, 1 network, 0 records");
}

TEST_F(LoaderTest, FileWhoseNetworkCannotBeReadServesNothing) {
    add("a.yaml", "network: 192.0.2.1/24\n");
    const Load loaded = load();
    EXPECT_THAT(loaded.networks, ElementsAre(standing_is(Standing::unknown)));
    EXPECT_EQ(zone_for(loaded, "1.2.0.192.in-addr.arpa"), nullptr);
}

TEST_F(LoaderTest, UnreadableFileIsServedFromItsLastGoodCopy) {
    copies_.texts["a.yaml"] = zone_text("192.0.2.0/24", "");
    sources_.push_back({"zones/a.yaml", "a.yaml", std::nullopt});
    EXPECT_THAT(load().networks, ElementsAre(standing_is(Standing::last_good)));
}

TEST_F(LoaderTest, CopyThatIsTheFileItselfIsNoWayOut) {
    const std::string text = zone_text("192.0.2.0/24", "bad: 1\n");
    copies_.texts["a.yaml"] = text;
    add("a.yaml", text);
    EXPECT_THAT(load().networks, ElementsAre(standing_is(Standing::broken)));
}

TEST_F(LoaderTest, RecordInsideANestedNetworkIsAnErrorInItsOwnFile) {
    add("inner.yaml", zone_text("192.0.2.64/26", ""));
    add("outer.yaml", zone_text("192.0.2.0/24", "records:\n  192.0.2.65: a.example.net\n"));
    const Load loaded = load();
    EXPECT_THAT(loaded.networks,
                ElementsAre(standing_is(Standing::current), standing_is(Standing::broken)));
    EXPECT_THAT(loaded.diagnostics.entries(),
                Contains(AllOf(Field(&Diagnostic::file, "zones/outer.yaml"),
                               finding(Severity::error, {5, 3},
                                       "192.0.2.65 belongs to the nested network 192.0.2.64/26"))));
}

TEST_F(LoaderTest, ContradictionFallsBackToTheCopyWithoutIt) {
    copies_.texts["outer.yaml"] =
        zone_text("192.0.2.0/24", "records: {192.0.2.1: gw.example.net}\n");
    add("inner.yaml", zone_text("192.0.2.64/26", ""));
    add("outer.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.65: a.example.net}\n"));
    const Load loaded = load();
    EXPECT_THAT(loaded.networks,
                ElementsAre(standing_is(Standing::current), standing_is(Standing::last_good)));
    EXPECT_TRUE(has_name(loaded, "1.2.0.192.in-addr.arpa"));
}

TEST_F(LoaderTest, SameNetworkTwiceKeepsTheFirstFile) {
    add("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: a.example.net}\n"));
    add("b.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.2: b.example.net}\n"));
    const Load loaded = load();
    EXPECT_THAT(loaded.networks,
                ElementsAre(standing_is(Standing::current), standing_is(Standing::unknown)));
    EXPECT_TRUE(has_name(loaded, "1.2.0.192.in-addr.arpa"));
    EXPECT_THAT(loaded.diagnostics.entries(),
                Contains(finding(Severity::error, {1, 1},
                                 "192.0.2.0/24 is already the network of zones/a.yaml:1")));
}

TEST_F(LoaderTest, ErrorIsReportedOnceHoweverOftenTheRestIsSettled) {
    add("a.yaml", zone_text("192.0.2.0/24", ""));
    add("b.yaml", zone_text("192.0.2.0/24", ""));
    add("c.yaml", zone_text("10.0.0.0/8", "records: {10.1.0.1: a.example.net}\n"));
    add("d.yaml", zone_text("10.1.0.0/16", ""));
    EXPECT_EQ(load().diagnostics.error_count(), 2U);
}

TEST_F(LoaderTest, NetworkInsideABrokenOneIsServed) {
    add("inner.yaml", zone_text("192.0.2.64/26", "records: {192.0.2.65: a.example.net}\n"));
    add("outer.yaml", zone_text("192.0.2.0/24", "bad: 1\n"));
    const Load loaded = load();
    EXPECT_TRUE(zone_for(loaded, "65.64/26.2.0.192.in-addr.arpa")->is_available());
    EXPECT_FALSE(zone_for(loaded, "65.2.0.192.in-addr.arpa")->is_available());
}

TEST_F(LoaderTest, EveryFloorThatDidNotMoveIsAWarning) {
    class Changed final : public SerialSource {
        SerialDecision serial_for(const Name&, const SerialModel&, const Digest&) override {
            return {Serial{8}, true};
        }
    } serials;
    sources_.push_back({"zones/a.yaml", "a.yaml",
                        "network: 192.0.2.0/24\nnameservers: [ns1.example.net]\n"
                        "soa:\n  contact: hostmaster.example.net\n  serial: 7\n"});
    const Load loaded = load_zones({sources_, std::nullopt}, {}, copies_, serials);
    EXPECT_THAT(loaded.diagnostics.entries(),
                ElementsAre(finding(Severity::warning, {5, 3}, "`serial` is still 7: serving 8")));
}

constexpr const char* inventory_text =
    "products: {mini: \"{server}.mini.example\"}\n"
    "servers:\n"
    "  one: {product: mini, addresses: [192.0.2.20, 198.51.100.1]}\n";

class InventoryLoaderTest : public LoaderTest {
protected:
    /// Loads the network 192.0.2.0/24 with `text` as inventory.
    Load load_with(std::optional<std::string> text, const std::string& rest = "") {
        sources_.clear();
        add("a.yaml", zone_text("192.0.2.0/24", rest));
        FirstSerials serials;
        return load_zones({sources_, SourceFile{"inventory.yaml", "key of the inventory", text}},
                          {}, copies_, serials);
    }

    static bool has_default(const Load& load) { return has_name(load, "20.2.0.192.in-addr.arpa"); }
};

TEST_F(InventoryLoaderTest, WithoutOneThereIsNoStanding) {
    EXPECT_EQ(load().inventory, std::nullopt);
}

TEST_F(InventoryLoaderTest, GoodOneNamesPrimaryAddresses) {
    const Load loaded = load_with(inventory_text);
    ASSERT_TRUE(loaded.inventory);
    EXPECT_EQ(loaded.inventory->standing, Standing::current);
    EXPECT_EQ(loaded.inventory->model->servers.size(), 1U);
    EXPECT_TRUE(has_default(loaded));
}

TEST_F(InventoryLoaderTest, WarningsOfTheCurrentOneAreReportedOnce) {
    const Load loaded = load_with(inventory_text);
    EXPECT_THAT(loaded.diagnostics.entries(),
                ElementsAre(AllOf(Field(&Diagnostic::file, "inventory.yaml"),
                                  finding(Severity::warning, {3, 48},
                                          "198.51.100.1 of one lies in no network"))));
}

TEST_F(InventoryLoaderTest, WarningsAreReportedOnceHoweverOftenTheRestIsSettled) {
    sources_.clear();
    add("a.yaml", zone_text("192.0.2.0/24", ""));
    add("b.yaml", zone_text("192.0.2.0/24", ""));
    add("c.yaml", zone_text("10.0.0.0/8", "records: {10.1.0.1: a.example.net}\n"));
    add("d.yaml", zone_text("10.1.0.0/16", ""));
    FirstSerials serials;
    const Load loaded = load_zones({sources_, SourceFile{"inventory.yaml", "i", inventory_text}},
                                   {}, copies_, serials);
    EXPECT_EQ(loaded.diagnostics.warning_count(), 1U) << loaded.diagnostics.to_text();
    EXPECT_EQ(loaded.diagnostics.error_count(), 2U);
}

TEST_F(InventoryLoaderTest, BrokenOneIsReplacedByItsLastGoodCopy) {
    copies_.texts["key of the inventory"] = inventory_text;
    const Load loaded = load_with("servers: 1\n");
    ASSERT_TRUE(loaded.inventory);
    EXPECT_EQ(loaded.inventory->standing, Standing::last_good);
    EXPECT_TRUE(has_default(loaded));
    EXPECT_GE(loaded.diagnostics.error_count(), 1U);
}

// Its places are those of another text.
TEST_F(InventoryLoaderTest, WarningsOfACopyAreNotReported) {
    copies_.texts["key of the inventory"] = inventory_text;
    EXPECT_EQ(load_with("servers: 1\n").diagnostics.warning_count(), 0U);
}

TEST_F(InventoryLoaderTest, UnreadableOneIsReplacedByItsLastGoodCopy) {
    copies_.texts["key of the inventory"] = inventory_text;
    const Load loaded = load_with(std::nullopt);
    ASSERT_TRUE(loaded.inventory);
    EXPECT_EQ(loaded.inventory->standing, Standing::last_good);
    EXPECT_TRUE(has_default(loaded));
}

TEST_F(InventoryLoaderTest, BrokenOneWithoutAUsableCopyNamesNothing) {
    for (const char* copy : {"", "servers: 2\n"}) {
        if (*copy != '\0') copies_.texts["key of the inventory"] = copy;
        const Load loaded = load_with("servers: 1\n");
        ASSERT_TRUE(loaded.inventory);
        EXPECT_EQ(loaded.inventory->standing, Standing::unknown);
        EXPECT_EQ(loaded.inventory->model, nullptr);
        EXPECT_FALSE(has_default(loaded));
        EXPECT_THAT(loaded.networks, ElementsAre(standing_is(Standing::current)));
    }
}

TEST_F(InventoryLoaderTest, BrokenOneIsNoErrorOfTheNetworks) {
    const Load loaded = load_with("servers: 1\n", "records: {192.0.2.1: a.example.net}\n");
    EXPECT_TRUE(has_name(loaded, "1.2.0.192.in-addr.arpa"));
}

/// The TXT owners in `load`, of those in `names`.
std::vector<std::string> texts_among(const Load& load, std::vector<std::string> names) {
    std::erase_if(names, [&](const std::string& name) {
        NameBuffer buffer;
        buffer.assign(*Name::from_text(name));
        const Zone* const zone = load.snapshot->find_zone(buffer, RrType::txt);
        if (zone == nullptr || !zone->is_available()) return true;
        const auto found = zone->find_name(buffer, buffer.label_count(), zone->read_path(buffer));
        return !found || !found->node.find(RrType::txt);
    });
    return names;
}

constexpr const char* txt_a = "extra: |\n  a TXT x\n";

TEST_F(LoaderTest, ExtraOfANetworkInsideAClasslessOneIsBelowItsOwnApex) {
    add("inner.yaml", zone_text("192.0.2.64/26", txt_a));
    add("outer.yaml", zone_text("192.0.2.0/25", ""));
    const Load loaded = load();
    EXPECT_TRUE(loaded.diagnostics.is_empty()) << loaded.diagnostics.to_text();
    EXPECT_THAT(texts_among(loaded, {"a.64/26.0/25.2.0.192.in-addr.arpa.",
                                     "a.64/26.2.0.192.in-addr.arpa."}),
                ElementsAre("a.64/26.0/25.2.0.192.in-addr.arpa."));
}

TEST_F(LoaderTest, ExtraOfANetworkInsideANamedOneIsBelowItsOwnApex) {
    add("inner.yaml", zone_text("192.0.2.64/26", txt_a));
    add("outer.yaml", zone_text("192.0.2.0/24", "zone: rev.example.net\n"));
    const Load loaded = load();
    EXPECT_TRUE(loaded.diagnostics.is_empty()) << loaded.diagnostics.to_text();
    EXPECT_THAT(texts_among(loaded, {"a.64/26.rev.example.net.", "a.64/26.2.0.192.in-addr.arpa."}),
                ElementsAre("a.64/26.rev.example.net."));
}

// The outer network is nowhere, so the inner one is named as if it were alone.
TEST_F(LoaderTest, ExtraFollowsTheApexWhenTheOuterNetworkDropsOut) {
    add("a-inner.yaml", zone_text("192.0.2.64/26", txt_a));
    add("b-first.yaml", zone_text("10.0.0.0/24", "zone: rev.example.net\n"));
    add("c-outer.yaml", zone_text("192.0.2.0/24", "zone: rev.example.net\n"));
    const Load loaded = load();
    EXPECT_THAT(loaded.networks,
                ElementsAre(standing_is(Standing::current), standing_is(Standing::current),
                            standing_is(Standing::unknown)));
    EXPECT_THAT(texts_among(loaded, {"a.64/26.rev.example.net.", "a.64/26.2.0.192.in-addr.arpa."}),
                ElementsAre("a.64/26.2.0.192.in-addr.arpa."));
}

TEST_F(LoaderTest, ExtraThatOnlyFitsAloneIsAnErrorInItsPlace) {
    const std::string label(60, 'x');
    const std::string owner = label + "." + label + "." + label + "." + std::string(30, 'y');
    add("inner.yaml", zone_text("192.0.2.64/26", "extra: |\n  " + owner + " TXT x\n"));
    EXPECT_TRUE(load().diagnostics.is_empty());
    add("outer.yaml",
        zone_text("192.0.2.0/24", "zone: a-long-name-of-a-zone.with-labels.example.net\n"));
    const Load loaded = load();
    EXPECT_THAT(loaded.diagnostics.entries(), ElementsAre(finding(Severity::error, {5, 3}, "")));
    EXPECT_THAT(loaded.networks,
                ElementsAre(standing_is(Standing::broken), standing_is(Standing::current)));
}

TEST_F(LoaderTest, WarningsOfALastGoodCopyAreNotReported) {
    const std::string with_warning = "extra: |\n  c NS ns.example.\n  x.c TXT \"below a cut\"\n";
    copies_.texts["a.yaml"] = zone_text("192.0.2.0/24", with_warning);
    add("a.yaml", zone_text("192.0.2.0/24", "bad: 1\n"));
    const Load broken = load();
    EXPECT_THAT(broken.networks, ElementsAre(standing_is(Standing::last_good)));
    EXPECT_EQ(broken.diagnostics.warning_count(), 0U);
    sources_.clear();
    add("a.yaml", zone_text("192.0.2.0/24", with_warning));
    EXPECT_EQ(load().diagnostics.warning_count(), 1U);
}

TEST_F(LoaderTest, ErrorInExtraFallsBackToTheCopy) {
    copies_.texts["a.yaml"] = zone_text("192.0.2.0/24", txt_a);
    add("a.yaml", zone_text("192.0.2.0/24", "extra: |\n  a CNAME b.\n  a TXT x\n"));
    const Load loaded = load();
    EXPECT_THAT(loaded.networks, ElementsAre(standing_is(Standing::last_good)));
    EXPECT_THAT(texts_among(loaded, {"a.2.0.192.in-addr.arpa."}),
                ElementsAre("a.2.0.192.in-addr.arpa."));
    EXPECT_THAT(loaded.diagnostics.entries(),
                ElementsAre(finding(Severity::error, {6, 3}, "has a CNAME and other records")));
}

/// A file large enough to be read on a thread of its own, with a warning, an error if `is_bad`, and
/// services, which ldns looks up.
std::string large_file(unsigned number, bool is_bad) {
    std::string text = zone_text("10." + std::to_string(number) + ".0.0/16",
                                 "extra: |\n  1.1 WKS 192.0.2.1 tcp smtp\nrecords:\n");
    for (unsigned record = 0; record < 4000; ++record) {
        text += "  10." + std::to_string(number) + "." + std::to_string(record / 250) + "." +
                std::to_string(record % 250) + ": host-" + std::to_string(record) +
                ".customers.example.net # some more octets, so that the file is large enough\n";
    }
    text += "  10." + std::to_string(number) + ".255.1: with_underscore.example.net\n";
    if (is_bad) text += "  10.255.0.1: elsewhere.example.net\n";
    return text;
}

// They are, on several threads.
TEST(Settlement, ReadsLargeFilesAsIfOneAfterTheOther) {
    Sources sources;
    for (const unsigned number : {7U, 3U, 5U, 1U, 9U, 2U, 8U, 4U}) {
        const std::string key = std::to_string(number) + ".yaml";
        sources.zones.push_back({key, key, large_file(number, number % 3 == 0)});
    }
    sources.zones.push_back({"unreadable.yaml", "unreadable.yaml", std::nullopt});
    NoCopies copies;
    Diagnostics diagnostics;
    const ZoneDefaults defaults;
    const Settlement settlement(sources.zones, nullptr, defaults, copies, diagnostics);
    std::vector<std::string> findings;
    for (const Diagnostic& entry : diagnostics.entries())
        findings.push_back(entry.file +
                           (entry.severity == Severity::error ? " error" : " warning"));
    EXPECT_THAT(findings,
                ElementsAre("7.yaml warning", "3.yaml warning", "3.yaml error", "5.yaml warning",
                            "1.yaml warning", "9.yaml warning", "9.yaml error", "2.yaml warning",
                            "8.yaml warning", "4.yaml warning"));
    const auto networks = settlement.networks();
    ASSERT_EQ(networks.size(), 9U);
    EXPECT_EQ(networks[0].name, "10.7.0.0/16");
    EXPECT_EQ(networks[0].records, 4001U);
    EXPECT_EQ(networks[1].standing, Standing::broken);
    EXPECT_EQ(networks[8].standing, Standing::unknown);
    EXPECT_EQ(networks[8].name, "unreadable.yaml");
}

}  // namespace
}  // namespace arpad
