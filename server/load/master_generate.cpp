#include "load/master_generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace arpad {
namespace {

constexpr std::uint32_t max_number = 2'147'483'647;
constexpr unsigned max_width = 255;  // more than a label or a string holds

/// Takes a number from the beginning of `text`.
template <class Number>
std::optional<Number> take_number(std::string_view& text) noexcept {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take(std::string_view& text, char letter) noexcept {
    if (!text.starts_with(letter)) return false;
    text.remove_prefix(1);
    return true;
}

/// The hexadecimal digits of `number` in reverse, a dot between two. `width` counts digits and
/// dots, as in BIND.
void append_nibbles(std::string& text, std::uint64_t number, unsigned width, char base) {
    const std::string_view digits = base == 'n' ? "0123456789abcdef" : "0123456789ABCDEF";
    do {
        text += digits[number & 0xFU];
        number >>= 4U;
        if (width > 0) --width;
        if (width > 0 || number != 0) {
            text += '.';
            if (width > 0) --width;
        }
    } while (number != 0 || width > 0);
}

void append_number(std::string& text, std::uint64_t number, unsigned width, char base) {
    const auto out = std::back_inserter(text);
    switch (base) {
        case 'o':
            fmt::format_to(out, "{:0{}o}", number, width);
            break;
        case 'x':
            fmt::format_to(out, "{:0{}x}", number, width);
            break;
        case 'X':
            fmt::format_to(out, "{:0{}X}", number, width);
            break;
        case 'n':
        case 'N':
            append_nibbles(text, number, width, base);
            break;
        default:
            fmt::format_to(out, "{:0{}d}", number, width);
    }
}

}  // namespace

std::optional<GenerateRange> generate_range_from_text(std::string_view text) noexcept {
    GenerateRange range;
    const auto first = take_number<std::uint32_t>(text);
    if (!first || !take(text, '-')) return std::nullopt;
    const auto last = take_number<std::uint32_t>(text);
    if (!last) return std::nullopt;
    range.first = *first;
    range.last = *last;
    if (take(text, '/')) {
        const auto step = take_number<std::uint32_t>(text);
        if (!step || *step == 0) return std::nullopt;
        range.step = *step;
    }
    if (!text.empty() || range.first > range.last || range.last > max_number) return std::nullopt;
    return range;
}

/// Reads what stands behind a `$`; how many letters it has.
std::optional<std::size_t> GeneratePattern::read_number(std::string_view text, Piece& piece) {
    piece.has_number = true;
    std::string_view rest = text;
    if (!take(rest, '{')) return 0;
    const auto offset = take_number<std::int32_t>(rest);
    if (!offset) return std::nullopt;
    piece.offset = *offset;
    if (take(rest, ',')) {
        const auto width = take_number<unsigned>(rest);
        if (!width || *width > max_width) return std::nullopt;
        piece.width = *width;
    }
    if (take(rest, ',')) {
        constexpr std::string_view bases = "doxXnN";
        if (rest.empty() || bases.find(rest[0]) == std::string_view::npos) return std::nullopt;
        piece.base = rest[0];
        rest.remove_prefix(1);
    }
    if (!take(rest, '}')) return std::nullopt;
    return text.size() - rest.size();
}

std::optional<GeneratePattern> GeneratePattern::from_text(std::string_view text) {
    GeneratePattern pattern;
    Piece piece;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) {
            piece.literal += text.substr(i, 2);
            ++i;
        } else if (text.substr(i, 2) == "$$") {
            piece.literal += "\\$";
            ++i;
        } else if (text[i] == '$') {
            const auto letters = read_number(text.substr(i + 1), piece);
            if (!letters) return std::nullopt;
            i += *letters;
            pattern.pieces_.push_back(std::exchange(piece, Piece{}));
        } else {
            piece.literal += text[i];
        }
    }
    pattern.pieces_.push_back(std::move(piece));
    return pattern;
}

std::optional<std::string> GeneratePattern::text_for(std::uint32_t number) const {
    std::string text;
    for (const Piece& piece : pieces_) {
        text += piece.literal;
        if (!piece.has_number) continue;
        const std::int64_t value = number + piece.offset;
        if (value < 0) return std::nullopt;
        append_number(text, static_cast<std::uint64_t>(value), piece.width, piece.base);
    }
    return text;
}

}  // namespace arpad
