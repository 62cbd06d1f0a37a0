#include "zone/zone_editor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "support/zone_fixtures.hpp"
#include "support/zone_maker.hpp"
#include "zone/range_wildcards.hpp"
#include "zone/zone_builder.hpp"

namespace arpad {
namespace {

using test::address;
using test::name;
using test::targets_at;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Ttl five_minutes{300};

EditBase base_of(std::shared_ptr<const Zone> zone) {
    Digest content;
    content.fill(7);
    return {std::move(zone), content, {}};
}

Edit edit(std::string_view where, std::vector<std::string_view> names) {
    std::vector<Name> targets;
    for (const std::string_view each : names) targets.push_back(name(each));
    return ptr_edit(address(where), targets);
}

/// What `edits` make of `base`.
std::pair<std::shared_ptr<const Zone>, Digest> edited(const EditBase& base,
                                                      const std::vector<Edit>& edits) {
    ZoneEditor editor(base, base.zone);
    for (const Edit& each : edits) editor.apply(each.address, {&each, 1}, five_minutes);
    return {editor.zone(Serial{2}), editor.base().edits};
}

TEST(ZoneEditor, NamesAddressesWhateverFilesSay) {
    const EditBase base = base_of(zone_for("192.0.2.0/24")
                                      .ptr("1", "one.example.")
                                      .range("192.0.2.128/25", "r-{ip}.example.")
                                      .build());
    const auto [zone, digest] =
        edited(base, {edit("192.0.2.1", {"a.example."}), edit("192.0.2.9", {"b.example."}),
                      edit("192.0.2.200", {"c.example.", "d.example."})});
    EXPECT_EQ(zone->serial(), Serial{2});
    EXPECT_THAT(targets_at(*zone, "1.2.0.192.in-addr.arpa.", RrType::ptr),
                ElementsAre("a.example."));
    EXPECT_EQ(test::ttl_at(*zone, "1.2.0.192.in-addr.arpa.", RrType::ptr), five_minutes);
    EXPECT_THAT(targets_at(*zone, "9.2.0.192.in-addr.arpa.", RrType::ptr),
                ElementsAre("b.example."));
    EXPECT_THAT(targets_at(*zone, "200.2.0.192.in-addr.arpa.", RrType::ptr),
                ElementsAre("c.example.", "d.example."));
    EXPECT_NE(digest, Digest{});
}

TEST(ZoneEditor, GivesBackWhatFilesSay) {
    const EditBase base = base_of(zone_for("192.0.2.0/24").ptr("1", "one.example.").build());
    const auto [zone, digest] =
        edited(base, {edit("192.0.2.1", {"a.example."}), edit("192.0.2.9", {"b.example."}),
                      edit("192.0.2.1", {}), edit("192.0.2.9", {})});
    EXPECT_THAT(targets_at(*zone, "1.2.0.192.in-addr.arpa.", RrType::ptr),
                ElementsAre("one.example."));
    EXPECT_THAT(targets_at(*zone, "9.2.0.192.in-addr.arpa.", RrType::ptr), IsEmpty());
    EXPECT_EQ(digest, Digest{});
    EXPECT_EQ(content_with_edits(base.content, digest), base.content);
}

/// An edit of a name that is no address's, which has `target`.
Edit edit_of(std::string_view owner, RrType type, std::string_view target) {
    Edit made = edit("0.0.0.0", {target});
    made.type = type;
    made.name = name(owner);
    return made;
}

TEST(ZoneEditor, FindsWhatEditsWouldHide) {
    EditBase base = base_of(zone_for("198.18.0.0/16")
                                .ptr("1.6", "x.example.")
                                .ptr("1.7", "default.example.")
                                .range("198.18.8.0/24", "r-{ip}.example.")
                                .record("_x.1.9 TXT text")
                                .record("ns1.sub A 192.0.2.1")
                                .cname("1.10", "1.0/25.10.18.198.in-addr.arpa.")
                                .build());
    PtrLayers layers;
    layers.low.push_back({address("198.18.7.1"), address("198.18.7.1")});
    layers.silent.push_back({address("198.18.5.9"), address("198.18.5.20")});
    base.layers = std::make_shared<const PtrLayers>(std::move(layers));
    const ZoneEditor editor(base, base.zone);
    const std::string apex = "18.198.in-addr.arpa.";
    const auto hidden_by = [&](const std::string& owner, RrType type,
                               std::string_view target = "ns1.sub.18.198.in-addr.arpa.") {
        const auto hidden = editor.find_hidden(edit_of(owner + apex, type, target));
        return hidden ? hidden->to_text() : std::string();
    };
    for (const RrType type : {RrType::ns, RrType::dname}) {
        EXPECT_EQ(hidden_by("5.", type), "9.5.18.198.in-addr.arpa.");
        EXPECT_EQ(hidden_by("6.", type), "1.6.18.198.in-addr.arpa.");
        EXPECT_EQ(hidden_by("7.", type), "");
        EXPECT_EQ(hidden_by("8.", type), "");
        EXPECT_EQ(hidden_by("9.", type), "_x.1.9.18.198.in-addr.arpa.");
        EXPECT_EQ(hidden_by("1.9.", type), "_x.1.9.18.198.in-addr.arpa.");
        EXPECT_EQ(hidden_by("10.", type), "1.10.18.198.in-addr.arpa.");
        EXPECT_EQ(hidden_by("*.5.", type), "9.5.18.198.in-addr.arpa.");
    }
    EXPECT_EQ(hidden_by("sub.", RrType::ns), "");
    EXPECT_EQ(hidden_by("sub.", RrType::ns, "ns2.example."), "ns1.sub.18.198.in-addr.arpa.");
    EXPECT_EQ(hidden_by("sub.", RrType::dname), "ns1.sub.18.198.in-addr.arpa.");
    EXPECT_EQ(hidden_by("", RrType::ns), "");
    EXPECT_NE(hidden_by("", RrType::dname), "");
    EXPECT_EQ(hidden_by("*.", RrType::ptr), "9.5.18.198.in-addr.arpa.");
    EXPECT_EQ(hidden_by("*.5.", RrType::cname), "9.5.18.198.in-addr.arpa.");
    EXPECT_EQ(hidden_by("*.6.", RrType::ptr), "");
    EXPECT_EQ(hidden_by("*.5.", RrType::txt), "");
    EXPECT_EQ(hidden_by("5.", RrType::txt), "");
}

TEST(ZoneEditor, NamesTheAddressThatIsAZone) {
    const EditBase base = base_of(zone_for("192.0.2.1/32").build());
    const std::string apex(base.zone->apex().to_text());
    const auto [zone, digest] = edited(base, {edit("192.0.2.1", {"a.example."})});
    EXPECT_THAT(targets_at(*zone, apex, RrType::ptr), ElementsAre("a.example."));
    const auto [again, none] =
        edited(base, {edit("192.0.2.1", {"a.example."}), edit("192.0.2.1", {})});
    EXPECT_THAT(targets_at(*again, apex, RrType::ptr), IsEmpty());
    EXPECT_EQ(none, Digest{});
}

TEST(ZoneEditor, TellsWhatIsThere) {
    const EditBase base = base_of(zone_for("192.0.2.0/24")
                                      .ptr("1", "one.example.")
                                      .range("192.0.2.128/25", "r-{ip}.example.")
                                      .build());
    ZoneEditor editor(base, base.zone);
    const auto targets = [&editor](std::string_view where) {
        const auto rrset = editor.ptr_of(address(where));
        return rrset ? targets_of(*rrset) : std::vector<Name>();
    };
    EXPECT_THAT(targets("192.0.2.1"), ElementsAre(name("one.example.")));
    EXPECT_THAT(targets("192.0.2.200"), ElementsAre(name("r-192-0-2-200.example.")));
    EXPECT_THAT(targets("192.0.2.9"), IsEmpty());
    const Edit nine = edit("192.0.2.9", {"a.example."});
    editor.apply(nine.address, {&nine, 1}, five_minutes);
    EXPECT_THAT(targets("192.0.2.9"), ElementsAre(name("a.example.")));
    editor.apply(nine.address, {}, five_minutes);
    EXPECT_THAT(targets("192.0.2.9"), IsEmpty());
}

/// The digest says what the zone has, not how it came to it: so it is the same after a restart.
TEST(ZoneEditor, DigestsWhatIsThereAndNotTheWay) {
    const EditBase base = base_of(zone_for("192.0.2.0/24").ptr("1", "one.example.").build());
    const std::vector<std::string_view> names{"a.example.", "b.example.", "c.example."};
    std::mt19937 random(7);
    for (int round = 0; round < 50; ++round) {
        std::vector<Edit> way;
        std::map<Address, Edit> last;
        for (int step = 0; step < 40; ++step) {
            const std::string where = "192.0.2." + std::to_string(random() % 8);
            const std::size_t which = random() % (names.size() + 1);
            way.push_back(which == names.size() ? edit(where, {}) : edit(where, {names[which]}));
            last.insert_or_assign(way.back().address, way.back());
        }
        std::vector<Edit> straight;
        for (const auto& [where, each] : last) straight.push_back(each);
        EXPECT_EQ(edited(base, way).second, edited(base, straight).second);
    }
}

TEST(ZoneEditor, TellsContentsApart) {
    const EditBase base = base_of(zone_for("192.0.2.0/24").build());
    const Digest one = edited(base, {edit("192.0.2.1", {"a.example."})}).second;
    EXPECT_NE(one, edited(base, {edit("192.0.2.2", {"a.example."})}).second);
    EXPECT_NE(one, edited(base, {edit("192.0.2.1", {"b.example."})}).second);
    Edit other_ttl = edit("192.0.2.1", {"a.example."});
    other_ttl.ttl = Ttl{60};
    EXPECT_NE(one, edited(base, {other_ttl}).second);
    EXPECT_NE(content_with_edits(base.content, one), base.content);
}

/// What is left out of a range has the zone put together anew.
TEST(ZoneEditor, TakesAddressesOutOfRanges) {
    const EditBase base =
        base_of(zone_for("192.0.2.0/24").range("192.0.2.128/25", "r-{ip}.example.").build());
    Edit hole = edit("192.0.2.200", {});
    hole.is_hole = true;
    const std::vector<Edit> edits{hole, edit("192.0.2.201", {"a.example."})};
    EXPECT_FALSE(ZoneEditor(base, base.zone).is_plain({&hole, 1}));
    const ZoneEditor editor(base, edits, five_minutes);
    const auto zone = editor.zone(Serial{2});
    EXPECT_THAT(targets_at(*zone, "200.2.0.192.in-addr.arpa.", RrType::ptr), IsEmpty());
    EXPECT_THAT(targets_at(*zone, "201.2.0.192.in-addr.arpa.", RrType::ptr),
                ElementsAre("a.example."));
    EXPECT_EQ(zone->parts().ranges.find(address("192.0.2.200")), nullptr);
    EXPECT_NE(zone->parts().ranges.find(address("192.0.2.199")), nullptr);
    EXPECT_NE(editor.base().edits, Digest{});
}

TEST(ZoneEditor, RangeInPiecesIsStillTheRangeThatWasWritten) {
    const EditBase base =
        base_of(zone_for("198.18.0.0/16").range("198.18.5.0/24", "pool.example.").build());
    Edit cut = edit("198.18.5.7", {});
    cut.type = RrType::ns;
    cut.rdatas = {name_rdata(name("ns.example."))};
    const auto zone = ZoneEditor(base, std::vector{cut}, five_minutes).zone(Serial{2});
    EXPECT_EQ(zone->parts().ranges.segments().size(), 2U);
    std::vector<std::string> prefixes;
    for (const RangeWildcard& each : range_wildcards(*zone))
        prefixes.push_back(each.prefix.to_text());
    EXPECT_THAT(prefixes, ElementsAre("198.18.5.0/24"));
}

TEST(ZoneEditor, LaysNamesAndDelegationsOver) {
    const EditBase base = base_of(zone_for("198.18.0.0/16")
                                      .ptr("1.1", "one.example.")
                                      .range("198.18.5.0/24", "r-{ip}.example.")
                                      .build());
    Edit cut;
    cut.name = name("5.18.198.in-addr.arpa.");
    cut.type = RrType::ns;
    cut.rdatas = {name_rdata(name("ns.example."))};
    const Edit below = edit("198.18.5.9", {"x.example."});
    const std::vector<Edit> edits{cut, below, edit("198.18.1.2", {"two.example."})};
    const auto zone = ZoneEditor(base, edits, five_minutes).zone(Serial{2});
    EXPECT_THAT(targets_at(*zone, "5.18.198.in-addr.arpa.", RrType::ns),
                ElementsAre("ns.example."));
    EXPECT_TRUE(zone->cuts().any());
    EXPECT_THAT(targets_at(*zone, "9.5.18.198.in-addr.arpa.", RrType::ptr), IsEmpty());
    EXPECT_TRUE(zone->parts().ranges.is_empty());
    EXPECT_THAT(targets_at(*zone, "1.1.18.198.in-addr.arpa.", RrType::ptr),
                ElementsAre("one.example."));
    EXPECT_THAT(targets_at(*zone, "2.1.18.198.in-addr.arpa.", RrType::ptr),
                ElementsAre("two.example."));
}

}  // namespace
}  // namespace arpad
