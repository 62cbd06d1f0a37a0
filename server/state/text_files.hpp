/// \file  Large texts in files of their own, each named after its digest.
///
/// Beside the database, which writes what it stores twice, page by page: 50 MB took it 0.57 s of
/// CPU time, and a file 0.12 s (SQLite 3.40, November 2026). A text is there as a whole or not at
/// all, and never changes, so a row that names its digest never finds another one.
/// Threads: one at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

#include "crypto/digest.hpp"

namespace arpad {

/// See above.
class TextFiles {
public:
    /// Files in `directory`, which may have others beside them.
    explicit TextFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

    /// Whether there is any text, or what a crash left of one.
    [[nodiscard]] bool are_any() const;

    /// Whether there is a text with this digest that has `octets` octets.
    [[nodiscard]] bool has(const Digest& digest, std::size_t octets) const;

    /// Writes `text`, whose digest is `digest`, to the disk. The system's reason if that failed.
    [[nodiscard]] std::error_code write(const Digest& digest, std::string_view text) const;

    /// The text with this digest; none if it is not there or has been damaged.
    [[nodiscard]] std::optional<std::string> find(const Digest& digest) const;

    /// Removes all texts but those with the digests `kept`, and what a crash left unfinished. What
    /// cannot be removed stays until the next time.
    void remove_others(const std::set<Digest>& kept) const;

private:
    [[nodiscard]] std::filesystem::path path_of(const Digest& digest) const;

    std::filesystem::path directory_;
};

}  // namespace arpad
