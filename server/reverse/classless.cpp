#include "reverse/classless.hpp"

#include <fmt/format.h>

#include "base/invariant.hpp"

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

}  // namespace arpad
