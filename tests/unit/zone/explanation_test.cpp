#include "zone/explanation.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::address;
using test::Inventory;
using test::name;
using test::Network;
using test::World;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Networks that are asked about.
class Explained {
public:
    explicit Explained(std::vector<Network> networks,
                       std::optional<Inventory> inventory = std::nullopt)
        : world_(std::move(networks), std::move(inventory)) {}

    [[nodiscard]] Explanation at(std::string_view owner) const {
        return explain(world_.input(), name(owner));
    }

    /// `* layer file:line type names`, with a star where answers come from it.
    [[nodiscard]] std::vector<std::string> findings(std::string_view owner) const {
        std::vector<std::string> texts;
        for (const NameFinding& finding : at(owner).findings) {
            std::string text = fmt::format("{} {} {}:{} {}", finding.is_effective ? '*' : '-',
                                           to_text(finding.layer), finding.file, finding.place.line,
                                           to_text(finding.type));
            if (finding.records == 0) text += " ~";
            for (const Name& each : finding.names) text += " " + each.to_text();
            texts.push_back(text);
        }
        return texts;
    }

    [[nodiscard]] const World& world() const { return world_; }

private:
    World world_;
};

/// 192.0.2.0/24 in z.yaml.
Network net() {
    return Network("192.0.2.0/24").file("z.yaml");
}

Inventory server_at(std::string_view at) {
    return Inventory().server("s.example.", {at});
}

constexpr std::string_view seven = "7.2.0.192.in-addr.arpa.";

TEST(Explain, NameOutsideAllZonesHasNoZone) {
    const Explanation told = Explained({net()}).at("example.");
    EXPECT_EQ(told.zone, std::nullopt);
    EXPECT_EQ(told.network, "");
    EXPECT_THAT(told.findings, IsEmpty());
}

TEST(Explain, TellsZoneNetworkFileAndAddress) {
    const Explanation told = Explained({net()}).at(seven);
    EXPECT_EQ(told.zone, name("2.0.192.in-addr.arpa."));
    EXPECT_EQ(told.network, "192.0.2.0/24");
    EXPECT_EQ(told.file, "z.yaml");
    EXPECT_EQ(told.address, address("192.0.2.7"));
    EXPECT_FALSE(told.is_broken);
}

// RFC 4035 3.1.4.1.
TEST(Explain, DsOfANestedZoneIsThatOfTheZoneAbove) {
    const World world({Network("198.18.0.0/16"), Network("198.18.7.0/24")});
    EXPECT_EQ(explain(world.input(), name("7.18.198.in-addr.arpa."), RrType::ds).zone,
              name("18.198.in-addr.arpa."));
    EXPECT_EQ(explain(world.input(), name("7.18.198.in-addr.arpa.")).zone,
              name("7.18.198.in-addr.arpa."));
}

TEST(Explain, NameThatIsNoAddressHasNone) {
    const Explained told({net()});
    for (const char* owner : {"2.0.192.in-addr.arpa.", "x.2.0.192.in-addr.arpa.",
                              "x.7.2.0.192.in-addr.arpa.", "07.2.0.192.in-addr.arpa."}) {
        EXPECT_EQ(told.at(owner).address, std::nullopt) << owner;
    }
}

TEST(Explain, NameInAClasslessZoneIsItsAddress) {
    EXPECT_EQ(Explained({Network("192.0.2.64/26")}).at("70.64/26.2.0.192.in-addr.arpa.").address,
              address("192.0.2.70"));
}

TEST(Explain, BrokenNetworkIsToldAndNothingElse) {
    const Explanation told = Explained({net().ptr("192.0.2.7", {"a."}).broken()}).at(seven);
    EXPECT_TRUE(told.is_broken);
    EXPECT_EQ(told.file, "z.yaml");
    EXPECT_THAT(told.findings, IsEmpty());
}

TEST(Explain, EveryLayerIsListedInTheOrderOfHearing) {
    const Explained told({net()
                              .ptr("192.0.2.7", {"record.example."})
                              .range("192.0.2.0/24", "outer.example.")
                              .range("192.0.2.0/28", "{ip}.example.")},
                         server_at("192.0.2.7"));
    EXPECT_THAT(told.findings(seven),
                ElementsAre("* record z.yaml:10 PTR record.example.",
                            "- server default inventory.yaml:10 PTR s.example.",
                            "- range z.yaml:31 PTR 192-0-2-7.example.",
                            "- range z.yaml:30 PTR outer.example."));
}

TEST(Explain, PtrOfExtraIsHeardBeforeDefaultAndRange) {
    const Explained told({net()
                              .extra("7.2.0.192.in-addr.arpa. PTR extra.example.")
                              .range("192.0.2.0/24", "range.example.")},
                         server_at("192.0.2.7"));
    EXPECT_THAT(told.findings(seven),
                ElementsAre("* extra z.yaml:70 PTR extra.example.",
                            "- server default inventory.yaml:10 PTR s.example.",
                            "- range z.yaml:30 PTR range.example."));
}

