#include "zone/assembly.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/built_networks.hpp"
#include "support/zone_fixtures.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

using test::address;
using test::Built;
using test::Inventory;
using test::name;
using test::Network;
using test::prefix;
using test::texts_of;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Every record of `zone` but SOA and NS of the apex, ranges written out: `owner TTL type rdata`,
/// where RDATA is a name or hexadecimal digits.
std::vector<std::string> lines_of(const Zone& zone) {
    std::vector<std::string> lines;
    walk(zone, RangeWalk::expand, [&](NameView owner, RrsetView rrset) {
        const bool is_given = rrset.type() == RrType::soa || rrset.type() == RrType::ns;
        if (owner == zone.apex() && is_given) return;
        for (const auto rdata : rrset) {
            const std::string value = is_one_name(rrset.type())
                                          ? test::name_text(rdata)
                                          : fmt::format("{:02x}", fmt::join(rdata, ""));
            lines.push_back(fmt::format("{} {} {} {}", owner.to_text(), rrset.ttl().seconds,
                                        to_text(rrset.type()), value));
        }
    });
    return lines;
}

/// The same of the zone at `apex` of what `networks` come to; what is found wrong, if anything is
/// an error.
std::vector<std::string> lines_of(std::vector<Network> networks, std::string_view apex,
                                  std::optional<Inventory> inventory = std::nullopt) {
    const Built built(std::move(networks), std::move(inventory));
    if (built.diagnostics().error_count() > 0) return texts_of(built.diagnostics());
    return lines_of(built.zone(apex));
}

std::vector<std::string> findings(std::vector<Network> networks,
                                  std::optional<Inventory> inventory = std::nullopt) {
    return texts_of(Built(std::move(networks), std::move(inventory)).diagnostics());
}

constexpr std::string_view apex_24 = "2.0.192.in-addr.arpa.";

/// 192.0.2.0/24 in z.yaml.
Network net() {
    return Network("192.0.2.0/24").file("z.yaml");
}

TEST(Ranges, NameEachAddress) {
    EXPECT_THAT(
        lines_of({net().range("192.0.2.4-192.0.2.5", "{ip}.dyn.example.", Ttl{60})}, apex_24),
        ElementsAre("4.2.0.192.in-addr.arpa. 60 PTR 192-0-2-4.dyn.example.",
                    "5.2.0.192.in-addr.arpa. 60 PTR 192-0-2-5.dyn.example."));
}

TEST(Ranges, HaveTheTtlOfTheNetworkUnlessTheirOwnIsWritten) {
    EXPECT_THAT(lines_of({net().ttl(77).range("192.0.2.4/32", "a.example.")}, apex_24),
                ElementsAre("4.2.0.192.in-addr.arpa. 77 PTR a.example."));
}

TEST(Ranges, OfANetworkOfSeveralZonesAreInAllOfThem) {
    const Built built(
        {Network("198.18.0.0/15").range("198.18.255.255-198.19.0.0", "{ip}.example.")});
    EXPECT_THAT(lines_of(built.zone("18.198.in-addr.arpa.")),
                ElementsAre("255.255.18.198.in-addr.arpa. 3600 PTR 198-18-255-255.example."));
    EXPECT_THAT(lines_of(built.zone("19.198.in-addr.arpa.")),
                ElementsAre("0.0.19.198.in-addr.arpa. 3600 PTR 198-19-0-0.example."));
}

TEST(Ranges, CountHostsFromTheirOwnFirstAddressInEveryZone) {
    const Built built(
        {Network("198.18.0.0/15").range("198.18.255.254-198.19.0.1", "h{host}.example.")});
    EXPECT_THAT(lines_of(built.zone("19.198.in-addr.arpa.")),
                ElementsAre("0.0.19.198.in-addr.arpa. 3600 PTR h2.example.",
                            "1.0.19.198.in-addr.arpa. 3600 PTR h3.example."));
}

TEST(Ranges, StandBelowTheNamesOfAClasslessZone) {
    EXPECT_THAT(lines_of({Network("192.0.2.64/30")
                              .range("192.0.2.64/30", "{ip}.example.")
                              .hole("192.0.2.65-192.0.2.67")},
                         "64/30.2.0.192.in-addr.arpa."),
                ElementsAre("64.64/30.2.0.192.in-addr.arpa. 3600 PTR 192-0-2-64.example."));
}

TEST(Layers, RecordIsHeardBeforeEverythingElse) {
    EXPECT_THAT(
        lines_of(
            {net().ptr("192.0.2.4", {"record.example."}).range("192.0.2.4/32", "range.example.")},
            apex_24, Inventory().server("default.example.", {"192.0.2.4"})),
        ElementsAre("4.2.0.192.in-addr.arpa. 3600 PTR record.example."));
}

TEST(Layers, PtrOfExtraIsHeardBeforeDefaultAndRange) {
    EXPECT_THAT(lines_of({net()
                              .extra("4.2.0.192.in-addr.arpa. 5 PTR extra.example.")
                              .range("192.0.2.4/32", "range.example.")},
                         apex_24, Inventory().server("default.example.", {"192.0.2.4"})),
                ElementsAre("4.2.0.192.in-addr.arpa. 5 PTR extra.example."));
}

