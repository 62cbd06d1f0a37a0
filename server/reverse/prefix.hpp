/// \file  Prefixes and their algebra: what contains what, and how a prefix splits at label
/// boundaries.
///
/// A label of a reverse name stands for 8 bits of an IPv4 or 4 bits of an IPv6 address. A prefix is
/// *aligned* if its length is a multiple of that; only aligned prefixes have a reverse name of
/// their own.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "reverse/address.hpp"

namespace arpad {

/// Bits that one label of a reverse name stands for: 8 or 4.
[[nodiscard]] constexpr unsigned label_bits(Family family) noexcept {
    return family == Family::ipv4 ? 8 : 4;
}

/// Why a text is no prefix.
enum class PrefixError : std::uint8_t {
    no_slash,       ///< An address without a length.
    bad_address,    ///< What stands before the slash is no address.
    bad_length,     ///< What stands behind it is no number from 0 to 32 or 128.
    host_bits_set,  ///< The address has bits set beyond the length.
};

/// Addresses that share their first `length` bits. Ordered by family, first address, then length:
/// an outer prefix comes directly before all it contains.
class Prefix {
public:
    /// 0.0.0.0/0
    constexpr Prefix() noexcept = default;

    /// The prefix of `length` bits (at most `address.bits()`) that `address` lies in; host bits are
    /// cleared.
    constexpr Prefix(Address address, unsigned length) noexcept;

    /// Reads `192.0.2.0/24` or `2001:db8::/32`.
    [[nodiscard]] static Result<Prefix, PrefixError> from_text(std::string_view text);

    [[nodiscard]] constexpr Family family() const noexcept { return first_.family(); }
    [[nodiscard]] constexpr unsigned length() const noexcept { return length_; }
    [[nodiscard]] constexpr Address first() const noexcept { return first_; }
    [[nodiscard]] constexpr Address last() const noexcept;

    [[nodiscard]] constexpr bool contains(Address address) const noexcept;

    /// Whether every address of `inner` lies in this prefix; true for itself.
    [[nodiscard]] constexpr bool contains(const Prefix& inner) const noexcept;

    /// Whether the length is a whole number of labels.
    [[nodiscard]] constexpr bool is_aligned() const noexcept;

    /// Whether it is a single address.
    [[nodiscard]] constexpr bool is_address() const noexcept { return length_ == first_.bits(); }

    /// The smallest aligned prefix that contains this one: itself if aligned.
    [[nodiscard]] constexpr Prefix aligned_outward() const noexcept;

    [[nodiscard]] std::string to_text() const;

    constexpr auto operator<=>(const Prefix&) const noexcept = default;

private:
    Address first_;
    unsigned length_ = 0;
};

/// The prefix of all addresses of `family`.
[[nodiscard]] constexpr Prefix all_addresses(Family family) noexcept;

/// The fewest aligned prefixes that together are exactly `prefix`, in ascending order: itself if
/// aligned, else 2 to 128 prefixes of the next label boundary.
[[nodiscard]] std::vector<Prefix> split_at_labels(const Prefix& prefix);

/// Reads a prefix, or an address as the prefix that is only it.
[[nodiscard]] std::optional<Prefix> prefix_or_address(std::string_view text);

/// All ones in the low `bits` bits (0 to 128).
[[nodiscard]] constexpr Uint128 low_bits_mask(unsigned bits) noexcept {
    return bits >= 128 ? ~Uint128{0} : (Uint128{1} << bits) - 1;
}

constexpr Prefix::Prefix(Address address, unsigned length) noexcept
    : first_(address.family(), address.value() & ~low_bits_mask(address.bits() - length)),
      length_(length) {}

constexpr Prefix all_addresses(Family family) noexcept {
    return {Address(family, 0), 0};
}

constexpr Address Prefix::last() const noexcept {
    return {family(), first_.value() | low_bits_mask(first_.bits() - length_)};
}

constexpr bool Prefix::contains(Address address) const noexcept {
    return address.family() == family() && first_ <= address && address <= last();
}

constexpr bool Prefix::contains(const Prefix& inner) const noexcept {
    return inner.length_ >= length_ && contains(inner.first_);
}

constexpr bool Prefix::is_aligned() const noexcept {
    return length_ % label_bits(family()) == 0;
}

constexpr Prefix Prefix::aligned_outward() const noexcept {
    return {first_, length_ - length_ % label_bits(family())};
}

}  // namespace arpad
