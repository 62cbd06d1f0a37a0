/// \file  From networks to zones: what follows from all networks together.
///
/// First `check_networks` says which of them contradict each other; then `build_zones` makes what
/// is served, the broken ones as zones that answer SERVFAIL. Threads: one at a time.
#pragma once

#include <memory>
#include <vector>

#include "base/diagnostics.hpp"
#include "zone/assembly.hpp"
#include "zone/serials.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// Reports, at the file they stand in, entries that belong to another network, and what does not
/// fit together in a zone; as warnings, what is served but hardly meant. Networks without a model
/// are not looked into.
void check_networks(const BuildInput& input, Diagnostics& diagnostics);

/// The zones of the layout. Those of networks without a model are unavailable; every other network
/// must have passed `check_networks`. Reports serial floors that did not move as warnings.
[[nodiscard]] std::vector<std::shared_ptr<const Zone>> build_zones(const BuildInput& input,
                                                                   SerialSource& serials,
                                                                   Diagnostics& diagnostics);

}  // namespace arpad
