/// \file  The directory with the zone files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/file_stamp.hpp"

namespace arpad {

/// A file as it was found, not read.
struct FoundFile {
    std::string file;  ///< Its path, beginning with that of the directory: what messages say.
    std::string key;   ///< Its path below the directory, the same wherever arpad is started.
    std::optional<FileStamp> stamp;  ///< None if the system does not say.
};

/// A directory as it was found.
struct FoundDirectory {
    std::vector<FoundFile> files;                    ///< By key.
    std::vector<std::filesystem::path> directories;  ///< All that were looked into, and those of
                                                     ///< files that links lead to; may repeat.
};

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

/// Finds all `*.yaml` files in `directory` and below it. Names that begin with a dot or a `#` are
/// passed over, as are editors' backups; links are followed, but no directory is looked into twice.
/// What cannot be looked at is an error, and the rest is found all the same. Reads no file.
[[nodiscard]] FoundDirectory scan_zone_directory(const std::filesystem::path& directory,
                                                 Diagnostics& diagnostics);

/// Finds the file of the inventory at `path`. Says nothing of what cannot be looked at: reading it
/// will.
[[nodiscard]] FoundFile find_inventory(const std::filesystem::path& path);

/// Reads `found`. An error if that fails and the file was there when it was found.
[[nodiscard]] SourceFile read_source(const FoundFile& found, Diagnostics& diagnostics);

/// Reads all files that `scan_zone_directory` finds. That there are none is a warning.
[[nodiscard]] std::vector<SourceFile> read_zone_directory(const std::filesystem::path& directory,
                                                          Diagnostics& diagnostics);

/// Reads the file of the inventory at `path`. What cannot be read is an error.
[[nodiscard]] SourceFile read_inventory_source(const std::filesystem::path& path,
                                               Diagnostics& diagnostics);

/// Warns that `directory` holds no zone file.
void warn_of_no_zone_file(const std::filesystem::path& directory, Diagnostics& diagnostics);

}  // namespace arpad
