#include "zone/edited_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/zone_fixtures.hpp"
#include "zone/zone_builder.hpp"

namespace arpad {
namespace {

using test::name;

constexpr Ttl hour{3600};

Rrset ptr(std::string_view target) {
    return {RrType::ptr, hour, {name_rdata(name(target))}};
}

Edit edit(EditLayer layer, std::string_view target) {
    Edit made;
    made.layer = layer;
    if (target.empty()) {
        made.is_hole = true;
    } else {
        made.rdatas = {name_rdata(name(target))};
    }
    return made;
}

/// "lease a.example.", or who says that there is none, or nothing.
std::string ptr_of(const FileData& files, const std::vector<Edit>& edits) {
    const EditedData data = lay_over(files, edits, hour);
    if (const auto* const held = data.find(RrType::ptr)) {
        return std::string(to_text(held->layer)) + ' ' +
               NameView::of_valid_wire(held->rrset.rdatas.front()).to_text();
    }
    const auto layer = data.layer_of(RrType::ptr);
    return layer ? "none by " + std::string(to_text(*layer)) : "nothing";
}

TEST(EditedData, HearsTheFirstLayerThatSaysSomething) {
    const Edit by_edit = edit(EditLayer::edit, "edit.example.");
    const Edit by_lease = edit(EditLayer::lease, "lease.example.");
    FileData files;
    EXPECT_EQ(ptr_of(files, {}), "nothing");
    files.low_ptr = ptr("low.example.");
    EXPECT_EQ(ptr_of(files, {}), "default low.example.");
    EXPECT_EQ(ptr_of(files, {by_lease}), "lease lease.example.");
    EXPECT_EQ(ptr_of(files, {by_lease, by_edit}), "edit edit.example.");
    EXPECT_EQ(ptr_of(files, {edit(EditLayer::edit, "")}), "none by edit");
    files.is_silent = true;
    EXPECT_EQ(ptr_of(files, {by_lease}), "none by record");
    EXPECT_EQ(ptr_of(files, {by_edit}), "edit edit.example.");
    files = {};
    files.written = {ptr("file.example.")};
    EXPECT_EQ(ptr_of(files, {by_lease}), "record file.example.");
    EXPECT_EQ(ptr_of(files, {by_lease, edit(EditLayer::edit, "")}), "none by edit");
}

TEST(EditedData, HasAliasesAlone) {
    Edit alias = edit(EditLayer::lease, "alias.example.");
    alias.type = RrType::cname;
    FileData files;
    files.low_ptr = ptr("low.example.");
    EXPECT_EQ(lay_over(files, {{alias}}, hour).all().size(), 1);
    EXPECT_NE(lay_over(files, {{alias}}, hour).find(RrType::cname), nullptr);
    files.written = {{RrType::txt, hour, {{1, 'a'}}}};
    EXPECT_EQ(lay_over(files, {{alias}}, hour).find(RrType::cname), nullptr);
    files.written = {{RrType::cname, hour, {name_rdata(name("file.example."))}}};
    files.low_ptr.reset();
    const EditedData data = lay_over(files, {{edit(EditLayer::edit, "edit.example.")}}, hour);
    EXPECT_EQ(data.find(RrType::ptr), nullptr);
    EXPECT_NE(data.find(RrType::cname), nullptr);
}

TEST(EditedData, KnowsWhatFilesSayThatIsNotHeard) {
    FileData files;
    files.written = {ptr("file.example.")};
    const EditedData data = lay_over(files, {{edit(EditLayer::edit, "edit.example.")}}, hour);
    EXPECT_EQ(data.layer_of(RrType::ptr), DataLayer::edit);
    EXPECT_THAT(data.written, testing::ElementsAre(RrType::ptr));
}

}  // namespace
}  // namespace arpad
