/// \file  What the state says, read beside the server that writes it.
///
/// Threads: one at a time. Throws DatabaseError where the state cannot be read.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reverse/address.hpp"
#include "state/database.hpp"
#include "state/edit_log.hpp"
#include "zone/change.hpp"
#include "zone/edit.hpp"

namespace arpad {

/// See above.
class StateReader {
public:
    /// For the state in `directory`, which a server has opened.
    explicit StateReader(const std::filesystem::path& directory);

    /// The edits of addresses of `range`, ascending.
    [[nodiscard]] std::vector<Edit> edits(const AddressRange& range);

    [[nodiscard]] std::optional<MadeChange> change(ChangeId id) {
        return read_change(database_, id);
    }

    /// The same without its edits and zones.
    [[nodiscard]] std::optional<MadeChange> change_head(ChangeId id) {
        return read_change_head(database_, id);
    }

    [[nodiscard]] std::vector<HistoryEntry> history(const HistoryFilter& filter) {
        return read_history(database_, filter);
    }

private:
    Database database_;
};

}  // namespace arpad
