/// \file  Which names may be given to an address, and by whom.
///
/// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "control/address_book.hpp"
#include "dns/name.hpp"
#include "state/access_store.hpp"
#include "zone/inventory.hpp"

namespace arpad {

/// Why a name, or an address, is not taken: one sentence each.
struct RuleBreach {
    std::string text;
    std::string advice;
};

/// Reads names as somebody wrote them: legal host names, at least one, at most ten, no two equal.
[[nodiscard]] Result<std::vector<Name>, RuleBreach> read_names(
    const std::vector<std::string>& texts);

/// Why somebody with `grant` may not give `names` to the address of `row`; none if they may, as far
/// as that can be told without looking the names up. `account` is that of the grant, null if it
/// has none.
[[nodiscard]] std::optional<RuleBreach> find_breach(const Grant& grant, const AccountModel* account,
                                                    const BookRow& row,
                                                    const std::vector<Name>& names);

/// Those of `names` that have to lead back to the address of `row` before it is given them.
[[nodiscard]] std::vector<Name> names_to_confirm(const Grant& grant, const AccountModel* account,
                                                 const BookRow& row, std::vector<Name> names);

}  // namespace arpad
