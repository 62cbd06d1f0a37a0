#include "reverse/classless.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/invariant.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

unsigned last_octet(Address address) noexcept {
    return static_cast<unsigned>(address.value() & 0xff);
}

}  // namespace

std::optional<ClasslessStyle> classless_style_from_text(std::string_view text) noexcept {
    if (text == "slash") return ClasslessStyle::slash;
    if (text == "dash") return ClasslessStyle::dash;
    if (text == "range") return ClasslessStyle::range;
    return std::nullopt;
}

std::string classless_label(const Prefix& prefix, ClasslessStyle style) {
    ensure(prefix.family() == Family::ipv4 && prefix.length() > 24,
           "an RFC 2317 label stands for an IPv4 prefix of /25 to /32");
    const unsigned first = last_octet(prefix.first());
    switch (style) {
        case ClasslessStyle::slash:
            return fmt::format("{}/{}", first, prefix.length());
        case ClasslessStyle::dash:
            return fmt::format("{}-{}", first, prefix.length());
        case ClasslessStyle::range:
            return fmt::format("{}-{}", first, last_octet(prefix.last()));
    }
    ensure(false, "every style is written");
    return {};
}

std::vector<ClasslessMeaning> classless_meanings(std::span<const std::uint8_t> label,
                                                 const Prefix& parent) {
    constexpr unsigned bits = address_bits(Family::ipv4);
    const std::string_view text(reinterpret_cast<const char*>(label.data()), label.size());
    unsigned first = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), first);
    if (error != std::errc{} || first > 255) return {};
    std::vector<ClasslessMeaning> meanings;
    for (unsigned length = parent.length() + 1; length <= bits; ++length) {
        const Address address(Family::ipv4, parent.first().value() + first);
        const Prefix prefix(address, length);
        if (prefix.first() != address) continue;
        for (const ClasslessStyle style :
             {ClasslessStyle::slash, ClasslessStyle::dash, ClasslessStyle::range}) {
            if (classless_label(prefix, style) == text) meanings.push_back({prefix, style});
        }
    }
    return meanings;
}

std::optional<Prefix> classless_base(NameView apex) {
    constexpr unsigned parent_length = 24;
    if (apex.is_root()) return std::nullopt;
    const auto parent = prefix_of_arpa_name(apex.parent());
    const bool can_be = parent && parent->family() == Family::ipv4 &&
                        parent->length() == parent_length && !prefix_of_arpa_name(apex) &&
                        !classless_meanings(apex.first_label(), *parent).empty();
    return can_be ? parent : std::nullopt;
}

}  // namespace arpad