TEST(Explain, DefaultIsHeardBeforeTheRange) {
    const Explained told({net().range("192.0.2.0/24", "range.example.")}, server_at("192.0.2.7"));
    EXPECT_THAT(told.findings(seven),
                ElementsAre("* server default inventory.yaml:10 PTR s.example.",
                            "- range z.yaml:30 PTR range.example."));
}

TEST(Explain, SmallestRangeIsHeard) {
    const Explained told(
        {net().range("192.0.2.0/24", "outer.example.").range("192.0.2.7/32", "inner.example.")});
    EXPECT_THAT(told.findings(seven), ElementsAre("* range z.yaml:31 PTR inner.example.",
                                                  "- range z.yaml:30 PTR outer.example."));
}

TEST(Explain, HoleIsHeardBeforeTheDefault) {
    const Explained told({net().range("192.0.2.0/24", "outer.example.").hole("192.0.2.7/32")},
                         server_at("192.0.2.7"));
    EXPECT_THAT(told.findings(seven),
                ElementsAre("- server default inventory.yaml:10 PTR s.example.",
                            "* range z.yaml:31 PTR ~", "- range z.yaml:30 PTR outer.example."));
}

TEST(Explain, RecordWithoutNamesSilencesAllBelow) {
    const Explained told({net().ptr("192.0.2.7", {}).range("192.0.2.0/24", "range.example.")},
                         server_at("192.0.2.7"));
    EXPECT_THAT(
        told.findings(seven),
        ElementsAre("* record z.yaml:10 PTR ~", "- server default inventory.yaml:10 PTR s.example.",
                    "- range z.yaml:30 PTR range.example."));
}

TEST(Explain, RangeTellsItsTemplateAndTtl) {
    const Explanation told =
        Explained({net().range("192.0.2.0/24", "{ip}.example.", Ttl{60})}).at(seven);
    EXPECT_EQ(told.findings.at(0).made_by, "{ip}.example.");
    EXPECT_EQ(told.findings.at(0).ttl, Ttl{60});
}

TEST(Explain, DefaultTellsServerAndProduct) {
    const Explanation told = Explained({net().ttl(77)}, server_at("192.0.2.7")).at(seven);
    EXPECT_EQ(told.findings.at(0).made_by, "s of product product");
    EXPECT_EQ(told.findings.at(0).ttl, Ttl{77});
}

TEST(Explain, OtherTypesAreHeardBesideThePtr) {
    EXPECT_THAT(
        Explained({net().ptr("192.0.2.7", {"a.example."}).extra("7.2.0.192.in-addr.arpa. TXT x")})
            .findings(seven),
        ElementsAre("* record z.yaml:10 PTR a.example.", "* extra z.yaml:70 TXT"));
}

TEST(Explain, ApexHasItsSettings) {
    EXPECT_THAT(Explained({net()}).findings("2.0.192.in-addr.arpa."),
                ElementsAre("* settings z.yaml:0 NS ns1.example.net. ns2.example.net."));
}

TEST(Explain, CnameAtTheNameShutsOutTheRestAndLeadsOn) {
    const Explained told({net()
                              .extra("7.2.0.192.in-addr.arpa. CNAME x.example.")
                              .range("192.0.2.0/24", "range.example.")},
                         server_at("192.0.2.7"));
    EXPECT_THAT(told.findings(seven),
                ElementsAre("* extra z.yaml:70 CNAME x.example.",
                            "- server default inventory.yaml:10 PTR s.example.",
                            "- range z.yaml:30 PTR range.example."));
    EXPECT_EQ(told.at(seven).leads_to, name("x.example."));
}

TEST(Explain, CutAboveTheNameShutsOutTheRestAndHasItsOwner) {
    const Explained told({Network("192.0.0.0/16")
                              .file("z.yaml")
                              .extra("2.0.192.in-addr.arpa. NS ns.example.")
                              .range("192.0.0.0/16", "range.example.")});
    EXPECT_THAT(told.findings(seven), ElementsAre("* extra z.yaml:70 NS ns.example.",
                                                  "- range z.yaml:30 PTR range.example."));
    EXPECT_EQ(told.at(seven).findings[0].owner, "2.0.192.in-addr.arpa.");
    EXPECT_EQ(told.at(seven).leads_to, std::nullopt);
}

TEST(Explain, DelegationShutsOutTheRest) {
    const Explained told({net()
                              .delegation("192.0.2.7/32", {"ns.example."})
                              .range("192.0.2.0/24", "range.example.")});
    EXPECT_THAT(told.findings(seven), ElementsAre("* delegation z.yaml:50 NS ns.example.",
                                                  "- range z.yaml:30 PTR range.example."));
}

TEST(Explain, DnameAboveTheNameShutsOutTheRest) {
    const Explained told({net()
                              .extra("2.0.192.in-addr.arpa. DNAME d.example.")
                              .range("192.0.2.0/24", "range.example.")});
    EXPECT_THAT(told.findings(seven), Contains("* extra z.yaml:70 DNAME d.example."));
    EXPECT_THAT(told.findings(seven), Contains("- range z.yaml:30 PTR range.example."));
}

