/// \file  Names of child zones for IPv4 prefixes longer than /24 (RFC 2317).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reverse/prefix.hpp"

namespace arpad {

/// How the label of an RFC 2317 child zone is written.
enum class ClasslessStyle : std::uint8_t {
    slash,  ///< `64/26`, as in RFC 2317 itself.
    dash,   ///< `64-26`, where a slash is not welcome.
    range,  ///< `64-127`: first and last address.
};

/// Reads `slash`, `dash` or `range`.
[[nodiscard]] std::optional<ClasslessStyle> classless_style_from_text(
    std::string_view text) noexcept;

/// Whether `prefix` has no reverse name of its own and can get one by RFC 2317: IPv4, /25 to /31.
[[nodiscard]] constexpr bool is_classless(const Prefix& prefix) noexcept {
    return prefix.family() == Family::ipv4 && prefix.length() > 24 && prefix.length() < 32;
}

/// The label of the child zone for an IPv4 `prefix` of /25 to /32: `64/26` for 192.0.2.64/26.
[[nodiscard]] std::string classless_label(const Prefix& prefix, ClasslessStyle style);

}  // namespace arpad
