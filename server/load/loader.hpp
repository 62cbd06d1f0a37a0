/// \file  Zone files to a snapshot, whatever state they are in.
///
/// All or nothing per network: a file with an error is not half used. Its last good copy takes its
/// place; without one, its zones answer SERVFAIL, so that nobody takes them for empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "load/zone_directory.hpp"
#include "load/zone_file.hpp"
#include "zone/serials.hpp"
#include "zone/snapshot.hpp"

namespace arpad {

/// Zone files as they were when they were last in service. Implemented where copies are kept.
class LastGoodCopies {
public:
    virtual ~LastGoodCopies() = default;

    /// The text of the file that is called `key` in SourceFile, if there is a copy.
    [[nodiscard]] virtual std::optional<std::string> find_copy(const std::string& key) = 0;
};

/// What is served of one zone file.
enum class Standing : std::uint8_t {
    current,    ///< The file as it is.
    last_good,  ///< Its last good copy.
    broken,     ///< Nothing: its zones answer SERVFAIL.
    unknown,    ///< Nothing, and which zones it has is not known or contradicts another file.
};

/// What is used of the inventory.
struct LoadedInventory {
    Standing standing = Standing::current;  ///< `unknown` if nothing is used of it.
    std::size_t servers = 0;
};

/// One zone file after a load.
struct LoadedNetwork {
    std::size_t source = 0;  ///< Position of its file in what was loaded.
    Standing standing = Standing::unknown;
    std::string name;         ///< "192.0.2.0/24", or the file's name if that is not known.
    std::size_t records = 0;  ///< Entries of `records` in service.
};

/// The outcome of a load.
struct Load {
    std::shared_ptr<const Snapshot> snapshot;
    std::vector<LoadedNetwork> networks;       ///< In the order of the files.
    std::optional<LoadedInventory> inventory;  ///< None if there is none.
    Diagnostics diagnostics;                   ///< In order.
};

/// Loads `sources`. Broken files are reported in full; their standing says what is served in their
/// place. Without a usable inventory no address has a default name. Takes serials from `serials`,
/// which still has to make them durable.
[[nodiscard]] Load load_zones(const Sources& sources, const ZoneDefaults& defaults,
                              LastGoodCopies& copies, SerialSource& serials);

/// "4 zones, 3 networks, 120 records": what is in service.
[[nodiscard]] std::string summary_of(const Load& load);

/// Keeps no copies, for tools that only check.
class NoCopies final : public LastGoodCopies {
public:
    std::optional<std::string> find_copy(const std::string&) override { return std::nullopt; }
};

/// Gives every zone the serial that a server without a state would start with, for tools that only
/// check.
class FirstSerials final : public SerialSource {
public:
    SerialDecision serial_for(const Name& apex, const SerialModel& model,
                              const Digest& content) override;
};

}  // namespace arpad