TEST(Layers, DefaultIsHeardBeforeTheRange) {
    EXPECT_THAT(lines_of({net().range("192.0.2.4/31", "{ip}.example.")}, apex_24,
                         Inventory().server("default.example.", {"192.0.2.4"})),
                ElementsAre("4.2.0.192.in-addr.arpa. 3600 PTR default.example.",
                            "5.2.0.192.in-addr.arpa. 3600 PTR 192-0-2-5.example."));
}

TEST(Layers, SmallestRangeIsHeard) {
    EXPECT_THAT(lines_of({net()
                              .range("192.0.2.4/30", "outer-{ip}.example.")
                              .range("192.0.2.5-192.0.2.6", "inner-{ip}.example.")},
                         apex_24),
                ElementsAre("4.2.0.192.in-addr.arpa. 3600 PTR outer-192-0-2-4.example.",
                            "5.2.0.192.in-addr.arpa. 3600 PTR inner-192-0-2-5.example.",
                            "6.2.0.192.in-addr.arpa. 3600 PTR inner-192-0-2-6.example.",
                            "7.2.0.192.in-addr.arpa. 3600 PTR outer-192-0-2-7.example."));
}

TEST(Layers, RecordWithoutNamesSilencesDefaultAndRange) {
    EXPECT_THAT(lines_of({net().ptr("192.0.2.4", {}).range("192.0.2.4/32", "range.example.")},
                         apex_24, Inventory().server("default.example.", {"192.0.2.4"})),
                IsEmpty());
}

TEST(Layers, HoleSilencesDefaultAndRangeAndNoRecord) {
    EXPECT_THAT(lines_of({net()
                              .range("192.0.2.4/31", "range.example.")
                              .hole("192.0.2.4/32")
                              .ptr("192.0.2.5", {"record.example."})},
                         apex_24, Inventory().server("default.example.", {"192.0.2.4"})),
                ElementsAre("5.2.0.192.in-addr.arpa. 3600 PTR record.example."));
    EXPECT_THAT(
        lines_of({net().hole("192.0.2.4/31").ptr("192.0.2.5", {"record.example."})}, apex_24),
        ElementsAre("5.2.0.192.in-addr.arpa. 3600 PTR record.example."));
}

TEST(Layers, RangeInsideAHoleIsHeard) {
    EXPECT_THAT(lines_of({net()
                              .range("192.0.2.0/24", "outer.example.")
                              .hole("192.0.2.0/24")
                              .range("192.0.2.9/32", "inner.example.")},
                         apex_24),
                Not(Contains(HasSubstr("outer"))));
}

TEST(Layers, RangeInsideAHoleLetsTheDefaultThrough) {
    EXPECT_THAT(lines_of({net().hole("192.0.2.0/24").range("192.0.2.9/32", "inner.example.")},
                         apex_24, Inventory().server("default.example.", {"192.0.2.9"})),
                ElementsAre("9.2.0.192.in-addr.arpa. 3600 PTR default.example."));
}

TEST(Layers, OtherTypesStandBesideWhateverNameWins) {
    EXPECT_THAT(lines_of({net()
                              .range("192.0.2.4/31", "{ip}.example.", Ttl{60})
                              .extra("4.2.0.192.in-addr.arpa. TXT x")
                              .extra("5.2.0.192.in-addr.arpa. TXT x")},
                         apex_24, Inventory().server("default.example.", {"192.0.2.4"})),
                ElementsAre("4.2.0.192.in-addr.arpa. 3600 PTR default.example.",
                            "4.2.0.192.in-addr.arpa. 3600 TXT 0178",
                            "5.2.0.192.in-addr.arpa. 60 PTR 192-0-2-5.example.",
                            "5.2.0.192.in-addr.arpa. 3600 TXT 0178"));
}

TEST(Layers, CnameNsOrDnameAtAnAddressShutsOutDefaultAndRange) {
    for (const char* type : {"CNAME", "NS", "DNAME"}) {
        EXPECT_THAT(lines_of({net()
                                  .range("192.0.2.4/31", "{ip}.example.")
                                  .extra(fmt::format("4.2.0.192.in-addr.arpa. {} x.", type))},
                             apex_24, Inventory().server("default.example.", {"192.0.2.4"})),
                    ElementsAre(fmt::format("4.2.0.192.in-addr.arpa. 3600 {} x.", type),
                                "5.2.0.192.in-addr.arpa. 3600 PTR 192-0-2-5.example."))
            << type;
    }
}

TEST(Layers, CnameNsOrDnameAboveAnAddressShutsOutDefaultAndRange) {
    for (const char* type : {"CNAME", "NS", "DNAME"}) {
        EXPECT_THAT(
            lines_of({Network("192.0.0.0/16")
                          .range("192.0.1.255-192.0.2.1", "{ip}.example.")
                          .extra(fmt::format("2.0.192.in-addr.arpa. {} x.", type))},
                     "0.192.in-addr.arpa.", Inventory().server("default.example.", {"192.0.2.4"})),
            ElementsAre("255.1.0.192.in-addr.arpa. 3600 PTR 192-0-1-255.example.",
                        fmt::format("2.0.192.in-addr.arpa. 3600 {} x.", type)))
            << type;
    }
}

