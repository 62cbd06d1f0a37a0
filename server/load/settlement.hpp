/// \file  Which version of each file is used: what is served when files are broken or contradict
/// each other.
///
/// All or nothing per network: a file with an error is degraded to its last good copy, then to
/// zones that answer SERVFAIL, then to nothing, in rounds, until what is left does not contradict
/// itself. Threads: one at a time; files are read on several, which have ended when the constructor
/// returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "load/zone_directory.hpp"
#include "load/zone_file.hpp"
#include "zone/assembly.hpp"
#include "zone/inventory.hpp"
#include "zone/layout.hpp"

namespace arpad {

/// Zone files as they were when they were last in service. Implemented where copies are kept.
class LastGoodCopies {
public:
    virtual ~LastGoodCopies() = default;

    /// The text of the file that is called `key` in SourceFile, if there is a copy.
    [[nodiscard]] virtual std::optional<std::string> find_copy(const std::string& key) = 0;
};

/// Keeps no copies, for tools that only check.
class NoCopies final : public LastGoodCopies {
public:
    std::optional<std::string> find_copy(const std::string&) override { return std::nullopt; }
};

/// What is served of one zone file.
enum class Standing : std::uint8_t {
    current,    ///< The file as it is.
    last_good,  ///< Its last good copy.
    broken,     ///< Nothing: its zones answer SERVFAIL.
    unknown,    ///< Nothing, and which zones it has is not known or contradicts another file.
};

/// What is used of the inventory.
struct InventoryReading {
    Standing standing = Standing::unknown;        ///< `current`, `last_good` or `unknown`.
    std::shared_ptr<const InventoryModel> model;  ///< Null if nothing is used of it.
};

/// Reads the inventory in `source`, or its last good copy, with the servers put beside it. What is
/// wrong with it as it is now goes to `diagnostics`.
[[nodiscard]] InventoryReading read_inventory_or_copy(const SourceFile& source,
                                                      LastGoodCopies& copies,
                                                      std::span<const StoredServer> stored,
                                                      Diagnostics& diagnostics);

/// Whether networks are all that there are, or some that concern no others.
enum class Extent : std::uint8_t { all, part };

/// One zone file after a load.
struct LoadedNetwork {
    std::size_t source = 0;  ///< Position of its file in what was loaded.
    Standing standing = Standing::unknown;
    std::optional<NetworkKey> key;  ///< None if that could not be read.
    std::string name;               ///< "192.0.2.0/24", or the file's name if there is no key.
    std::size_t records = 0;        ///< Entries of `records` in service.
};

/// See above. Borrows what it is given, and stays where it was made.
class Settlement {
public:
    /// Reads and settles `zones`, with defaults by `inventory`, null if there is none, and `edits`
    /// over them, null likewise. What is wrong with files as they are now goes to `diagnostics`.
    Settlement(const std::vector<SourceFile>& zones, const InventoryReading* inventory,
               const ZoneDefaults& defaults, LastGoodCopies& copies, Diagnostics& diagnostics,
               Extent extent = Extent::all, EditSource* edits = nullptr);

    Settlement(const Settlement&) = delete;
    Settlement& operator=(const Settlement&) = delete;

    /// What zones are to be built from. Valid as long as this.
    [[nodiscard]] BuildInput input() const;

    /// What the zones hold, as it was checked last and found without error; `build_zones` spends
    /// it. Valid as long as this.
    [[nodiscard]] Assembly& assembly() noexcept { return *assembly_; }

    /// What is used of each zone file, in the order of the files.
    [[nodiscard]] std::vector<LoadedNetwork> networks() const;

private:
    struct File {
        ZoneFile zone_file;  // of the standing it has
        Standing standing = Standing::current;
    };

    void settle();
    [[nodiscard]] File degrade(File file, const SourceFile& source);
    [[nodiscard]] std::optional<ZoneFile> read_copy(const SourceFile& source);
    void gather();
    void place_extra(Diagnostics& contradictions);
    [[nodiscard]] bool judge(const Diagnostics& contradictions);
    void report(const Diagnostic& entry);

    const std::vector<SourceFile>& sources_;
    const InventoryReading* inventory_;  // null if there is none
    const ZoneDefaults& defaults_;
    LastGoodCopies& copies_;
    Diagnostics& diagnostics_;
    Extent extent_;
    EditSource* edits_;
    std::vector<File> files_;             // by source
    std::vector<NetworkEntry> entries_;   // point into files_
    std::vector<File*> entry_files_;      // by network
    std::optional<Layout> layout_;        // refers to entries_
    std::unique_ptr<Assembly> assembly_;  // refers to all of these
};

}  // namespace arpad
