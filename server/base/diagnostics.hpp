/// \file  What is wrong with the operator's files, where, and what to do about it.
///
/// A Diagnostics collects; nothing stops at the first error. Threads: one at a time.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace arpad {

/// A place in a text file. Lines and columns count from 1, columns in code points; 0 means the
/// whole file or the whole line.
struct Place {
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    auto operator<=>(const Place&) const = default;
};

/// How bad it is: a warning is served all the same, an error is not.
enum class Severity : std::uint8_t { warning, error };

/// One finding, printed as
///
///     zones/192.0.2.0_24.yaml:14:3: error: 192.0.3.7 is outside 192.0.2.0/24
///       move it to the file of 192.0.3.0/24, or widen `network`
struct Diagnostic {
    Severity severity = Severity::error;
    std::string file;     ///< As the operator named it; empty if the finding has no file.
    Place place;          ///< Where in the file.
    std::string message;  ///< What is wrong: one sentence without a full stop.
    std::string advice;   ///< What to do: one sentence; may be empty.

    /// `zones/192.0.2.0_24.yaml:14:3: `, as far as known.
    [[nodiscard]] std::string location() const;

    /// The two lines shown above, without a final newline.
    [[nodiscard]] std::string to_text() const;
};

/// All findings of one load.
class Diagnostics {
public:
    /// Adds an error at `place` of `file`.
    void error(std::string_view file, Place place, std::string message, std::string advice = {});

    /// Adds a warning at `place` of `file`.
    void warning(std::string_view file, Place place, std::string message, std::string advice = {});

    /// Adds `entry`.
    void add(Diagnostic entry);

    /// Takes over everything `other` holds.
    void append(Diagnostics other);

    /// Orders the findings by file, then place; those of equal places keep their order.
    void sort();

    [[nodiscard]] const std::vector<Diagnostic>& entries() const noexcept { return entries_; }
    [[nodiscard]] bool is_empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t error_count() const noexcept { return error_count_; }
    [[nodiscard]] std::size_t warning_count() const noexcept {
        return entries_.size() - error_count_;
    }

    /// All findings, one behind the other, each with a final newline.
    [[nodiscard]] std::string to_text() const;

    /// Whether any error concerns `file`.
    [[nodiscard]] bool has_error_in(std::string_view file) const;

private:
    std::vector<Diagnostic> entries_;
    std::size_t error_count_ = 0;
};

}  // namespace arpad