TEST(Layers, DnameAtTheApexShutsOutDefaultAndRange) {
    EXPECT_THAT(
        lines_of(
            {net().range("192.0.2.0/24", "{ip}.example.").extra("2.0.192.in-addr.arpa. DNAME x.")},
            apex_24, Inventory().server("default.example.", {"192.0.2.4"})),
        ElementsAre("2.0.192.in-addr.arpa. 3600 DNAME x."));
}

TEST(Layers, NsOfTheApexShutsOutNothing) {
    EXPECT_THAT(lines_of({Network("192.0.2.7/32").range("192.0.2.7/32", "{ip}.example.")},
                         "7.2.0.192.in-addr.arpa."),
                ElementsAre("7.2.0.192.in-addr.arpa. 3600 PTR 192-0-2-7.example."));
}

TEST(Layers, OfAOneAddressZoneAreHeardInTheSameOrder) {
    const auto lines = [](Network network, std::optional<Inventory> inventory) {
        return lines_of({std::move(network)}, "7.2.0.192.in-addr.arpa.", std::move(inventory));
    };
    const auto one = [] { return Network("192.0.2.7/32").range("192.0.2.7/32", "range.example."); };
    const auto inventory = Inventory().server("default.example.", {"192.0.2.7"});
    EXPECT_THAT(lines(one(), inventory), ElementsAre(HasSubstr("PTR default.example.")));
    EXPECT_THAT(lines(one().ptr("192.0.2.7", {"record.example."}), inventory),
                ElementsAre(HasSubstr("PTR record.example.")));
    EXPECT_THAT(lines(one().extra("7.2.0.192.in-addr.arpa. PTR extra.example."), inventory),
                ElementsAre(HasSubstr("PTR extra.example.")));
    EXPECT_THAT(lines(one().ptr("192.0.2.7", {}), inventory), IsEmpty());
    EXPECT_THAT(lines(Network("192.0.2.7/32").hole("192.0.2.7/32"), inventory), IsEmpty());
    EXPECT_THAT(lines(one().extra("7.2.0.192.in-addr.arpa. DNAME x."), inventory),
                ElementsAre(HasSubstr("DNAME x.")));
}

TEST(Nested, RangeOfTheOuterNetworkHasAHoleAtTheInner) {
    EXPECT_THAT(lines_of({Network("192.0.0.0/16").range("192.0.1.255-192.0.3.0", "{ip}.example."),
                          Network("192.0.2.0/24")},
                         "0.192.in-addr.arpa."),
                ElementsAre("255.1.0.192.in-addr.arpa. 3600 PTR 192-0-1-255.example.",
                            "2.0.192.in-addr.arpa. 3600 NS ns1.example.net.",
                            "2.0.192.in-addr.arpa. 3600 NS ns2.example.net.",
                            "0.3.0.192.in-addr.arpa. 3600 PTR 192-0-3-0.example."));
}

TEST(Nested, RangeOfTheOuterNetworkNamesNothingInTheInner) {
    EXPECT_THAT(lines_of({Network("192.0.0.0/16").range("192.0.0.0/16", "{ip}.example."),
                          Network("192.0.2.0/24")},
                         apex_24),
                IsEmpty());
}

TEST(Nested, RangeOfTheOuterNetworkHasAHoleAtABrokenInner) {
    EXPECT_THAT(lines_of({Network("192.0.2.0/24").range("192.0.2.6-192.0.2.8", "{ip}.example."),
                          Network("192.0.2.7/32").broken()},
                         apex_24),
                Not(Contains(HasSubstr("192-0-2-7"))));
}

TEST(Nested, RangeHasAHoleAtEachOfTwoNetworksInIt) {
    const Built built({Network("192.0.2.0/24").range("192.0.2.0/24", "a-{ip}.example."),
                       Network("192.0.2.64/26").range("192.0.2.64/26", "b-{ip}.example."),
                       Network("192.0.2.72/30").range("192.0.2.72/30", "c-{ip}.example.")});
    for (const auto& [apex, letter] : {std::pair{"2.0.192.in-addr.arpa.", "a"},
                                       {"64/26.2.0.192.in-addr.arpa.", "b"},
                                       {"72/30.64/26.2.0.192.in-addr.arpa.", "c"}}) {
        for (const std::string& line : lines_of(built.zone(apex))) {
            if (line.find(" PTR ") == std::string::npos) continue;
            EXPECT_THAT(line, HasSubstr(fmt::format("PTR {}-", letter)));
        }
    }
    const auto ptrs = [&](std::string_view apex) {
        return std::ranges::count_if(lines_of(built.zone(apex)), [](const std::string& line) {
            return line.find(" PTR ") != std::string::npos;
        });
    };
    EXPECT_EQ(ptrs("2.0.192.in-addr.arpa."), 192);
    EXPECT_EQ(ptrs("64/26.2.0.192.in-addr.arpa."), 60);
    EXPECT_EQ(ptrs("72/30.64/26.2.0.192.in-addr.arpa."), 4);
}

TEST(Nested, DefaultGoesToTheInnermostNetwork) {
    const std::vector<Network> networks{Network("192.0.2.0/24"), Network("192.0.2.64/26").ttl(66)};
    const auto inventory = Inventory().server("default.example.", {"192.0.2.70"});
    EXPECT_THAT(lines_of(networks, "64/26.2.0.192.in-addr.arpa.", inventory),
                ElementsAre("70.64/26.2.0.192.in-addr.arpa. 66 PTR default.example."));
    EXPECT_THAT(lines_of(networks, apex_24, inventory),
                Not(Contains(HasSubstr("default.example."))));
}

