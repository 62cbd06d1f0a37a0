/// \file  Edits as the database has them: what holds now, and everything that was ever changed.
///
/// Threads: those of the database.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "reverse/address.hpp"
#include "state/database.hpp"
#include "zone/change.hpp"
#include "zone/edit.hpp"

namespace arpad {

/// The tables, for a database without them.
extern const char* const edit_log_schema;

/// Puts what version 5 of the database had of edits into these tables, and removes it there.
void take_over_edits_of_version_5(Database& database);

/// The same of version 6.
void take_over_edits_of_version_6(Database& database);

/// Calls `visit` with each edit that `database` has for an address of `range`, ascending by
/// address, then type, then layer.
void read_edits(Database& database, const AddressRange& range,
                const std::function<void(const Edit&)>& visit);

/// The same of names that are no address's, and are at or below `apex`; those of each name one
/// after the other.
void read_named_edits(Database& database, const Name& apex,
                      const std::function<void(const Edit&)>& visit);

/// Edits that have come to their end by `now`, the oldest first, up to `limit`.
[[nodiscard]] std::vector<Edit> read_expired_edits(Database& database, Edit::Time now,
                                                   std::size_t limit);

/// When the next edit comes to its end; none if none does.
[[nodiscard]] std::optional<Edit::Time> read_next_expiry(Database& database);

/// Writes `changes` to the history, and what they come to over what holds for their names. What
/// only has edits last longer is not in the history.
void write_changes(Database& database, std::span<const MadeChange> changes);

/// The number of the last change; 0 if there was none.
[[nodiscard]] ChangeId read_last_change(Database& database);

/// The change `id`; none if there was none.
[[nodiscard]] std::optional<MadeChange> read_change(Database& database, ChangeId id);

/// The same without its edits and zones.
[[nodiscard]] std::optional<MadeChange> read_change_head(Database& database, ChangeId id);

/// Which changes are looked for: those that meet all of it.
struct HistoryFilter {
    std::optional<AddressRange> addresses = {};  ///< What they concern.
    std::optional<std::string> account = {};     ///< Whose addresses they concern.
    std::optional<ChangeId> before = {};         ///< Older than this one.
    bool is_of_ptrs_only = false;                ///< And of addresses.
    std::size_t limit = 100;                     ///< The newest ones.
};

/// An edit that was made, and the change it was a part of, which has no edits and zones here.
struct HistoryEntry {
    MadeChange change;
    MadeEdit edit;
};

/// What meets `filter`, the newest first.
[[nodiscard]] std::vector<HistoryEntry> read_history(Database& database,
                                                     const HistoryFilter& filter);

/// The same, of the state in `directory`, which a server may be using meanwhile. Where there is
/// none yet, nothing was changed. The error says what failed and what to do about it.
[[nodiscard]] Result<std::vector<HistoryEntry>, std::string> read_history(
    const std::filesystem::path& directory, const HistoryFilter& filter);

}  // namespace arpad
