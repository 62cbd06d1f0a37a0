/// \file  What is wrong with one file, on its way to Diagnostics.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"

namespace arpad {

/// Adds findings about one file to a Diagnostics. A file may repeat one mistake a million times:
/// behind the first `max_listed` of a severity the rest is only counted.
///
/// Borrows the file's name and the Diagnostics.
class FileFindings {
public:
    static constexpr std::size_t max_listed = 1000;  ///< Errors, and as many warnings.

    FileFindings(std::string_view file, Diagnostics& diagnostics) noexcept
        : file_(file), diagnostics_(diagnostics) {}

    /// Adds an error at `place`.
    void error(Place place, std::string message, std::string advice);

    /// Adds a warning at `place`.
    void warning(Place place, std::string message, std::string advice);

    /// Errors so far, unlisted ones included.
    [[nodiscard]] std::size_t error_count() const noexcept { return errors_; }

    [[nodiscard]] std::string_view file() const noexcept { return file_; }

private:
    std::string_view file_;
    Diagnostics& diagnostics_;
    std::size_t errors_ = 0;
    std::size_t warnings_ = 0;
};

/// `text` as messages quote the operator: in backquotes, on one line, cut if long.
[[nodiscard]] std::string in_backquotes(std::string_view text);

}  // namespace arpad