TEST(Nested, DefaultHasTheTtlOfTheInventoryIfWritten) {
    auto inventory = Inventory().server("default.example.", {"192.0.2.4"});
    inventory.model().ttl = Ttl{55};
    EXPECT_THAT(lines_of({net()}, apex_24, inventory),
                ElementsAre("4.2.0.192.in-addr.arpa. 55 PTR default.example."));
}

TEST(Nested, DefaultInABrokenNetworkIsNowhere) {
    EXPECT_THAT(lines_of({Network("192.0.2.0/24"), Network("192.0.2.7/32").broken()}, apex_24,
                         Inventory().server("default.example.", {"192.0.2.7"})),
                Not(Contains(HasSubstr("default"))));
}

// Rule 1.
TEST(Nested, TakenZoneIsTheInnersAlone) {
    const std::vector<Network> networks{
        Network("198.18.0.0/15").range("198.18.255.255-198.19.0.0", "outer-{ip}.example."),
        Network("198.19.0.0/16").range("198.19.0.0/31", "inner-{ip}.example.")};
    EXPECT_THAT(lines_of(networks, "18.198.in-addr.arpa."),
                ElementsAre(HasSubstr("outer-198-18-255-255")));
    EXPECT_THAT(lines_of(networks, "19.198.in-addr.arpa."),
                ElementsAre(HasSubstr("inner-198-19-0-0"), HasSubstr("inner-198-19-0-1")));
}

// Rule 2 gives way to what the operator wrote.
TEST(Nested, DelegationOfTheOperatorReplacesTheNsOfTheInner) {
    EXPECT_THAT(lines_of({Network("192.0.0.0/16").delegation("192.0.2.0/24", {"mine.example."}),
                          Network("192.0.2.0/24")},
                         "0.192.in-addr.arpa."),
                ElementsAre("2.0.192.in-addr.arpa. 3600 NS mine.example."));
}

TEST(Nested, NsInExtraReplacesTheNsOfTheInner) {
    EXPECT_THAT(lines_of({Network("192.0.0.0/16").extra("2.0.192.in-addr.arpa. NS mine.example."),
                          Network("192.0.2.0/24")},
                         "0.192.in-addr.arpa."),
                ElementsAre("2.0.192.in-addr.arpa. 3600 NS mine.example."));
}

TEST(Nested, NsAboveTheInnerReplacesItsNs) {
    EXPECT_THAT(lines_of({Network("10.0.0.0/8").extra("1.10.in-addr.arpa. NS mine.example."),
                          Network("10.1.2.0/24")},
                         "10.in-addr.arpa."),
                ElementsAre("1.10.in-addr.arpa. 3600 NS mine.example."));
}

TEST(Nested, ClasslessDelegationOfTheOperatorReplacesCnamesToo) {
    const auto lines = lines_of(
        {net().delegation("192.0.2.64/31", {"mine.example."},
                          [](DelegationModel& entry) { entry.style = ClasslessStyle::dash; }),
         Network("192.0.2.64/31").style(ClasslessStyle::dash)},
        apex_24);
    EXPECT_THAT(lines, ElementsAre("64.2.0.192.in-addr.arpa. 3600 CNAME "
                                   "64.64-31.2.0.192.in-addr.arpa.",
                                   "64-31.2.0.192.in-addr.arpa. 3600 NS mine.example.",
                                   "65.2.0.192.in-addr.arpa. 3600 CNAME "
                                   "65.64-31.2.0.192.in-addr.arpa."));
}

TEST(Nested, CnameInExtraReplacesTheOneThatWouldFollow) {
    EXPECT_THAT(lines_of({net().extra("64.2.0.192.in-addr.arpa. 7 CNAME elsewhere.example."),
                          Network("192.0.2.64/31")},
                         apex_24),
                Contains("64.2.0.192.in-addr.arpa. 7 CNAME elsewhere.example."));
}

TEST(Nested, CnameInExtraWhereTheInnerZoneBeginsIsAnError) {
    EXPECT_THAT(findings({Network("192.0.0.0/16")
                              .file("o.yaml")
                              .extra("2.0.192.in-addr.arpa. CNAME elsewhere.example."),
                          Network("192.0.2.0/24")}),
                Contains(StartsWith("o.yaml:70:3: error: 2.0.192.in-addr.arpa. has a CNAME and "
                                    "other records: CNAME, and NS made by the server")));
}

TEST(Nested, PtrInExtraWhereTheInnerNetworkHasACnameIsAnError) {
    EXPECT_THAT(findings({net().extra("65.2.0.192.in-addr.arpa. PTR x.example."),
                          Network("192.0.2.64/26")}),
                ElementsAre(StartsWith("z.yaml:70:3: error: 65.2.0.192.in-addr.arpa. has a CNAME "
                                       "and other records: PTR, and CNAME made by the server")));
}

Network with_own_nameserver(std::string_view network, std::string_view server) {
    Network made(network);
    made.model().nameservers = {{name(server), {}}};
    return made;
}

