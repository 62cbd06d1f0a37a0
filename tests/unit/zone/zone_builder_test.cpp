#include "zone/zone_builder.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::address;
using test::name;
using test::prefix;
using test::targets_at;
using test::ttl_at;

using Texts = std::vector<std::string>;
using Wire = std::vector<std::uint8_t>;

/// Entries of `records`, kept for the builders under test, which borrow them.
RecordsView keep(const std::vector<RecordModel>& records) {
    static std::deque<RecordModels> kept;
    RecordModels& models = kept.emplace_back();
    for (const RecordModel& record : records) models.add(record);
    models.sort();
    return models.view();
}

/// Records of one name at `addresses`.
RecordsView records_at(const std::vector<std::string_view>& addresses) {
    std::vector<RecordModel> records;
    for (const std::string_view each : addresses) {
        records.push_back({address(each), {name("a.example.")}, std::nullopt, false, {}});
    }
    return keep(records);
}

/// What a zone under test is made of; one field at a time is changed.
struct Recipe {
    Name apex = name("2.0.192.in-addr.arpa.");
    std::optional<Prefix> base = prefix("192.0.2.0/24");
    SoaModel soa;
    Ttl soa_ttl{3600};
    Ttl ptr_ttl{300};
    Address first_address = address("192.0.2.1");
    std::vector<Name> first{name("a.example.")};
    std::vector<Name> second{name("b.example."), name("c.example.")};
    Name owner = name("www.2.0.192.in-addr.arpa.");
    Rrset text{RrType::txt, {60}, {{1, 'x'}, {1, 'y'}}};
    Rrset other{RrType::a, {60}, {{192, 0, 2, 1}}};
    bool reversed = false;

    Recipe() {
        soa.primary = name("ns1.example.net.");
        soa.contact = name("hostmaster.example.net.");
    }

    [[nodiscard]] ZoneBuilder builder() const {
        ZoneBuilder made(apex, base, soa, soa_ttl);
        const std::vector<std::function<void()>> steps{
            [&] {
                made.add_records(keep({{first_address, first, std::nullopt, false, {}},
                                       {address("192.0.2.5"), second, std::nullopt, false, {}}}),
                                 ptr_ttl);
            },
            [&] { made.add(name("9.2.0.192.in-addr.arpa."), text); },
            [&] { made.add(owner, text); },
            [&] { made.add(owner, other); },
            [&] {
                made.add(apex, {RrType::ns, {60}, {name_rdata(name("ns.example."))}});
            },
            [&] { made.add(apex, text); },
        };
        if (reversed) {
            for (auto step = steps.rbegin(); step != steps.rend(); ++step) (*step)();
        } else {
            for (const auto& step : steps) step();
        }
        return made;
    }

    [[nodiscard]] Digest content() const { return builder().content(); }
};

template <class Change>
bool changes_content(Change change) {
    Recipe changed;
    change(changed);
    return changed.content() != Recipe().content();
}

TEST(Content, IsTheSameForTheSame) {
    EXPECT_EQ(Recipe().content(), Recipe().content());
}

TEST(Content, DoesNotDependOnTheOrderOfAdding) {
    EXPECT_FALSE(changes_content([](Recipe& r) { r.reversed = true; }));
}

TEST(Content, DoesNotDependOnTheOrderWithinAnRrset) {
    EXPECT_FALSE(changes_content([](Recipe& r) { std::swap(r.second[0], r.second[1]); }));
    EXPECT_FALSE(changes_content([](Recipe& r) { std::swap(r.text.rdatas[0], r.text.rdatas[1]); }));
}

TEST(Content, DoesNotDependOnTheSerial) {
    EXPECT_FALSE(changes_content([](Recipe& r) {
        r.soa.serial = {SerialModel::Kind::floor, {77}, {3, 4}};
    }));
}

TEST(Content, DoesNotDependOnTheCaseOfOwners) {
    EXPECT_FALSE(changes_content([](Recipe& r) { r.owner = name("WWW.2.0.192.in-addr.ARPA."); }));
    EXPECT_FALSE(changes_content([](Recipe& r) { r.apex = name("2.0.192.IN-ADDR.ARPA."); }));
}

TEST(Content, MayBeAskedTwice) {
    const Recipe recipe;
    ZoneBuilder builder = recipe.builder();
    const Digest first = builder.content();
    EXPECT_EQ(builder.content(), first);
}

TEST(Content, DependsOnEachFieldOfTheSoa) {
    EXPECT_TRUE(changes_content([](Recipe& r) { r.soa.primary = name("ns2.example.net."); }));
    EXPECT_TRUE(changes_content([](Recipe& r) { r.soa.contact = name("noc.example.net."); }));
    EXPECT_TRUE(changes_content([](Recipe& r) { ++r.soa.refresh; }));
    EXPECT_TRUE(changes_content([](Recipe& r) { ++r.soa.retry; }));
    EXPECT_TRUE(changes_content([](Recipe& r) { ++r.soa.expire; }));
    EXPECT_TRUE(changes_content([](Recipe& r) { ++r.soa.negative_ttl.seconds; }));
    EXPECT_TRUE(changes_content([](Recipe& r) { ++r.soa_ttl.seconds; }));
}

