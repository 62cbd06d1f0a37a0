/// \file  From networks to zones: what follows from all networks together.
///
/// First `check_networks` says which of them contradict each other; then `build_zones` makes what
/// is served, the broken ones as zones that answer SERVFAIL. Threads: one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/diagnostics.hpp"
#include "zone/layout.hpp"
#include "zone/serials.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// Reports, at the file they stand in, entries that belong to another network, and RRsets that no
/// message can carry. Networks without a model are not looked into.
void check_networks(std::span<const NetworkEntry> networks, const Layout& layout,
                    Diagnostics& diagnostics);

/// The zones of `layout`. Those of networks without a model are unavailable; every other network
/// must have passed `check_networks`. Reports serial floors that did not move as warnings.
[[nodiscard]] std::vector<std::shared_ptr<const Zone>> build_zones(
    std::span<const NetworkEntry> networks, const Layout& layout, SerialSource& serials,
    Diagnostics& diagnostics);

}  // namespace arpad