TEST(Explain, DnameAtTheNameKeepsDefaultAndRangeFromIt) {
    const Explained told({net()
                              .extra("7.2.0.192.in-addr.arpa. DNAME d.example.")
                              .range("192.0.2.0/24", "range.example.")},
                         server_at("192.0.2.7"));
    EXPECT_THAT(told.findings(seven),
                ElementsAre("* extra z.yaml:70 DNAME d.example.",
                            "- server default inventory.yaml:10 PTR s.example.",
                            "- range z.yaml:30 PTR range.example."));
}

TEST(Explain, CnameAboveTheNameKeepsTheRangeFromIt) {
    EXPECT_THAT(Explained({Network("192.0.0.0/16")
                               .file("z.yaml")
                               .extra("2.0.192.in-addr.arpa. CNAME x.example.")
                               .range("192.0.0.0/16", "range.example.")})
                    .findings(seven),
                ElementsAre("- range z.yaml:30 PTR range.example."));
}

TEST(Explain, NestedNetworkIsTheFileThatItsNsComeFrom) {
    EXPECT_THAT(Explained({Network("192.0.2.0/24"), Network("192.0.2.64/26").file("i.yaml")})
                    .findings("70.2.0.192.in-addr.arpa."),
                ElementsAre("* nested network i.yaml:0 CNAME 70.64/26.2.0.192.in-addr.arpa."));
}

// The names of the inner network are elsewhere, and nothing in the outer zone leads to them.
TEST(Explain, RangeOfTheOuterNetworkIsNotHeardInsideAnInnerOneOfAnotherName) {
    EXPECT_THAT(
        Explained({Network("192.0.0.0/16").file("z.yaml").range("192.0.0.0/16", "range.example."),
                   Network("192.0.2.0/24").zone("rev.example.")})
            .findings(seven),
        ElementsAre("- range z.yaml:30 PTR range.example."));
}

TEST(Explain, WildcardIsHeardWhereNothingExists) {
    EXPECT_THAT(
        Explained({net().extra("*.2.0.192.in-addr.arpa. PTR any.example.")}).findings(seven),
        ElementsAre("* wildcard z.yaml:70 PTR any.example."));
}

// RFC 4592 2.2.2: an empty non-terminal exists, so the wildcard above it stays silent.
TEST(Explain, WildcardIsNotHeardAtAnEmptyNonTerminal) {
    const Explained told({Network("192.0.0.0/16")
                              .extra("*.0.192.in-addr.arpa. PTR any.example.")
                              .ptr("192.0.2.1", {"a.example."})
                              .range("192.0.3.0/24", "{ip}.example.")});
    EXPECT_THAT(told.findings("2.0.192.in-addr.arpa."), IsEmpty());
    EXPECT_THAT(told.findings("3.0.192.in-addr.arpa."), IsEmpty());
    EXPECT_THAT(told.findings("4.0.192.in-addr.arpa."), Contains(HasSubstr("* wildcard")));
}

// RFC 4592 3.3.1: only the one directly below the closest encloser may answer.
TEST(Explain, WildcardIsNotHeardBelowAnEmptyNonTerminal) {
    const Explained told({Network("192.0.0.0/16")
                              .extra("*.0.192.in-addr.arpa. PTR any.example.")
                              .ptr("192.0.2.1", {"a.example."})
                              .range("192.0.3.0/25", "{ip}.example.")});
    EXPECT_THAT(told.findings("9.2.0.192.in-addr.arpa."), IsEmpty());
    EXPECT_THAT(told.findings("200.3.0.192.in-addr.arpa."), IsEmpty());
    EXPECT_THAT(told.findings("200.4.0.192.in-addr.arpa."), Contains(HasSubstr("* wildcard")));
}

TEST(Explain, WildcardIsNotHeardBelowAnAddressOfARange) {
    EXPECT_THAT(Explained({net()
                               .extra("*.2.0.192.in-addr.arpa. PTR any.example.")
                               .range("192.0.2.0/24", "{ip}.example.")})
                    .findings("x.7.2.0.192.in-addr.arpa."),
                IsEmpty());
}

TEST(Explain, WildcardIsHeardInAHole) {
    EXPECT_THAT(Explained({net().extra("*.2.0.192.in-addr.arpa. TXT any").hole("192.0.2.7/32")})
                    .findings(seven),
                ElementsAre("* range z.yaml:30 PTR ~", "* wildcard z.yaml:70 TXT"));
}

TEST(NameToExplain, IsTheReverseNameIfWeServeIt) {
    EXPECT_EQ(name_to_explain(Explained({net()}).world().input(), address("192.0.2.7")),
              name(seven));
}

TEST(NameToExplain, IsTheReverseNameIfNobodyServesTheAddress) {
    EXPECT_EQ(name_to_explain(Explained({net()}).world().input(), address("192.0.3.7")),
              name("7.3.0.192.in-addr.arpa."));
}

TEST(NameToExplain, IsTheNameInAClasslessZoneIfThatIsAllWeServe) {
    const Explained told({Network("192.0.2.64/26")});
    EXPECT_EQ(name_to_explain(told.world().input(), address("192.0.2.70")),
              name("70.64/26.2.0.192.in-addr.arpa."));
}

}  // namespace
}  // namespace arpad