TEST(Nested, GlueOfTheInnerApexIsCopied) {
    EXPECT_THAT(lines_of({Network("192.0.0.0/16"),
                          with_own_nameserver("192.0.2.0/24", "ns.2.0.192.in-addr.arpa.")
                              .extra("ns.2.0.192.in-addr.arpa. 5 A 192.0.2.1")
                              .extra("ns.2.0.192.in-addr.arpa. 6 AAAA ::1")
                              .extra("ns.2.0.192.in-addr.arpa. TXT x")},
                         "0.192.in-addr.arpa."),
                ElementsAre("2.0.192.in-addr.arpa. 3600 NS ns.2.0.192.in-addr.arpa.",
                            "ns.2.0.192.in-addr.arpa. 5 A c0000201",
                            "ns.2.0.192.in-addr.arpa. 6 AAAA 00000000000000000000000000000001"));
}

TEST(Nested, GlueThatTheOuterHasIsKept) {
    EXPECT_THAT(lines_of({Network("192.0.0.0/16").extra("ns.2.0.192.in-addr.arpa. 7 A 192.0.2.9"),
                          with_own_nameserver("192.0.2.0/24", "ns.2.0.192.in-addr.arpa.")
                              .extra("ns.2.0.192.in-addr.arpa. 5 A 192.0.2.1")},
                         "0.192.in-addr.arpa."),
                Contains("ns.2.0.192.in-addr.arpa. 7 A c0000209"));
}

TEST(Nested, NoGlueIsCopiedWhereTheOperatorWroteTheNs) {
    EXPECT_THAT(lines_of({Network("192.0.0.0/16").delegation("192.0.2.0/24", {"mine.example."}),
                          with_own_nameserver("192.0.2.0/24", "ns.2.0.192.in-addr.arpa.")
                              .extra("ns.2.0.192.in-addr.arpa. 5 A 192.0.2.1")},
                         "0.192.in-addr.arpa."),
                ElementsAre(HasSubstr("NS mine.example.")));
}

TEST(Delegations, AlignedPrefixIsCutAtItsName) {
    EXPECT_THAT(lines_of({Network("192.0.0.0/16")
                              .delegation("192.0.2.0/24", {"a.example.", "b.example."},
                                          [](DelegationModel& entry) { entry.ttl = Ttl{60}; })},
                         "0.192.in-addr.arpa."),
                ElementsAre("2.0.192.in-addr.arpa. 60 NS a.example.",
                            "2.0.192.in-addr.arpa. 60 NS b.example."));
}

TEST(Delegations, PrefixOffTheBoundaryIsCutAtEachNameBelow) {
    EXPECT_THAT(lines_of({Network("192.0.0.0/16").delegation("192.0.2.0/23", {"a.example."})},
                         "0.192.in-addr.arpa."),
                ElementsAre("2.0.192.in-addr.arpa. 3600 NS a.example.",
                            "3.0.192.in-addr.arpa. 3600 NS a.example."));
}

TEST(Delegations, ThatSpanZonesAreCutInEach) {
    const Built built({Network("198.16.0.0/14").delegation("198.17.255.0/24", {"a.example."})});
    EXPECT_THAT(lines_of(built.zone("17.198.in-addr.arpa.")),
                ElementsAre("255.17.198.in-addr.arpa. 3600 NS a.example."));
    EXPECT_THAT(lines_of(built.zone("18.198.in-addr.arpa.")), IsEmpty());
}

TEST(Delegations, Ipv6PrefixOffTheBoundaryIsCutAtEachNibble) {
    EXPECT_THAT(lines_of({Network("2001:db8::/32").delegation("2001:db8:4000::/35", {"a."})},
                         "8.b.d.0.1.0.0.2.ip6.arpa."),
                ElementsAre("4.8.b.d.0.1.0.0.2.ip6.arpa. 3600 NS a.",
                            "5.8.b.d.0.1.0.0.2.ip6.arpa. 3600 NS a."));
}

TEST(Delegations, LongIpv4PrefixIsAChildZoneWithCnames) {
    EXPECT_THAT(lines_of({net().delegation("192.0.2.64/31", {"a.example."})}, apex_24),
                ElementsAre("64.2.0.192.in-addr.arpa. 3600 CNAME 64.64/31.2.0.192.in-addr.arpa.",
                            "64/31.2.0.192.in-addr.arpa. 3600 NS a.example.",
                            "65.2.0.192.in-addr.arpa. 3600 CNAME 65.64/31.2.0.192.in-addr.arpa."));
}

TEST(Delegations, OfAClasslessNetworkAreChildrenBelowItsApex) {
    EXPECT_THAT(
        lines_of({Network("192.0.2.0/25").delegation("192.0.2.64/31", {"a.example."})},
                 "0/25.2.0.192.in-addr.arpa."),
        ElementsAre(
            "64.0/25.2.0.192.in-addr.arpa. 3600 CNAME 64.64/31.0/25.2.0.192.in-addr.arpa.",
            "64/31.0/25.2.0.192.in-addr.arpa. 3600 NS a.example.",
            "65.0/25.2.0.192.in-addr.arpa. 3600 CNAME 65.64/31.0/25.2.0.192.in-addr.arpa."));
}

