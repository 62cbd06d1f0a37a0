#include "base/log_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace arpad {
namespace {

/// Octets of the UTF-8 character that `text` begins with; 0 if it begins with none (RFC 3629 4).
std::size_t character_octets(std::string_view text) noexcept {
    const auto octet = [text](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const auto is_tail = [&octet](std::size_t at) { return (octet(at) & 0xC0U) == 0x80U; };
    const unsigned first = octet(0);
    const unsigned second = octet(1);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return is_tail(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool is_too_long = first == 0xE0 && second < 0xA0;
        const bool is_surrogate = first == 0xED && second > 0x9F;
        return is_tail(1) && is_tail(2) && !is_too_long && !is_surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool is_too_long = first == 0xF0 && second < 0x90;
        const bool is_too_large = first == 0xF4 && second > 0x8F;
        return is_tail(1) && is_tail(2) && is_tail(3) && !is_too_long && !is_too_large ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::optional<LogFormat> log_format_from_text(std::string_view text) noexcept {
    if (text == "text") return LogFormat::text;
    if (text == "json") return LogFormat::json;
    if (text == "journal") return LogFormat::journal;
    return std::nullopt;
}

std::optional<LogLevel> log_level_from_text(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 4> names{"debug", "info", "warning", "error"};
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) return std::nullopt;
    return static_cast<LogLevel>(found - names.begin());
}

std::string json_string(std::string_view text) {
    std::string json = "\"";
    while (!text.empty()) {
        const std::size_t octets = character_octets(text);
        const char first = text.front();
        if (octets == 0) {
            json += "\xEF\xBF\xBD";
        } else if (first == '"' || first == '\\') {
            json += {'\\', first};
        } else if (first == '\n') {
            json += "\\n";
        } else if (static_cast<unsigned char>(first) < 0x20) {
            json += fmt::format("\\u{:04x}", first);
        } else {
            json += text.substr(0, octets);
        }
        text.remove_prefix(std::max<std::size_t>(octets, 1));
    }
    return json + '"';
}

}  // namespace arpad
