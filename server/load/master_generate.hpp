/// \file  What `$GENERATE` of BIND says: a range of numbers, and text with a number in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arpad {

/// The numbers from `first` to at most `last`, `step` apart.
struct GenerateRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t step = 1;  ///< At least 1.

    /// How many they are.
    [[nodiscard]] std::uint64_t size() const noexcept {
        return (std::uint64_t{last} - first) / step + 1;
    }
};

/// Reads `1-254` or `0-255/2`, numbers up to 2147483647.
[[nodiscard]] std::optional<GenerateRange> generate_range_from_text(std::string_view text) noexcept;

/// Text with places for a number: `$`, or `${OFFSET[,WIDTH[,BASE]]}` where BASE is d, o, x, X, or n
/// and N for nibbles in reverse. `$$` is a dollar sign; escapes stay escapes.
class GeneratePattern {
public:
    /// None if something behind a `$` is not understood.
    [[nodiscard]] static std::optional<GeneratePattern> from_text(std::string_view text);

    /// The text for `number`; none if the number is below zero with its offset.
    [[nodiscard]] std::optional<std::string> text_for(std::uint32_t number) const;

private:
    /// Literal text, and the number behind it.
    struct Piece {
        std::string literal;
        bool has_number = false;
        std::int64_t offset = 0;
        unsigned width = 0;
        char base = 'd';
    };

    [[nodiscard]] static std::optional<std::size_t> read_number(std::string_view text,
                                                                Piece& piece);

    std::vector<Piece> pieces_;
};

}  // namespace arpad
