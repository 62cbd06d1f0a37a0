/// \file  From networks to zones: what follows from all networks together.
///
/// First `check_networks` puts together what every zone holds and says which networks contradict
/// each other; then `build_zones` makes of it what is served, the broken ones as zones that answer
/// SERVFAIL. Threads: one at a time.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/diagnostics.hpp"
#include "zone/assembly.hpp"
#include "zone/serials.hpp"
#include "zone/snapshot.hpp"
#include "zone/zone.hpp"
#include "zone/zone_editor.hpp"

namespace arpad {

/// Reports, at the file they stand in, entries that belong to another network, and what does not
/// fit together in a zone; as warnings, what is served but hardly meant. Networks without a model
/// are not looked into.
///
/// Returns what was looked into; null if the layout is not sound, since there is then nothing to
/// put together. It is to be built only if there was no error.
[[nodiscard]] std::unique_ptr<Assembly> check_networks(const BuildInput& input,
                                                       Diagnostics& diagnostics);

/// Warns of addresses of servers that no network covers, where `networks` are those of all files.
/// In no order. `check_networks` does that too, unless its input is only a part.
void check_coverage(const InventoryModel& inventory, std::vector<Prefix> networks,
                    Diagnostics& diagnostics);

/// A zone of the layout.
struct BuiltZone {
    std::shared_ptr<const Zone> zone;
    Digest content{};  ///< Of all but the serial; zeros if it is unavailable.
    EditBase base;     ///< What it would be without edits.
};

/// The zones of the layout; those of networks without a model, or with primaries, are unavailable.
/// `assembly` is what `check_networks` found no error in, and is spent. Reports serial floors that
/// did not move as warnings.
[[nodiscard]] std::vector<BuiltZone> build_zones(Assembly& assembly, SerialSource& serials,
                                                 Diagnostics& diagnostics);

/// The edits of names of `zone` that are no address's, those of each name one after the other.
[[nodiscard]] std::vector<Edit> named_edits_of(const BuildInput& input, const PlannedZone& zone);

/// A snapshot of `zones`.
[[nodiscard]] std::shared_ptr<const Snapshot> snapshot_of(std::span<const BuiltZone> zones);

}  // namespace arpad
