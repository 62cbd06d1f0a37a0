#include "zone/update.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "support/zone_fixtures.hpp"
#include "zone/zone_builder.hpp"

namespace arpad {
namespace {

using std::chrono::seconds;
using test::address;
using test::name;
using testing::ElementsAre;
using testing::IsEmpty;

const Edit::Time now{seconds(1'000'000)};

/// 192.0.2.0/24, where files name .1, edits .2, leases .3, and ranges .4.
class FakeZone final : public UpdatedZone {
public:
    FakeZone() {
        put("192.0.2.1", "file.example.", DataLayer::file);
        data_[address("192.0.2.1")].written = {RrType::ptr};
        put("192.0.2.2", "edit.example.", DataLayer::edit);
        put("192.0.2.3", "lease.example.", DataLayer::lease);
        put("192.0.2.4", "low.example.", DataLayer::low);
    }

    [[nodiscard]] std::optional<Prefix> base() const override {
        return test::prefix("192.0.2.0/24");
    }
    [[nodiscard]] EditedData data_at(const Edit& owner) override {
        return owner.name ? EditedData() : data_[owner.address];
    }
    [[nodiscard]] std::optional<Name> zone_of(NameView) override { return name("other.example."); }

private:
    void put(std::string_view where, std::string_view target, DataLayer layer) {
        data_[address(where)].rrsets.push_back(
            {{RrType::ptr, Ttl{300}, {name_rdata(name(target))}}, layer});
    }

