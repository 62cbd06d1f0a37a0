#include "load/master_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <span>

// Behind the standard library: it defines `false`.
#include <ldns/ldns.h>

#include "load/file_findings.hpp"

namespace arpad {
namespace {

bool is_digit(char letter) noexcept {
    return letter >= '0' && letter <= '9';
}

bool equals_but_for_case(std::string_view left, std::string_view right) noexcept {
    return std::ranges::equal(
        left, right, {}, [](char letter) { return to_lower(static_cast<std::uint8_t>(letter)); },
        [](char letter) { return to_lower(static_cast<std::uint8_t>(letter)); });
}

/// Reads `text` as a whole as a decimal number.
template <class Number>
std::optional<Number> number_from_text(std::string_view text) noexcept {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

/// The 16-bit number behind `prefix`, as in TYPE65280 and CLASS1 (RFC 3597 5).
std::optional<std::uint16_t> numbered(std::string_view text, std::string_view prefix) noexcept {
    if (text.size() <= prefix.size()) return std::nullopt;
    if (!equals_but_for_case(text.substr(0, prefix.size()), prefix)) return std::nullopt;
    return number_from_text<std::uint16_t>(text.substr(prefix.size()));
}

/// A name in wire form while it is read from text, label by label.
class WireName {
public:
    /// Reads `text`, relative or absolute. Why it is no name, if it is none.
    std::optional<NameError> read(std::string_view text) noexcept {
        while (at_ < text.size()) {
            if (const auto error = read_label(text)) return error;
        }
        return std::nullopt;
    }

    /// Whether the last label had a dot behind it.
    [[nodiscard]] bool is_absolute() const noexcept { return is_absolute_; }

    /// Puts `origin` behind what was read; false if the name gets too long.
    [[nodiscard]] bool append(NameView origin) noexcept {
        if (octets_ + origin.octets() > max_name_octets) return false;
        std::ranges::copy(origin.wire(), wire_.begin() + static_cast<std::ptrdiff_t>(octets_));
        octets_ += origin.octets();
        return true;
    }

    [[nodiscard]] NameView view() const noexcept {
        return NameView::of_valid_wire(std::span(wire_).first(octets_));
    }

private:
    std::optional<NameError> read_label(std::string_view text) noexcept {
        const std::size_t length_at = octets_;
        if (!put(0)) return NameError::name_too_long;
        is_absolute_ = false;
        while (at_ < text.size() && !is_absolute_) {
            if (text[at_] == '.') {
                is_absolute_ = true;
                ++at_;
            } else if (const auto error = read_octet(text)) {
                return error;
            }
        }
        const std::size_t label_octets = octets_ - length_at - 1;
        if (label_octets == 0) return NameError::empty_label;
        if (label_octets > max_label_octets) return NameError::label_too_long;
        wire_[length_at] = static_cast<std::uint8_t>(label_octets);
        return std::nullopt;
    }

    std::optional<NameError> read_octet(std::string_view text) noexcept {
        if (text[at_] != '\\') {
            return put(static_cast<std::uint8_t>(text[at_++])) ? std::nullopt : too_long();
        }
        const std::string_view rest = text.substr(at_ + 1);
        if (rest.empty()) return NameError::bad_escape;
        if (!is_digit(rest[0])) {
            at_ += 2;
            return put(static_cast<std::uint8_t>(rest[0])) ? std::nullopt : too_long();
        }
        const auto value = number_from_text<std::uint8_t>(rest.substr(0, 3));
        if (rest.size() < 3 || !value) return NameError::bad_escape;
        at_ += 4;
        return put(*value) ? std::nullopt : too_long();
    }

    static std::optional<NameError> too_long() noexcept { return NameError::name_too_long; }

    /// Room for the root label is always left.
    bool put(std::uint8_t octet) noexcept {
        if (octets_ + 1 >= max_name_octets) return false;
        wire_[octets_++] = octet;
        return true;
    }

    std::array<std::uint8_t, max_name_octets> wire_;
    std::size_t octets_ = 0;
    std::size_t at_ = 0;
    bool is_absolute_ = false;
};

MasterWordFlaw no_origin(std::string_view text) {
    return {fmt::format("{} is no full name", in_backquotes(text)), std::string(full_names_advice)};
}

MasterWordFlaw bad_name(std::string_view text, NameError error) {
    return {fmt::format("{} is no name: {}", in_backquotes(text), to_text(error)), "correct it"};
}

/// What a unit stands for in seconds; 0 if it is none.
std::uint64_t seconds_of_unit(char unit) noexcept {
    switch (to_lower(static_cast<std::uint8_t>(unit))) {
        case 's':
            return 1;
        case 'm':
            return 60;
        case 'h':
            return 3600;
        case 'd':
            return 86'400;
        case 'w':
            return 604'800;
        default:
            return 0;
    }
}

/// The seconds of `text`, or a number over every limit; none if it is no duration.
std::optional<std::uint64_t> any_seconds_from_text(std::string_view text) noexcept {
    constexpr std::uint64_t too_many = std::uint64_t{1} << 40U;
    std::uint64_t sum = 0;
    std::size_t parts = 0;
    while (!text.empty()) {
        std::uint64_t count = 0;
        std::size_t digits = 0;
        for (; digits < text.size() && is_digit(text[digits]); ++digits) {
            count = std::min(count * 10 + static_cast<std::uint64_t>(text[digits] - '0'), too_many);
        }
        const bool is_plain = parts == 0 && digits == text.size();
        const std::uint64_t unit =
            is_plain ? 1 : seconds_of_unit(digits < text.size() ? text[digits] : ' ');
        if (digits == 0 || unit == 0) return std::nullopt;
        sum = std::min(sum + count * unit, too_many);
        text.remove_prefix(is_plain ? digits : digits + 1);
        ++parts;
    }
    if (parts == 0) return std::nullopt;
    return sum;
}

}  // namespace

Result<Name, MasterWordFlaw> name_from_master_text(std::string_view text,
                                                   const std::optional<Name>& origin) {
    if (text == ".") return Name();
    if (text == "@") {
        if (origin) return *origin;
        return no_origin(text);
    }
    if (text.empty()) return bad_name(text, NameError::empty);
    WireName name;
    if (const auto error = name.read(text)) return bad_name(text, *error);
    if (!name.is_absolute() && !origin) return no_origin(text);
    if (!name.append(name.is_absolute() ? NameView() : origin->view())) {
        return bad_name(text, NameError::name_too_long);
    }
    return Name(name.view());
}

std::optional<Result<Ttl, MasterWordFlaw>> ttl_from_master_text(std::string_view text) {
    const auto seconds = any_seconds_from_text(text);
    if (!seconds) return std::nullopt;
    if (*seconds > max_ttl.seconds) {
        return MasterWordFlaw{fmt::format("the TTL {} is over 2147483647", in_backquotes(text)),
                              "write a smaller one (RFC 2181 8)"};
    }
    return Ttl{static_cast<std::uint32_t>(*seconds)};
}

std::optional<std::uint32_t> seconds_from_master_text(std::string_view text) noexcept {
    const auto seconds = any_seconds_from_text(text);
    if (!seconds || *seconds > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(*seconds);
}

std::optional<RrClass> class_from_text(std::string_view text) noexcept {
    if (equals_but_for_case(text, "IN")) return RrClass::in;
    if (equals_but_for_case(text, "CH")) return RrClass::ch;
    if (equals_but_for_case(text, "HS")) return static_cast<RrClass>(4);
    if (equals_but_for_case(text, "NONE")) return RrClass::none;
    if (const auto number = numbered(text, "CLASS")) return static_cast<RrClass>(*number);
    return std::nullopt;
}

std::optional<RrType> type_from_text(std::string_view text) {
    if (equals_but_for_case(text, "PTR")) return RrType::ptr;
    if (const auto number = numbered(text, "TYPE")) return static_cast<RrType>(*number);
    constexpr std::size_t longest_mnemonic = 16;
    if (text.size() > longest_mnemonic || text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    // ldns would read TYPE and any tail as a number.
    if (equals_but_for_case(text.substr(0, 4), "TYPE")) return std::nullopt;
    const ldns_rr_type type = ldns_get_rr_type_by_name(std::string(text).c_str());
    if (type == 0) return std::nullopt;
    return static_cast<RrType>(type);
}

std::string to_mnemonic(RrType type) {
    char* text = ldns_rr_type2str(static_cast<ldns_rr_type>(type));
    std::string mnemonic(text);
    LDNS_FREE(text);
    return mnemonic;
}

}  // namespace arpad
