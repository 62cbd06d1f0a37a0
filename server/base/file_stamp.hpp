/// \file  What the system says of a file that is not read: enough to tell whether it has changed.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace arpad {

/// Files with equal stamps hold the same, unless a stamp is too young to tell. Links are followed.
struct FileStamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t octets = 0;
    std::int64_t modified_ns = 0;  ///< Since 1970; what the file's owner may set.
    std::int64_t changed_ns = 0;   ///< Since 1970; what only the system sets.
    bool is_regular = false;
    bool is_directory = false;

    /// Whether the file could have been written to again, after `now`, within the resolution of the
    /// file system's clock: then another stamp may come out equal.
    [[nodiscard]] bool is_young(std::chrono::system_clock::time_point now) const noexcept;

    bool operator==(const FileStamp&) const = default;
};

/// The stamp of what is at `path`, or the system's reason why there is none.
[[nodiscard]] Result<FileStamp, std::error_code> stamp_of(const std::filesystem::path& path);

/// A directory of which many files are asked for: their paths need not be followed each time.
class StampedDirectory {
public:
    explicit StampedDirectory(const std::filesystem::path& path);

    /// The stamp of what is called `name` in it, or the system's reason why there is none.
    [[nodiscard]] Result<FileStamp, std::error_code> stamp_of(const std::string& name) const;

private:
    Descriptor directory_;
};

}  // namespace arpad