TEST(Delegations, OneAddressIsCutAtItsNameWithoutCname) {
    EXPECT_THAT(lines_of({net().delegation("192.0.2.7/32", {"a.example."})}, apex_24),
                ElementsAre("7.2.0.192.in-addr.arpa. 3600 NS a.example."));
}

TEST(Delegations, OneAddressWithAStyleIsAChildZone) {
    EXPECT_THAT(lines_of({net().delegation(
                             "192.0.2.7/32", {"a.example."},
                             [](DelegationModel& entry) { entry.style = ClasslessStyle::slash; })},
                         apex_24),
                ElementsAre("7.2.0.192.in-addr.arpa. 3600 CNAME 7.7/32.2.0.192.in-addr.arpa.",
                            "7/32.2.0.192.in-addr.arpa. 3600 NS a.example."));
}

TEST(Delegations, CnamesLeadToTheZoneThatIsWritten) {
    EXPECT_THAT(lines_of({net().delegation(
                             "192.0.2.64/31", {},
                             [](DelegationModel& entry) { entry.cname_to = name("c.example."); })},
                         apex_24),
                ElementsAre("64.2.0.192.in-addr.arpa. 3600 CNAME 64.c.example.",
                            "65.2.0.192.in-addr.arpa. 3600 CNAME 65.c.example."));
}

TEST(Delegations, NsOfAChildOutsideTheZoneIsAnError) {
    EXPECT_THAT(findings({net().delegation(
                    "192.0.2.64/31", {"a.example."},
                    [](DelegationModel& entry) { entry.cname_to = name("c.example."); })}),
                ElementsAre("z.yaml:50:3: error: c.example. lies outside 2.0.192.in-addr.arpa., so "
                            "this zone has no NS for it\n  remove `nameservers`: those of the zone "
                            "that `cname_to` lies in lead there"));
}

TEST(Delegations, NamesThatGetTooLongAreAnError) {
    const std::string label(63, 'x');
    const Name target = name(label + "." + label + "." + label + "." + std::string(59, 'y') + ".");
    EXPECT_THAT(
        findings({net().delegation("192.0.2.64/26", {},
                                   [&](DelegationModel& entry) { entry.cname_to = target; })}),
        ElementsAre("z.yaml:50:3: error: the names of 192.0.2.64/26 are longer than 255 "
                    "octets\n  write a shorter `cname_to`"));
}

TEST(Delegations, DsStandsAtTheCutWithItsOwnTtl) {
    EXPECT_THAT(lines_of({net().delegation("192.0.2.7/32", {"a.example."},
                                           [](DelegationModel& entry) {
                                               entry.ds = {{0x30, 0x39, 13, 2, 0xab, 0xcd}};
                                               entry.ttl = Ttl{60};
                                               entry.ds_ttl = Ttl{30};
                                           })},
                         apex_24),
                ElementsAre("7.2.0.192.in-addr.arpa. 60 NS a.example.",
                            "7.2.0.192.in-addr.arpa. 30 DS 30390d02abcd"));
}

TEST(Delegations, RangesAndDefaultsDoNotReachIn) {
    EXPECT_THAT(lines_of({net()
                              .range("192.0.2.62-192.0.2.68", "{ip}.example.")
                              .delegation("192.0.2.64/30", {"a.example."})},
                         apex_24, Inventory().server("default.example.", {"192.0.2.65"})),
                AllOf(Not(Contains(HasSubstr("192-0-2-65"))), Not(Contains(HasSubstr("default"))),
                      Contains(HasSubstr("PTR 192-0-2-63")), Contains(HasSubstr("192-0-2-68"))));
}

TEST(Delegations, GlueStandsAtTheNameOfTheServer) {
    const auto with_glue = [](DelegationModel& entry) {
        entry.ttl = Ttl{60};
        entry.nameservers[0].addresses = {address("192.0.2.8"), address("2001:db8::8")};
    };
    EXPECT_THAT(
        lines_of({net().delegation("192.0.2.7/32", {"ns.7.2.0.192.in-addr.arpa."}, with_glue)},
                 apex_24),
        ElementsAre("7.2.0.192.in-addr.arpa. 60 NS ns.7.2.0.192.in-addr.arpa.",
                    "ns.7.2.0.192.in-addr.arpa. 60 A c0000208",
                    "ns.7.2.0.192.in-addr.arpa. 60 AAAA 20010db8000000000000000000000008"));
}

TEST(Delegations, GlueOfOneServerInTwoOfThemIsOneRrset) {
    const auto with_glue = [](DelegationModel& entry) {
        entry.nameservers[0].addresses = {address("192.0.2.8")};
    };
    EXPECT_THAT(lines_of({net()
                              .delegation("192.0.2.6/32", {"ns.2.0.192.in-addr.arpa."}, with_glue)
                              .delegation("192.0.2.7/32", {"ns.2.0.192.in-addr.arpa."}, with_glue)},
                         apex_24),
                Contains("ns.2.0.192.in-addr.arpa. 3600 A c0000208").Times(1));
}

