#include "zone/zone.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/zone_fixtures.hpp"
#include "zone/zone_builder.hpp"

namespace arpad {
namespace {

using test::find_node;
using test::name;
using test::prefix;
using test::targets_at;

using Texts = std::vector<std::string>;

SoaModel soa(Ttl negative_ttl = {900}) {
    SoaModel model;
    model.primary = name("ns1.example.net.");
    model.contact = name("hostmaster.example.net.");
    model.negative_ttl = negative_ttl;
    return model;
}

Rrset ns() {
    return {RrType::ns, {60}, {name_rdata(name("ns.example."))}};
}

Rrset txt() {
    return {RrType::txt, {60}, {{1, 'x'}}};
}

RecordModels record_at(std::string_view address) {
    RecordModels records;
    records.add_plain(test::address(address), {}, name("host.example.").view().wire());
    return records;
}

/// 0.192.in-addr.arpa. with a PTR of 192.0.2.7, and what `fill` adds.
template <class Fill>
std::shared_ptr<const Zone> zone_with(Fill fill) {
    ZoneBuilder builder(name("0.192.in-addr.arpa."), prefix("192.0.0.0/16"), soa(), {3600});
    const RecordModels records = record_at("192.0.2.7");
    builder.add_records(records.view(), {60});
    fill(builder);
    return builder.build({1});
}

std::shared_ptr<const Zone> small_zone() {
    return zone_with([](ZoneBuilder&) {});
}

bool exists(const Zone& zone, std::string_view owner) {
    return find_node(zone, name(owner)).has_value();
}

bool is_empty_non_terminal(const Zone& zone, std::string_view owner) {
    const auto node = find_node(zone, name(owner));
    return node && node->is_empty();
}

TEST(Zone, KnowsItsApexAndSerial) {
    const auto zone = small_zone();
    EXPECT_EQ(zone->apex().to_text(), "0.192.in-addr.arpa.");
    EXPECT_EQ(zone->apex_labels(), 4U);
    EXPECT_EQ(zone->serial(), Serial{1});
    EXPECT_TRUE(zone->is_available());
}

TEST(Zone, ReadsLargeSerials) {
    ZoneBuilder builder(name("example."), std::nullopt, soa(), {3600});
    EXPECT_EQ(builder.build({0xfedc'ba98})->serial(), Serial{0xfedc'ba98});
}

// RFC 2308 5: the smaller of the SOA's own TTL and its MINIMUM.
TEST(Zone, NegativeTtlIsTheSmallerOfTwo) {
    const auto negative_ttl = [](Ttl own, Ttl minimum) {
        ZoneBuilder builder(name("example."), std::nullopt, soa(minimum), own);
        return builder.build({1})->negative_ttl();
    };
    EXPECT_EQ(negative_ttl({3600}, {900}), Ttl{900});
    EXPECT_EQ(negative_ttl({60}, {900}), Ttl{60});
}

TEST(FindNode, FindsTheApex) {
    const auto zone = small_zone();
    ASSERT_TRUE(exists(*zone, "0.192.in-addr.arpa."));
    EXPECT_TRUE(find_node(*zone, zone->apex())->find(RrType::soa));
}

TEST(FindNode, FindsAnAddress) {
    EXPECT_EQ(targets_at(*small_zone(), "7.2.0.192.in-addr.arpa.", RrType::ptr),
              Texts{"host.example."});
}

TEST(FindNode, IgnoresTheCaseOfTheQuestion) {
    EXPECT_TRUE(exists(*small_zone(), "7.2.0.192.IN-ADDR.arpa."));
}

TEST(FindNode, FindsNoOtherAddress) {
    const auto zone = small_zone();
    for (const char* owner : {"8.2.0.192.in-addr.arpa.", "7.3.0.192.in-addr.arpa.",
                              "0.0.0.192.in-addr.arpa.", "255.255.0.192.in-addr.arpa."})
        EXPECT_FALSE(exists(*zone, owner)) << owner;
}

// RFC 8020: a name with anything below it exists.
TEST(FindNode, PrefixOfAnAddressIsAnEmptyNonTerminal) {
    EXPECT_TRUE(is_empty_non_terminal(*small_zone(), "2.0.192.in-addr.arpa."));
}

TEST(FindNode, PrefixWithoutAddressesDoesNotExist) {
    EXPECT_FALSE(exists(*small_zone(), "3.0.192.in-addr.arpa."));
}

TEST(FindNode, NothingIsBelowAnAddress) {
    EXPECT_FALSE(exists(*small_zone(), "1.7.2.0.192.in-addr.arpa."));
    EXPECT_FALSE(exists(*small_zone(), "x.7.2.0.192.in-addr.arpa."));
}

TEST(FindNode, LeadingZeroIsAnotherName) {
    EXPECT_FALSE(exists(*small_zone(), "07.2.0.192.in-addr.arpa."));
    EXPECT_FALSE(exists(*small_zone(), "7.002.0.192.in-addr.arpa."));
}

TEST(FindNode, FindsANameThatIsNoAddress) {
    const auto zone = zone_with(
        [](ZoneBuilder& builder) { builder.add(name("www.0.192.in-addr.arpa."), txt()); });
    EXPECT_TRUE(exists(*zone, "WWW.0.192.in-addr.arpa."));
}

TEST(FindNode, NameBelowAnAddressMakesTheAddressExist) {
    const auto zone = zone_with(
        [](ZoneBuilder& builder) { builder.add(name("x.9.2.0.192.in-addr.arpa."), txt()); });
    EXPECT_TRUE(exists(*zone, "x.9.2.0.192.in-addr.arpa."));
    EXPECT_TRUE(is_empty_non_terminal(*zone, "9.2.0.192.in-addr.arpa."));
}

TEST(FindNode, NameBelowAnAddressLeavesItsPtr) {
    const auto zone = zone_with(
        [](ZoneBuilder& builder) { builder.add(name("x.7.2.0.192.in-addr.arpa."), txt()); });
    EXPECT_EQ(targets_at(*zone, "7.2.0.192.in-addr.arpa.", RrType::ptr), Texts{"host.example."});
}

TEST(FindNode, NameBelowAPrefixMakesThePrefixExist) {
    const auto zone = zone_with(
        [](ZoneBuilder& builder) { builder.add(name("x.5.0.192.in-addr.arpa."), txt()); });
    EXPECT_TRUE(is_empty_non_terminal(*zone, "5.0.192.in-addr.arpa."));
}

TEST(FindNode, DataAtAPrefixStandsBeforeTheEmptyNonTerminal) {
    const auto zone =
        zone_with([](ZoneBuilder& builder) { builder.add(name("2.0.192.in-addr.arpa."), txt()); });
    const auto node = find_node(*zone, name("2.0.192.in-addr.arpa."));
    ASSERT_TRUE(node);
    EXPECT_TRUE(node->find(RrType::txt));
}

TEST(FindNode, LooksAtAsManyLabelsAsItIsTold) {
    const auto zone = small_zone();
    const NameBuffer query = test::buffer(name("9.2.0.192.in-addr.arpa."));
    const LabelPath path = zone->read_path(query);
    EXPECT_FALSE(zone->find_name(query, 6, path));
    EXPECT_TRUE(zone->find_name(query, 5, path)->is_empty());
    EXPECT_TRUE(zone->find_name(query, 4, path)->node.find(RrType::soa));
}

TEST(FindNode, KnowsEveryNibbleAboveAnIpv6Address) {
    ZoneBuilder builder(name("8.b.d.0.1.0.0.2.ip6.arpa."), prefix("2001:db8::/32"), soa(), {3600});
    const RecordModels records = record_at("2001:db8:f000::7");
    builder.add_records(records.view(), {60});
    const auto zone = builder.build({1});
    const NameBuffer query = test::buffer(arpa_name(test::address("2001:db8:f000::7")));
    const LabelPath path = zone->read_path(query);
    for (unsigned labels = 11; labels < 34; ++labels)
        EXPECT_TRUE(zone->find_name(query, labels, path)->is_empty()) << labels;
    EXPECT_TRUE(zone->find_name(query, 34, path)->lone_ptr);
}

TEST(FindNode, IsRightInAZoneWithoutAddresses) {
    ZoneBuilder builder(name("example."), std::nullopt, soa(), {3600});
    builder.add(name("b.a.example."), txt());
    const auto zone = builder.build({1});
    EXPECT_TRUE(exists(*zone, "b.a.example."));
    EXPECT_TRUE(is_empty_non_terminal(*zone, "a.example."));
    EXPECT_FALSE(exists(*zone, "7.example."));
}

TEST(FindNode, IsRightInAZoneOfOneAddress) {
    ZoneBuilder builder(name("7.2.0.192.in-addr.arpa."), prefix("192.0.2.7/32"), soa(), {3600});
    const RecordModels records = record_at("192.0.2.7");
    builder.add_records(records.view(), {60});
    builder.add(name("x.7.2.0.192.in-addr.arpa."), txt());
    const auto zone = builder.build({1});
    EXPECT_TRUE(find_node(*zone, zone->apex())->find(RrType::ptr));
    EXPECT_TRUE(exists(*zone, "x.7.2.0.192.in-addr.arpa."));
    EXPECT_FALSE(exists(*zone, "1.7.2.0.192.in-addr.arpa."));
    EXPECT_EQ(zone->addresses().size(), 0U);
}

TEST(ZoneDiverted, IsWhatItsAddressIndexDoesNotTell) {
    const auto zone = zone_with([](ZoneBuilder& builder) {
        builder.add(name("9.0.192.in-addr.arpa."), ns());
        builder.add(name("x.7.3.0.192.in-addr.arpa."), txt());
        builder.add(name("y.5.0.192.in-addr.arpa."), txt());
        builder.add(name("1.4.0.192.in-addr.arpa."), txt());
        builder.add(name("0/25.6.0.192.in-addr.arpa."), ns());
    });
    for (const char* text : {"192.0.9.0", "192.0.9.255", "192.0.3.7"})
        EXPECT_TRUE(zone->is_diverted(test::address(text))) << text;
    for (const char* text : {"192.0.8.255", "192.0.10.0", "192.0.3.6", "192.0.3.8", "192.0.5.1",
                             "192.0.4.1", "192.0.6.1", "192.0.2.7"})
        EXPECT_FALSE(zone->is_diverted(test::address(text))) << text;
}

TEST(ZoneDiverted, IsTheApexThatIsAnAddress) {
    ZoneBuilder builder(name("7.2.0.192.in-addr.arpa."), prefix("192.0.2.7/32"), soa(), {3600});
    EXPECT_TRUE(builder.build({1})->is_diverted(test::address("192.0.2.7")));
}

TEST(ZoneWithAddresses, HasTheOthersAndTheSerial) {
    const auto zone = zone_with(
        [](ZoneBuilder& builder) { builder.add(name("x.5.0.192.in-addr.arpa."), txt()); });
    const Address added = test::address("192.0.2.200");
    const auto changed = zone->with_addresses(
        zone->addresses().with_ptr(added, {60}, name("new.example.")), Serial{77});
    EXPECT_EQ(changed->serial(), Serial{77});
    EXPECT_EQ(targets_at(*changed, "200.2.0.192.in-addr.arpa.", RrType::ptr),
              Texts{"new.example."});
    EXPECT_TRUE(exists(*changed, "7.2.0.192.in-addr.arpa."));
    EXPECT_TRUE(exists(*changed, "x.5.0.192.in-addr.arpa."));
    EXPECT_FALSE(exists(*zone, "200.2.0.192.in-addr.arpa."));
    EXPECT_EQ(zone->serial(), Serial{1});
    EXPECT_EQ(&zone->parts(), &changed->parts());
}

TEST(ZoneCuts, AreTheDepthsWhereNsStandBelowTheApex) {
    const auto zone = zone_with([](ZoneBuilder& builder) {
        builder.add(name("0.192.in-addr.arpa."), ns());
        builder.add(name("9.2.0.192.in-addr.arpa."), ns());
        builder.add(name("c.b.a.0.192.in-addr.arpa."), ns());
    });
    EXPECT_EQ(zone->cuts().count(), 2U);
    EXPECT_TRUE(zone->cuts().test(2));
    EXPECT_TRUE(zone->cuts().test(3));
}

TEST(UnavailableZone, KnowsItsApexInLowerCase) {
    const auto zone = Zone::make_unavailable(name("2.0.192.IN-ADDR.arpa."));
    EXPECT_FALSE(zone->is_available());
    EXPECT_EQ(zone->apex().to_text(), "2.0.192.in-addr.arpa.");
    EXPECT_EQ(zone->apex_labels(), 5U);
}

}  // namespace
}  // namespace arpad
