#include "state/kept_edits.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "reverse/prefix.hpp"
#include "state/edit_log.hpp"
#include "zone/range_index.hpp"

namespace arpad {

KeptEdits::KeptEdits(Database& database) {
    const auto has_any = [&database](std::string_view query, std::string_view name) {
        Statement rows(database, query);
        rows.bind(0, name);
        bool is_there = false;
        while (rows.step()) is_there = true;
        return is_there;
    };
    if (!has_any("SELECT 1 FROM sqlite_master WHERE name = ?", "edits")) return;
    if (!has_any("SELECT 1 FROM pragma_table_info('edits') WHERE name = ?", "expires")) {
        throw DatabaseError(
            "was written by an older arpad: start this one once, which converts it");
    }
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        read_edits(database, range_of(all_addresses(family)), [&](const Edit& edit) {
            edits_[edit.address].push_back(edit);
            makers_.try_emplace(edit.change);
        });
    }
    read_named_edits(database, Name(), [&](const Edit& edit) {
        named_edits_[*edit.name].push_back(edit);
        makers_.try_emplace(edit.change);
    });
    for (auto& [id, maker] : makers_) {
        if (const auto change = read_change_head(database, id)) maker = maker_text(*change);
    }
}

Result<KeptEdits, std::string> KeptEdits::read(const std::filesystem::path& directory) {
    const auto path = directory / "state.db";
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) return KeptEdits();
    try {
        Database database(path, Database::Access::read_only);
        return KeptEdits(database);
    } catch (const DatabaseError& failure) {
        return fmt::format("{}: {}\n  run this as a user that may read the state of the server",
                           path.string(), failure.what());
    }
}

std::string KeptEdits::maker_of(const Edit& edit) {
    const auto found = makers_.find(edit.change);
    return found == makers_.end() ? std::string() : found->second;
}

void KeptEdits::for_each_edit(const AddressRange& range,
                              const std::function<void(const Edit&)>& visit) {
    const auto end = edits_.upper_bound(range.last);
    for (auto there = edits_.lower_bound(range.first); there != end; ++there) {
        for (const Edit& edit : there->second) visit(edit);
    }
}

void KeptEdits::for_each_named_edit(const Name& apex,
                                    const std::function<void(const Edit&)>& visit) {
    // What is below a name comes right behind it.
    for (auto there = named_edits_.lower_bound(apex);
         there != named_edits_.end() && there->first.view().is_at_or_below(apex); ++there) {
        for (const Edit& edit : there->second) visit(edit);
    }
}

}  // namespace arpad