TEST(Delegations, OtherGlueOfTheSameServerIsAnErrorAtTheServer) {
    EXPECT_THAT(
        findings({net()
                      .delegation("192.0.2.6/32", {"ns.2.0.192.in-addr.arpa."},
                                  [](DelegationModel& entry) {
                                      entry.nameservers[0].addresses = {address("192.0.2.8")};
                                  })
                      .delegation("192.0.2.7/32", {"ns.2.0.192.in-addr.arpa."},
                                  [](DelegationModel& entry) {
                                      entry.nameservers[0].addresses = {address("192.0.2.9")};
                                  })}),
        ElementsAre("z.yaml:51:20: error: ns.2.0.192.in-addr.arpa. has other addresses, or "
                    "another TTL, in line 50\n  write the same in both places"));
}

TEST(Delegations, AddressesOfAServerOutsideAllZonesAreAnError) {
    EXPECT_THAT(
        findings({net().delegation("192.0.2.7/32", {"ns.example."},
                                   [](DelegationModel& entry) {
                                       entry.nameservers[0].addresses = {address("192.0.2.8")};
                                   })}),
        ElementsAre("z.yaml:50:20: error: ns.example. has addresses, but lies in no zone of "
                    "this network\n  remove `addresses`: resolvers find them elsewhere"));
}

TEST(Delegations, GlueInExtraAndInDelegationsIsAnError) {
    EXPECT_THAT(
        findings({net()
                      .delegation("192.0.2.7/32", {"ns.2.0.192.in-addr.arpa."},
                                  [](DelegationModel& entry) {
                                      entry.nameservers[0].addresses = {address("192.0.2.8")};
                                  })
                      .extra("ns.2.0.192.in-addr.arpa. A 192.0.2.8")}),
        ElementsAre(StartsWith("z.yaml:70:3: error: ns.2.0.192.in-addr.arpa. A is also in "
                               "line 50")));
}

TEST(Delegations, AliasesOfThemselvesAreAnError) {
    Network network = net();
    network.delegation("192.0.2.64/26", {});
    network.model().delegations.back().cname_to = name("2.0.192.in-addr.arpa.");
    EXPECT_THAT(findings({network}),
                ElementsAre("z.yaml:50:3: error: the names of 192.0.2.64/26 would be aliases of "
                            "themselves\n"
                            "  write another `cname_to`: the zone that the customer serves"));
}

TEST(Delegations, AllOfAZoneIsAnError) {
    EXPECT_THAT(findings({net().delegation("192.0.2.0/24", {"a.example."})}),
                ElementsAre("z.yaml:50:3: error: 192.0.2.0/24 is a whole zone of 192.0.2.0/24\n"
                            "  delegate parts of a zone, or leave the prefix out of `network`"));
}

TEST(Delegations, AllOfOneOfSeveralZonesIsAnError) {
    EXPECT_THAT(
        findings({Network("198.18.0.0/15").file("z.yaml").delegation("198.19.0.0/16", {"a."})}),
        ElementsAre(StartsWith("z.yaml:50:3: error: 198.19.0.0/16 is a whole zone of")));
}

TEST(Delegations, PrefixAroundSeveralZonesIsAnError) {
    EXPECT_THAT(
        findings({Network("198.16.0.0/14").file("z.yaml").delegation("198.18.0.0/15", {"a."})}),
        ElementsAre(StartsWith("z.yaml:50:3: error: 198.18.0.0/16 is a whole zone of")));
}

TEST(Delegations, InsideANestedNetworkAreAnError) {
    EXPECT_THAT(findings({net().delegation("192.0.2.72/30", {"a."}),
                          Network("192.0.2.64/26").file("i.yaml")}),
                ElementsAre("z.yaml:50:3: error: 192.0.2.72/30 belongs to the nested network "
                            "192.0.2.64/26\n  move it to i.yaml"));
}

TEST(Extra, RecordOutsideTheZonesIsAnError) {
    EXPECT_THAT(findings({net().extra("a.3.0.192.in-addr.arpa. TXT x")}),
                ElementsAre("z.yaml:70:3: error: a.3.0.192.in-addr.arpa. lies in no zone of this "
                            "network\n  correct the name, or move the record to the file of its "
                            "zone"));
}

TEST(Extra, GoesToTheZoneThatItsNameLiesIn) {
    const Built built({Network("198.18.0.0/15")
                           .extra("a.18.198.in-addr.arpa. TXT x")
                           .extra("b.19.198.in-addr.arpa. TXT y")});
    EXPECT_THAT(lines_of(built.zone("18.198.in-addr.arpa.")),
                ElementsAre("a.18.198.in-addr.arpa. 3600 TXT 0178"));
    EXPECT_THAT(lines_of(built.zone("19.198.in-addr.arpa.")),
                ElementsAre("b.19.198.in-addr.arpa. 3600 TXT 0179"));
}

TEST(Extra, SoaIsAnError) {
    EXPECT_THAT(findings({net().extra("2.0.192.in-addr.arpa. SOA a. b. 1 2 3 4 5")}),
                ElementsAre("z.yaml:70:3: error: a SOA in `extra`\n  write `soa` instead: the "
                            "server makes the record"));
}

TEST(Extra, NsOfTheApexIsAnError) {
    EXPECT_THAT(findings({net().extra("2.0.192.IN-ADDR.arpa. NS a.")}),
                ElementsAre("z.yaml:70:3: error: an NS of the zone itself in `extra`\n"
                            "  write it in `nameservers`"));
}

