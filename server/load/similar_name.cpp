#include "load/similar_name.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dns/name.hpp"

namespace arpad {
namespace {

/// Letters to insert, remove or replace to make `left` of `right`, case ignored.
std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t column = 0; column < row.size(); ++column) row[column] = column;
    for (std::size_t line = 0; line < left.size(); ++line) {
        std::size_t diagonal = row[0];
        row[0] = line + 1;
        for (std::size_t column = 0; column < right.size(); ++column) {
            const bool is_same = to_lower(static_cast<std::uint8_t>(left[line])) ==
                                 to_lower(static_cast<std::uint8_t>(right[column]));
            const std::size_t replaced = diagonal + (is_same ? 0 : 1);
            diagonal = row[column + 1];
            row[column + 1] = std::min({replaced, diagonal + 1, row[column] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::optional<std::string_view> find_similar(std::string_view text,
                                             std::span<const std::string_view> known) {
    constexpr std::size_t max_typos = 2;
    std::size_t least = max_typos + 1;
    std::optional<std::string_view> similar;
    for (const std::string_view name : known) {
        if (text.size() > name.size() + max_typos || name.size() > text.size() + max_typos)
            continue;
        const std::size_t distance = edit_distance(text, name);
        if (distance >= std::min(least, name.size())) continue;
        least = distance;
        similar = name;
    }
    return similar;
}

}  // namespace arpad