    std::map<Address, EditedData> data_;
};

std::string owner_of(unsigned last) {
    return std::to_string(last) + ".2.0.192.in-addr.arpa.";
}

UpdateRecord add(unsigned last, std::string_view target) {
    return {name(owner_of(last)), RrType::ptr, RrClass::in, 300, name_rdata(name(target))};
}

UpdateRecord remove(unsigned last) {
    return {name(owner_of(last)), RrType::ptr, RrClass::any, 0, {}};
}

Update update(std::vector<UpdateRecord> changes) {
    Update made;
    made.zone = name("2.0.192.in-addr.arpa.");
    made.key = "key.example.";
    made.policy.prefixes = {test::prefix("192.0.2.0/24")};
    made.changes = std::move(changes);
    return made;
}

/// "lease 192.0.2.9 a.example.", "edit 192.0.2.1 none", "lease 192.0.2.3 reset"; or the rcode.
std::vector<std::string> outcome(const Update& asked) {
    FakeZone zone;
    const auto edits = evaluate(asked, zone, now);
    if (!edits) return {to_text(edits.error().rcode)};
    std::vector<std::string> told;
    for (const Edit& edit : *edits) {
        std::string text = std::string(to_text(edit.layer)) + ' ' + owner_text(edit);
        for (const Name& target : targets_of(edit)) text += ' ' + target.to_text();
        if (edit.is_hole) text += " none";
        if (!edit.says_anything()) text += " reset";
        if (edit.expires) text += " for " + std::to_string((*edit.expires - now).count());
        told.push_back(text);
    }
    return told;
}

TEST(Update, StoresWholeRrsetsInTheLayerOfItsKey) {
    EXPECT_THAT(outcome(update({add(9, "a.example."), add(9, "b.example.")})),
                ElementsAre("lease 192.0.2.9 a.example. b.example."));
    EXPECT_THAT(outcome(update({add(3, "a.example.")})),
                ElementsAre("lease 192.0.2.3 lease.example. a.example."));
    Update over = update({add(3, "a.example.")});
    over.policy.is_over_records = true;
    EXPECT_THAT(outcome(over), ElementsAre("edit 192.0.2.3 lease.example. a.example."));
}

TEST(Update, IsRefusedWholeWhereAHigherLayerHoldsTheName) {
    EXPECT_THAT(outcome(update({add(9, "a.example."), add(1, "a.example.")})),
                ElementsAre("REFUSED"));
    EXPECT_THAT(outcome(update({add(2, "a.example.")})), ElementsAre("REFUSED"));
    EXPECT_THAT(outcome(update({remove(1)})), ElementsAre("REFUSED"));
}

TEST(Update, DoesNotSeeDefaultsAndRanges) {
    EXPECT_THAT(outcome(update({remove(4)})), IsEmpty());
    EXPECT_THAT(outcome(update({add(4, "a.example.")})), ElementsAre("lease 192.0.2.4 a.example."));
    Update required = update({add(4, "a.example.")});
    required.prerequisites = {{name(owner_of(4)), RrType::any, RrClass::none, 0, {}}};
    EXPECT_THAT(outcome(required), ElementsAre("lease 192.0.2.4 a.example."));
    required.prerequisites = {{name(owner_of(3)), RrType::any, RrClass::none, 0, {}}};
    EXPECT_THAT(outcome(required), ElementsAre("YXDOMAIN"));
}

TEST(Update, TakesBackWhatItsLayerSays) {
    EXPECT_THAT(outcome(update({remove(3)})), ElementsAre("lease 192.0.2.3 reset"));
    Update over = update({remove(1), remove(2), remove(3)});
    over.policy.is_over_records = true;
    EXPECT_THAT(outcome(over), ElementsAre("edit 192.0.2.1 none", "lease 192.0.2.1 reset",
                                           "edit 192.0.2.2 reset", "lease 192.0.2.2 reset",
                                           "edit 192.0.2.3 reset", "lease 192.0.2.3 reset"));
}

TEST(Update, ChangesNothingThatIsAsItIsToBe) {
    EXPECT_THAT(outcome(update(
                    {add(1, "FILE.example."), add(2, "edit.example."), add(3, "lease.example.")})),
                IsEmpty());
    EXPECT_THAT(outcome(update({remove(3), add(3, "lease.example.")})), IsEmpty());
}

TEST(Update, LastsAsLongAsKeyAndClientAgreeOn) {
    Update asked = update({add(3, "lease.example.")});
    asked.lease = seconds(600);
    EXPECT_THAT(outcome(asked), ElementsAre("lease 192.0.2.3 lease.example. for 600"));
    asked.policy.lifetime = seconds(60);
    EXPECT_THAT(outcome(asked), ElementsAre("lease 192.0.2.3 lease.example. for 60"));
    asked.lease.reset();
    EXPECT_EQ(lifetime_of(asked), seconds(60));
    asked.policy.lifetime.reset();
    EXPECT_EQ(lifetime_of(asked), std::nullopt);
}

TEST(Update, ObeysThePolicyOfItsKey) {
    Update outside = update({add(200, "a.example.")});
    outside.policy.prefixes = {test::prefix("192.0.2.0/25")};
    EXPECT_THAT(outcome(outside), ElementsAre("REFUSED"));
    Update other_type = update({{name(owner_of(9)), RrType::a, RrClass::in, 1, {1, 2, 3, 4}}});
    EXPECT_THAT(outcome(other_type), ElementsAre("REFUSED"));
    other_type.policy.types.reset();
    EXPECT_THAT(outcome(other_type), ElementsAre("lease 192.0.2.9"));
    Update other_name =
        update({{name("host.2.0.192.in-addr.arpa."), RrType::txt, RrClass::in, 1, {1, 'a'}}});
    EXPECT_THAT(outcome(other_name), ElementsAre("REFUSED"));
    other_name.policy.allows_any_name = true;
    EXPECT_THAT(outcome(other_name), ElementsAre("lease host.2.0.192.in-addr.arpa."));
    other_name.policy.prefixes = {test::prefix("192.0.2.0/25")};
    EXPECT_THAT(outcome(other_name), ElementsAre("REFUSED"));
}

TEST(Update, NamesTheZoneThatIsRight) {
    FakeZone zone;
    const auto refused = evaluate(
        update({{name("1.3.0.192.in-addr.arpa."), RrType::ptr, RrClass::in, 1, {0}}}), zone, now);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().rcode, Rcode::not_zone);
    EXPECT_EQ(refused.error().advice, "update other.example.");
}

}  // namespace
}  // namespace arpad
