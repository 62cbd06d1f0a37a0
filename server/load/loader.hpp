/// \file  Zone files to a snapshot, whatever state they are in.
///
/// All or nothing per network: a file with an error is not half used. Its last good copy takes its
/// place; without one, its zones answer SERVFAIL, so that nobody takes them for empty.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "load/settlement.hpp"
#include "load/zone_directory.hpp"
#include "load/zone_file.hpp"
#include "zone/serials.hpp"
#include "zone/snapshot.hpp"

namespace arpad {

/// What is said beside the files.
struct Beside {
    EditSource* edits = nullptr;  ///< Null for none.
    std::vector<StoredServer> servers = {};
};

/// The outcome of a load.
struct Load {
    std::shared_ptr<const Snapshot> snapshot;
    std::vector<LoadedNetwork> networks;        ///< In the order of the files.
    std::optional<InventoryReading> inventory;  ///< None if there is none.
    Diagnostics diagnostics;                    ///< In order.
};

/// Loads `sources`. Broken files are reported in full; their standing says what is served in their
/// place. Without a usable inventory no address has a default name. Takes serials from `serials`,
/// which still has to make them durable.
///
/// `beside` is what was said beside the files; null for nothing.
[[nodiscard]] Load load_zones(const Sources& sources, const ZoneDefaults& defaults,
                              LastGoodCopies& copies, SerialSource& serials,
                              const Beside& beside = {});

/// Counts what is in service.
class Summary {
public:
    /// Adds a network with so many records.
    void add(Standing standing, std::size_t records) noexcept;

    /// "4 zones, 3 networks, 120 records, 2 servers", with the zones of `snapshot`; without servers
    /// if `inventory` is null.
    [[nodiscard]] std::string to_text(const Snapshot& snapshot,
                                      const InventoryReading* inventory) const;

private:
    std::size_t networks_ = 0;
    std::size_t records_ = 0;
};

/// The summary of what was loaded.
[[nodiscard]] std::string summary_of(const Load& load);

/// Gives every zone the serial that a server without a state would start with, for tools that only
/// check.
class FirstSerials final : public SerialSource {
public:
    SerialDecision serial_for(const Name& apex, const SerialModel& model,
                              const Digest& content) override;
};

}  // namespace arpad
