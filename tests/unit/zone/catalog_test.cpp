#include "zone/catalog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "load/master_writer.hpp"
#include "support/zone_maker.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::UnorderedElementsAre;

CatalogModel model() {
    return {*Name::from_text("cat.example"), {}};
}

std::shared_ptr<const Zone> member(std::string_view prefix, TransferPolicy policy = {}) {
    return zone_for(prefix).transfer(policy).build();
}

/// All records, each as a line.
std::vector<std::string> lines_of(ZoneBuilder builder) {
    std::vector<std::string> lines;
    walk(*builder.build(Serial{7}), RangeWalk::omit, [&](NameView owner, RrsetView rrset) {
        for (const auto rdata : rrset) {
            std::string line = master_line(owner, rrset.ttl(), rrset.type(), rdata);
            std::ranges::replace(line, '\t', ' ');
            lines.push_back(line);
        }
    });
    return lines;
}

TEST(Catalog, HoldsWhatRfc9432WantsOfOneWithoutMembers) {
    EXPECT_THAT(
        lines_of(make_catalog(model(), {})),
        UnorderedElementsAre("cat.example. 0 IN NS invalid.",
                             "cat.example. 0 IN SOA invalid. invalid. 7 3600 600 2147483646 0",
                             "version.cat.example. 0 IN TXT \"2\""));
}

TEST(Catalog, MemberHasItsGroupAndItsChangeOfOwnership) {
    TransferPolicy policy;
    policy.catalog_group = "with space";
    policy.catalog_coo = *Name::from_text("other.example");
    const std::vector members{member("192.0.2.0/24", policy), member("10.0.0.0/8")};
    const auto lines = lines_of(make_catalog(model(), members));
    ASSERT_EQ(lines.size(), 7U);
    std::string name;
    for (const std::string& line : lines) {
        const auto end = line.find(" 0 IN PTR 2.0.192.in-addr.arpa.");
        if (end != std::string::npos) name = line.substr(0, end);
    }
    EXPECT_THAT(name, testing::MatchesRegex("[0-9a-f]+\\.zones\\.cat\\.example\\."));
    EXPECT_EQ(name.find('.'), 40U);
    EXPECT_THAT(lines, IsSupersetOf({"group." + name + " 0 IN TXT \"with space\"",
                                     "coo." + name + " 0 IN PTR other.example."}));
}

TEST(Catalog, LabelsFollowFromTheNamesOfTheMembers) {
    const std::vector one{member("192.0.2.0/24"), member("10.0.0.0/8")};
    const std::vector other{member("10.0.0.0/8"), member("192.0.2.0/24")};
    EXPECT_EQ(make_catalog(model(), one).content(), make_catalog(model(), other).content());
    const auto lines = lines_of(make_catalog(model(), other));
    for (const std::string& line : lines_of(make_catalog(model(), std::span(one).first(1)))) {
        EXPECT_THAT(lines, Contains(line));
    }
}

TEST(Catalog, ZoneThatIsUnavailableIsAMember) {
    const std::vector members{Zone::make_unavailable(*Name::from_text("2.0.192.in-addr.arpa"))};
    EXPECT_EQ(lines_of(make_catalog(model(), members)).size(), 4U);
}

TEST(Catalog, IsAnsweredToThoseOnlyWhoMayTakeIt) {
    EXPECT_TRUE(make_catalog(model(), {}).build(Serial{1})->transfer().restricts_queries);
}

TEST(Catalog, MembersAreTheSameWhateverTheyHold) {
    TransferPolicy policy;
    policy.catalog_group = "a";
    const auto plain = member("10.0.0.0/8");
    const auto grouped = member("10.0.0.0/8", policy);
    const auto changed = zone_for("10.0.0.0/8").ptr("1.2.3", "a.example.").build();
    EXPECT_TRUE(are_same_member(plain.get(), changed.get()));
    EXPECT_FALSE(are_same_member(plain.get(), grouped.get()));
    EXPECT_FALSE(are_same_member(plain.get(), nullptr));
}

}  // namespace
}  // namespace arpad
