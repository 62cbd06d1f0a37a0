/// \file  The inventory file: YAML to InventoryModel.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "zone/inventory.hpp"

namespace arpad {

/// Reads `text`, the content of `file`, beside which there are `stored` servers. None if anything
/// is an error, all of which is then in `diagnostics`. What the inventory says about networks is
/// not looked at. Takes little more than reading the YAML, whatever the number of servers. Never
/// throws.
[[nodiscard]] std::optional<InventoryModel> read_inventory(
    const std::string& file, std::string_view text, Diagnostics& diagnostics,
    std::span<const StoredServer> stored = {});

}  // namespace arpad