TEST(Content, DependsOnTheAddress) {
    EXPECT_TRUE(changes_content([](Recipe& r) { r.first_address = address("192.0.2.2"); }));
}

TEST(Content, DependsOnTheTtlOfAPtr) {
    EXPECT_TRUE(changes_content([](Recipe& r) { ++r.ptr_ttl.seconds; }));
}

TEST(Content, DependsOnTheTargets) {
    EXPECT_TRUE(changes_content([](Recipe& r) { r.first[0] = name("z.example."); }));
    EXPECT_TRUE(changes_content([](Recipe& r) { r.second.pop_back(); }));
    EXPECT_TRUE(changes_content([](Recipe& r) { r.second.push_back(name("d.example.")); }));
}

TEST(Content, DependsOnTheCaseOfTargets) {
    EXPECT_TRUE(changes_content([](Recipe& r) { r.first[0] = name("A.example."); }));
}

TEST(Content, DependsOnTheOwner) {
    EXPECT_TRUE(changes_content([](Recipe& r) { r.owner = name("ftp.2.0.192.in-addr.arpa."); }));
}

TEST(Content, DependsOnTypeTtlAndRdata) {
    EXPECT_TRUE(changes_content([](Recipe& r) { r.text.type = static_cast<RrType>(65280); }));
    EXPECT_TRUE(changes_content([](Recipe& r) { ++r.text.ttl.seconds; }));
    EXPECT_TRUE(changes_content([](Recipe& r) { r.text.rdatas[0][1] = 'z'; }));
    EXPECT_TRUE(changes_content([](Recipe& r) { r.text.rdatas.pop_back(); }));
}

TEST(Content, DependsOnWhereRdataEnds) {
    EXPECT_TRUE(changes_content([](Recipe& r) { r.text.rdatas = {{1}, {'x', 1, 'y'}}; }));
}

TEST(Content, DependsOnTheApex) {
    const auto content_at = [](std::string_view apex) {
        return ZoneBuilder(name(apex), std::nullopt, Recipe().soa, {60}).content();
    };
    EXPECT_NE(content_at("a.example."), content_at("b.example."));
}

TEST(Content, SurvivesAChangeAndItsReversal) {
    Recipe recipe;
    const Digest before = recipe.content();
    recipe.first[0] = name("z.example.");
    recipe.first[0] = name("a.example.");
    EXPECT_EQ(recipe.content(), before);
}

TEST(BuildZone, HasTheSoaWithTheSerial) {
    const Recipe recipe;
    const auto zone = recipe.builder().build({0x01020304});
    const Rdata expected = [] {
        Rdata octets = name_rdata(name("ns1.example.net."));
        const Rdata contact = name_rdata(name("hostmaster.example.net."));
        octets.insert(octets.end(), contact.begin(), contact.end());
        for (const int octet :
             {1, 2, 3, 4, 0, 0, 0x1c, 0x20, 0, 0, 7, 8, 0, 0x12, 0x75, 0, 0, 0, 3, 0x84})
            octets.push_back(static_cast<std::uint8_t>(octet));
        return octets;
    }();
    const auto soa = *zone->soa().begin();
    EXPECT_EQ(Rdata(soa.begin(), soa.end()), expected);
    EXPECT_EQ(zone->soa().ttl(), Ttl{3600});
    EXPECT_EQ(zone->serial(), Serial{0x01020304});
}

TEST(BuildZone, KeepsTheOrderAndCaseOfTargets) {
    Recipe recipe;
    recipe.second = {name("z.example."), name("A.eXample.")};
    const auto zone = recipe.builder().build({1});
    EXPECT_EQ(targets_at(*zone, "5.2.0.192.in-addr.arpa.", RrType::ptr),
              (Texts{"z.example.", "A.eXample."}));
}

TEST(BuildZone, TakesAddressesInAnyOrder) {
    ZoneBuilder builder(name("2.0.192.in-addr.arpa."), prefix("192.0.2.0/24"), Recipe().soa, {60});
    builder.add_records(records_at({"192.0.2.9", "192.0.2.1", "192.0.2.255", "192.0.2.0"}), {60});
    const auto zone = builder.build({1});
    EXPECT_EQ(zone->addresses().size(), 4U);
    for (const char* owner : {"9", "1", "255", "0"})
        EXPECT_EQ(targets_at(*zone, owner + std::string(".2.0.192.in-addr.arpa."), RrType::ptr),
                  Texts{"a.example."});
}

TEST(BuildZone, ARecordsOwnTtlComesBeforeThatOfAll) {
    ZoneBuilder builder(name("2.0.192.in-addr.arpa."), prefix("192.0.2.0/24"), Recipe().soa, {60});
    builder.add_records(keep({{address("192.0.2.1"), {name("a.example.")}, Ttl{7}, false, {}},
                              {address("192.0.2.2"), {name("b.example.")}, {}, false, {}}}),
                        {300});
    const auto zone = builder.build({1});
    EXPECT_EQ(ttl_at(*zone, "1.2.0.192.in-addr.arpa.", RrType::ptr), Ttl{7});
    EXPECT_EQ(ttl_at(*zone, "2.2.0.192.in-addr.arpa.", RrType::ptr), Ttl{300});
}

