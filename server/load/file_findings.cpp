#include "load/file_findings.hpp"

#include <fmt/format.h>

#include <utility>

namespace arpad {
namespace {

constexpr std::size_t max_quoted_octets = 80;

bool continues_code_point(char octet) {
    return (static_cast<unsigned char>(octet) & 0xC0U) == 0x80U;
}

bool is_control(char octet) {
    return static_cast<unsigned char>(octet) < 0x20 || octet == 0x7F;
}

}  // namespace

void FileFindings::error(Place place, std::string message, std::string advice) {
    ++errors_;
    if (errors_ <= max_listed) {
        diagnostics_.error(file_, place, std::move(message), std::move(advice));
    } else if (errors_ == max_listed + 1) {
        diagnostics_.error(
            file_, place,
            fmt::format("more than {} errors; those from here on are not listed", max_listed),
            "correct the errors above first");
    }
}

void FileFindings::warning(Place place, std::string message, std::string advice) {
    ++warnings_;
    if (warnings_ <= max_listed) {
        diagnostics_.warning(file_, place, std::move(message), std::move(advice));
    } else if (warnings_ == max_listed + 1) {
        diagnostics_.warning(
            file_, place,
            fmt::format("more than {} warnings; those from here on are not listed", max_listed),
            "");
    }
}

std::string in_backquotes(std::string_view text) {
    const bool is_long = text.size() > max_quoted_octets;
    if (is_long) {
        std::size_t end = max_quoted_octets;
        while (end > 0 && continues_code_point(text[end])) --end;
        text = text.substr(0, end);
    }
    std::string quoted = "`";
    for (const char octet : text) quoted += is_control(octet) ? ' ' : octet;
    quoted += is_long ? "...`" : "`";
    return quoted;
}

}  // namespace arpad
