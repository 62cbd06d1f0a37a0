/// \file  The directory with the zone files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"

namespace arpad {

/// A file as it was read.
struct SourceFile {
    std::string file;  ///< Its path, beginning with that of the directory: what messages say.
    std::string key;   ///< Its path below the directory, the same wherever arpad is started.
    std::optional<std::string> text;  ///< None if it could not be read.
};

/// All files of a load.
struct Sources {
    std::vector<SourceFile> zones;
    std::optional<SourceFile> inventory;  ///< None if the configuration names none.
};

/// Reads all `*.yaml` files in `directory` and below it, sorted by path. Names that begin with a
/// dot or a `#` are passed over, as are editors' backups; links are followed, but no directory is
/// read twice. What cannot be read is an error, and the rest is read all the same.
[[nodiscard]] std::vector<SourceFile> read_zone_directory(const std::filesystem::path& directory,
                                                          Diagnostics& diagnostics);

/// Reads the file of the inventory at `path`. What cannot be read is an error.
[[nodiscard]] SourceFile read_inventory_source(const std::filesystem::path& path,
                                               Diagnostics& diagnostics);

}  // namespace arpad
