/// \file  Names of child zones for IPv4 prefixes longer than /24 (RFC 2317).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns/name.hpp"
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

/// An IPv4 prefix longer than /24 and how its label is written.
struct ClasslessMeaning {
    Prefix prefix;
    ClasslessStyle style;
};

/// What the label of an RFC 2317 child zone below the name of `parent`, a /24, can mean. Several
/// only where a dash reads as a range too, as in 0-31: the larger prefix first.
[[nodiscard]] std::vector<ClasslessMeaning> classless_meanings(std::span<const std::uint8_t> label,
                                                               const Prefix& parent);

/// The /24 that the names below `apex` count on in, if that is called as an RFC 2317 child zone.
[[nodiscard]] std::optional<Prefix> classless_base(NameView apex);

}  // namespace arpad
