#include "load/text_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

#include "load/text_block.hpp"

namespace arpad {
namespace {

std::uint32_t octet_at(std::string_view text, std::size_t offset) {
    return offset < text.size() ? static_cast<unsigned char>(text[offset]) : 0U;
}

bool is_continuation(std::uint32_t octet) {
    return (octet & 0xC0U) == 0x80U;
}

/// A code point and the octets it takes; none at an octet that begins no code point.
struct CodePoint {
    std::uint32_t value = 0;
    std::size_t octets = 0;
};

/// How many octets a code point takes that begins with `lead`; 0 if none begins so.
std::size_t sequence_octets(std::uint32_t lead) {
    if (lead < 0x80U) return 1;
    if (lead >= 0xC2U && lead <= 0xDFU) return 2;
    if (lead >= 0xE0U && lead <= 0xEFU) return 3;
    if (lead >= 0xF0U && lead <= 0xF4U) return 4;
    return 0;
}

/// RFC 3629 3: no overlong forms, no surrogates, nothing over U+10FFFF.
std::optional<CodePoint> decode(std::string_view text, std::size_t offset) {
    const std::uint32_t lead = octet_at(text, offset);
    const std::size_t octets = sequence_octets(lead);
    if (octets == 0) return std::nullopt;
    if (octets == 1) return CodePoint{lead, 1};
    std::uint32_t value = lead & (0x7FU >> octets);
    for (std::size_t index = 1; index < octets; ++index) {
        const std::uint32_t next = octet_at(text, offset + index);
        if (!is_continuation(next)) return std::nullopt;
        value = value << 6U | (next & 0x3FU);
    }
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = value >= 0xD800U && value <= 0xDFFFU;
    if (value < least[octets] || value > 0x10FFFFU || is_surrogate) return std::nullopt;
    return CodePoint{value, octets};
}

bool is_control(std::uint32_t value) {
    const bool is_white = value == '\t' || value == '\n' || value == '\r';
    return (value < 0x20U && !is_white) || (value >= 0x7FU && value <= 0x9FU);
}

TextFlaw flaw_at(std::string_view text, std::size_t offset, std::string message,
                 std::string advice) {
    return {PlaceCursor(text).place_of(offset), std::move(message), std::move(advice)};
}

TextFlaw control_flaw(std::string_view text, std::size_t offset, std::uint32_t value) {
    if (value == 0)
        return flaw_at(text, offset, "a NUL octet: this is not a text file",
                       "save the file as UTF-8 text");
    return flaw_at(text, offset, fmt::format("the control character U+{:04X}", value), "remove it");
}

}  // namespace

std::optional<TextFlaw> find_text_flaw(std::string_view text) {
    if (text.size() > max_text_octets)
        return TextFlaw{
            {}, fmt::format("the file is over {} octets long", max_text_octets), "split it"};
    std::size_t line_start = 0;
    for (std::size_t offset = 0; offset < text.size();) {
        if (offset + TextBlock::size - line_start <= max_line_octets) {
            const TextBlock block = TextBlock::of(text, offset);
            const BlockMask line_ends = block.equal_to('\n');
            if ((block.between(' ', '~') | line_ends) == TextBlock::all) {
                offset += TextBlock::size;
                if (line_ends != 0)
                    line_start = offset - static_cast<std::size_t>(std::countl_zero(
                                              static_cast<std::uint16_t>(line_ends)));
                continue;
            }
        }
        const auto code_point = decode(text, offset);
        if (!code_point)
            return flaw_at(text, offset,
                           fmt::format("the octet 0x{:02X} is not UTF-8", octet_at(text, offset)),
                           "save the file as UTF-8 text");
        if (is_control(code_point->value)) return control_flaw(text, offset, code_point->value);
        if (code_point->value == '\r' && octet_at(text, offset + 1) != '\n')
            return flaw_at(text, offset, "a carriage return that ends no line",
                           "end lines with LF or CRLF");
        offset += code_point->octets;
        if (code_point->value == '\n') line_start = offset;
        // yaml-cpp keeps a whole line of brackets in memory, at some 230 octets for each.
        if (offset - line_start > max_line_octets)
            return TextFlaw{PlaceCursor(text).place_of(line_start),
                            fmt::format("the line is over {} octets long", max_line_octets),
                            "break it into lines, for example one record on each"};
    }
    return std::nullopt;
}

std::string_view without_byte_order_mark(std::string_view text) noexcept {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

Place PlaceCursor::place_of(std::size_t offset) noexcept {
    offset = std::min(offset, text_.size());
    if (offset < offset_) step_back_to(offset);
    for (; offset_ < offset; ++offset_) {
        if (text_[offset_] == '\n')
            place_ = {place_.line + 1, 1};
        else if (!is_continuation(octet_at(text_, offset_)))
            ++place_.column;
    }
    return place_;
}

void PlaceCursor::step_back_to(std::size_t offset) noexcept {
    while (offset_ > offset) {
        --offset_;
        if (text_[offset_] == '\n') --place_.line;
    }
    while (offset_ > 0 && text_[offset_ - 1] != '\n') --offset_;
    place_.column = 1;
}

}  // namespace arpad