TEST(Extra, SameRecordTwiceIsAnErrorAtTheSecond) {
    EXPECT_THAT(
        findings(
            {net().extra("a.2.0.192.in-addr.arpa. TXT x").extra("A.2.0.192.in-addr.arpa. TXT x")}),
        ElementsAre("z.yaml:71:3: error: the same record stands in line 70\n"
                    "  keep one of the two"));
}

// RFC 2181 5.2.
TEST(Extra, SeveralTtlsInOneRrsetAreAnError) {
    EXPECT_THAT(
        findings({net()
                      .extra("a.2.0.192.in-addr.arpa. 5 TXT x")
                      .extra("a.2.0.192.in-addr.arpa. 6 TXT y")}),
        ElementsAre("z.yaml:71:3: error: a.2.0.192.in-addr.arpa. TXT has the TTL 6 here and "
                    "5 in line 70\n  give all records of one name and type the same TTL"));
}

TEST(Extra, HasTheTtlOfTheNetworkUnlessItsOwnIsWritten) {
    EXPECT_THAT(
        lines_of({net()
                      .ttl(77)
                      .extra("a.2.0.192.in-addr.arpa. TXT x")
                      .extra("b.2.0.192.in-addr.arpa. 0 TXT x")
                      .extra("c.2.0.192.in-addr.arpa. 2147483647 TXT x")},
                 apex_24),
        ElementsAre("a.2.0.192.in-addr.arpa. 77 TXT 0178", "b.2.0.192.in-addr.arpa. 0 TXT 0178",
                    "c.2.0.192.in-addr.arpa. 2147483647 TXT 0178"));
}

TEST(Extra, OfTheOuterNetworkMayLieInTheInnerZoneAsGlue) {
    EXPECT_THAT(findings({Network("192.0.0.0/16").extra("ns.2.0.192.in-addr.arpa. A 192.0.2.9"),
                          with_own_nameserver("192.0.2.0/24", "ns.2.0.192.in-addr.arpa.")
                              .extra("ns.2.0.192.in-addr.arpa. A 192.0.2.9")}),
                IsEmpty());
}

TEST(InventoryCheck, AddressInNoNetworkIsAWarning) {
    EXPECT_THAT(findings({net()}, Inventory().server("s.example.", {"192.0.2.1", "198.51.100.1"})),
                ElementsAre("inventory.yaml:10:6: warning: 198.51.100.1 of s lies in no network\n"
                            "  write a zone file for its network, or correct the address"));
}

TEST(InventoryCheck, PrefixThatIsPartlyInNoNetworkIsAWarning) {
    auto inventory = Inventory().server("s.example.", {});
    inventory.model().servers[0].allocations = {{prefix("192.0.2.0/23"), {10, 5}}};
    EXPECT_THAT(findings({net()}, inventory),
                ElementsAre(StartsWith(
                    "inventory.yaml:10:5: warning: 192.0.2.0/23 of s lies in no network")));
}

TEST(InventoryCheck, AddressInABrokenNetworkIsCovered) {
    EXPECT_THAT(findings({net().broken()}, Inventory().server("s.example.", {"192.0.2.1"})),
                IsEmpty());
}

TEST(InventoryCheck, PrimaryAddressWhoseNameIsGivenAwayIsAWarning) {
    const auto inventory = Inventory().server("s.example.", {"192.0.2.7"});
    const auto shut =
        "inventory.yaml:10:5: warning: 192.0.2.7 gets no default name: its name is "
        "delegated or an alias\n  name it in the zone that it leads to";
    EXPECT_THAT(findings({net().delegation("192.0.2.7/32", {"a."})}, inventory), ElementsAre(shut));
    EXPECT_THAT(findings({net().delegation("192.0.2.0/28", {"a."})}, inventory), ElementsAre(shut));
    EXPECT_THAT(findings({net().extra("7.2.0.192.in-addr.arpa. CNAME a.")}, inventory),
                ElementsAre(shut));
    EXPECT_THAT(findings({net().extra("7.2.0.192.in-addr.arpa. DNAME a.")}, inventory),
                ElementsAre(shut));
    EXPECT_THAT(findings({net().extra("2.0.192.in-addr.arpa. DNAME a.")}, inventory),
                ElementsAre(shut));
    EXPECT_THAT(
        findings({Network("192.0.0.0/16").extra("2.0.192.in-addr.arpa. CNAME a.")}, inventory),
        ElementsAre(shut));
    EXPECT_THAT(
        findings({Network("192.0.2.7/32").extra("7.2.0.192.in-addr.arpa. DNAME a.")}, inventory),
        ElementsAre(shut));
}

TEST(InventoryCheck, PrimaryAddressWithAnotherNameIsFine) {
    const auto inventory = Inventory().server("s.example.", {"192.0.2.7"});
    EXPECT_THAT(findings({net().ptr("192.0.2.7", {"a."})}, inventory), IsEmpty());
    EXPECT_THAT(findings({net().ptr("192.0.2.7", {})}, inventory), IsEmpty());
    EXPECT_THAT(findings({net().extra("7.2.0.192.in-addr.arpa. PTR a.")}, inventory), IsEmpty());
    EXPECT_THAT(findings({net().hole("192.0.2.0/24")}, inventory), IsEmpty());
}

}  // namespace
}  // namespace arpad
