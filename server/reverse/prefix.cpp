#include "reverse/prefix.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace arpad {
namespace {

/// Reads a decimal number up to `most`, without sign or leading zeros.
std::optional<unsigned> read_length(std::string_view text, unsigned most) {
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    unsigned length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc{} || end != text.data() + text.size() || length > most)
        return std::nullopt;
    return length;
}

}  // namespace

Result<Prefix, PrefixError> Prefix::from_text(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return PrefixError::no_slash;
    const auto address = Address::from_text(text.substr(0, slash));
    if (!address) return PrefixError::bad_address;
    const auto length = read_length(text.substr(slash + 1), address->bits());
    if (!length) return PrefixError::bad_length;
    const Prefix prefix(*address, *length);
    if (prefix.first() != *address) return PrefixError::host_bits_set;
    return prefix;
}

std::string Prefix::to_text() const {
    return fmt::format("{}/{}", first_.to_text(), length_);
}

std::vector<Prefix> split_at_labels(const Prefix& prefix) {
    if (prefix.is_aligned()) return {prefix};
    const Family family = prefix.family();
    const unsigned length = prefix.aligned_outward().length() + label_bits(family);
    const unsigned count = 1U << (length - prefix.length());
    const unsigned host_bits = address_bits(family) - length;
    std::vector<Prefix> parts;
    parts.reserve(count);
    for (unsigned index = 0; index < count; ++index) {
        const Uint128 first = prefix.first().value() | Uint128{index} << host_bits;
        parts.emplace_back(Address(family, first), length);
    }
    return parts;
}

std::optional<Prefix> prefix_or_address(std::string_view text) {
    if (const auto address = Address::from_text(text)) return Prefix(*address, address->bits());
    const auto prefix = Prefix::from_text(text);
    return prefix ? std::optional(*prefix) : std::nullopt;
}

}  // namespace arpad
