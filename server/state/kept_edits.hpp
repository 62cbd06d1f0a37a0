/// \file  Edits as a state keeps them.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "reverse/address.hpp"
#include "state/database.hpp"
#include "zone/edit.hpp"

namespace arpad {

/// Edits in memory. Threads: one at a time.
class KeptEdits final : public EditSource {
public:
    /// None.
    KeptEdits() = default;

    /// All that `database` has; none if it is of an arpad that knew none.
    explicit KeptEdits(Database& database);

    /// Those of the state in `directory`, which a server may be using meanwhile. Where there is
    /// none yet, nothing was edited. The error says what failed and what to do about it.
    [[nodiscard]] static Result<KeptEdits, std::string> read(
        const std::filesystem::path& directory);

    void for_each_edit(const AddressRange& range,
                       const std::function<void(const Edit&)>& visit) override;

    void for_each_named_edit(const Name& apex,
                             const std::function<void(const Edit&)>& visit) override;

    [[nodiscard]] std::string maker_of(const Edit& edit) override;

private:
    std::map<Address, std::vector<Edit>> edits_;
    std::map<Name, std::vector<Edit>, CanonicalLess> named_edits_;
    std::map<ChangeId, std::string> makers_;
};

}  // namespace arpad