TEST(BuildZone, DefaultsStandBeforeBetweenAndBehindRecords) {
    ZoneBuilder builder(name("2.0.192.in-addr.arpa."), prefix("192.0.2.0/24"), Recipe().soa, {60});
    builder.add_records(records_at({"192.0.2.3", "192.0.2.5", "192.0.2.7"}), {60});
    const Name host = name("host.example.");
    for (const char* at : {"192.0.2.9", "192.0.2.4", "192.0.2.5", "192.0.2.1"})
        builder.add_default({address(at), {60}, NamesView(host), {}});
    builder.add(name("4.2.0.192.in-addr.arpa."), Recipe().text);
    const auto zone = builder.build({1});
    EXPECT_EQ(zone->addresses().size(), 6U);
    for (const char* owner : {"1", "4", "9"})
        EXPECT_EQ(targets_at(*zone, owner + std::string(".2.0.192.in-addr.arpa."), RrType::ptr),
                  Texts{"host.example."});
    EXPECT_EQ(ttl_at(*zone, "4.2.0.192.in-addr.arpa.", RrType::txt), Ttl{60});
    for (const char* owner : {"3", "5", "7"})
        EXPECT_EQ(targets_at(*zone, owner + std::string(".2.0.192.in-addr.arpa."), RrType::ptr),
                  Texts{"a.example."});
}

TEST(BuildZone, OtherTypesStandBesideAPtr) {
    ZoneBuilder builder(name("2.0.192.in-addr.arpa."), prefix("192.0.2.0/24"), Recipe().soa, {60});
    builder.add(name("7.2.0.192.in-addr.arpa."), Recipe().text);
    builder.add_records(records_at({"192.0.2.7"}), {300});
    const auto zone = builder.build({1});
    EXPECT_EQ(zone->addresses().size(), 1U);
    EXPECT_EQ(ttl_at(*zone, "7.2.0.192.in-addr.arpa.", RrType::ptr), Ttl{300});
    EXPECT_EQ(ttl_at(*zone, "7.2.0.192.in-addr.arpa.", RrType::txt), Ttl{60});
}

TEST(BuildZone, AddressesWithoutPtrStandBetweenThoseWithOne) {
    ZoneBuilder builder(name("2.0.192.in-addr.arpa."), prefix("192.0.2.0/24"), Recipe().soa, {60});
    for (const char* owner : {"1", "5", "9"})
        builder.add(name(owner + std::string(".2.0.192.in-addr.arpa.")), Recipe().text);
    builder.add_records(records_at({"192.0.2.3", "192.0.2.7"}), {60});
    const auto zone = builder.build({1});
    EXPECT_EQ(zone->addresses().size(), 5U);
    for (const char* owner : {"1", "5", "9"})
        EXPECT_EQ(ttl_at(*zone, owner + std::string(".2.0.192.in-addr.arpa."), RrType::txt),
                  Ttl{60});
}

TEST(BuildZone, ANameBelowTheApexMayBeAnUpperCaseNibble) {
    ZoneBuilder builder(name("2.ip6.arpa."), prefix("2000::/4"), Recipe().soa, {60});
    std::string owner = arpa_name(address("2abc::")).to_text();
    owner.replace(owner.find("c.b.a.2"), 5, "C.B.A");
    builder.add(name(owner), Recipe().text);
    const auto zone = builder.build({1});
    EXPECT_EQ(zone->addresses().size(), 1U);
    EXPECT_EQ(ttl_at(*zone, owner, RrType::txt), Ttl{60});
}

TEST(BuildZone, PtrOfAOneAddressZoneStandsAtTheApex) {
    ZoneBuilder builder(name("7.2.0.192.in-addr.arpa."), prefix("192.0.2.7/32"), Recipe().soa,
                        {60});
    builder.add_records(records_at({"192.0.2.7"}), {300});
    const auto zone = builder.build({1});
    EXPECT_EQ(targets_at(*zone, "7.2.0.192.in-addr.arpa.", RrType::ptr), Texts{"a.example."});
    EXPECT_TRUE(ttl_at(*zone, "7.2.0.192.in-addr.arpa.", RrType::soa));
}

TEST(NameRdata, IsTheNameInFull) {
    EXPECT_EQ(name_rdata(name("A.b.")), (Wire{1, 'A', 1, 'b', 0}));
}

TEST(ZoneBuilderDeathTest, RefusesNamesOutside) {
    ZoneBuilder builder(name("example."), std::nullopt, Recipe().soa, {60});
    EXPECT_DEATH(builder.add(name("a.other."), Recipe().text), "below its apex");
    EXPECT_DEATH(builder.add_records(records_at({"192.0.2.1"}), {60}), "lies in the zone");
}

}  // namespace
}  // namespace arpad
