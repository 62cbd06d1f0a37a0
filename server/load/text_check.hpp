/// \file  Whether a file is text that a YAML reader may be given.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"

namespace arpad {

inline constexpr std::size_t max_text_octets = 1U << 30U;  ///< Of a file.
inline constexpr std::size_t max_line_octets = 1U << 20U;  ///< Of a line.

/// Why a file is no text, in the words of Diagnostic.
struct TextFlaw {
    Place place;
    std::string message;
    std::string advice;
};

/// The first octet that makes `text` something else than UTF-8 without control characters (tab and
/// line ends excepted) and without lines over `max_line_octets`. `text` has no byte order mark.
[[nodiscard]] std::optional<TextFlaw> find_text_flaw(std::string_view text);

/// `text` without the byte order mark that editors of other systems put before it.
[[nodiscard]] std::string_view without_byte_order_mark(std::string_view text) noexcept;

/// Finds the line and column of offsets in a text. Offsets that rise cost one pass in all.
class PlaceCursor {
public:
    /// Borrows `text`, which must be UTF-8.
    explicit PlaceCursor(std::string_view text) noexcept : text_(text) {}

    /// Where the octet at `offset` stands; the text's end for any offset behind it.
    [[nodiscard]] Place place_of(std::size_t offset) noexcept;

private:
    void step_back_to(std::size_t offset) noexcept;

    std::string_view text_;
    std::size_t offset_ = 0;
    Place place_{1, 1};
};

}  // namespace arpad
