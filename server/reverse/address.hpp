/// \file  IP addresses as numbers, so that prefix arithmetic is plain arithmetic.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace arpad {

/// 128 bits: an IPv6 address, or an IPv4 address in the low 32 bits.
__extension__ using Uint128 = unsigned __int128;

enum class Family : std::uint8_t { ipv4, ipv6 };

/// Length of an address of `family` in bits: 32 or 128.
[[nodiscard]] constexpr unsigned address_bits(Family family) noexcept {
    return family == Family::ipv4 ? 32 : 128;
}

/// An IPv4 or IPv6 address. Ordered by family, then by number. 24 octets, since there may be
/// millions.
class Address {
public:
    constexpr Address() noexcept = default;

    /// `value` must be below 2^32 for IPv4.
    constexpr Address(Family family, Uint128 value) noexcept
        : family_(family),
          high_(static_cast<std::uint64_t>(value >> 64U)),
          low_(static_cast<std::uint64_t>(value)) {}

    /// Reads `192.0.2.7` (four decimal octets without leading zeros) or any RFC 4291 2.2 form of an
    /// IPv6 address, without zone index. Nothing else, no white space.
    [[nodiscard]] static std::optional<Address> from_text(std::string_view text) noexcept;

    /// Reads 4 or 16 octets in network order.
    [[nodiscard]] static Address from_octets(std::span<const std::uint8_t> octets) noexcept;

    [[nodiscard]] constexpr Family family() const noexcept { return family_; }
    [[nodiscard]] constexpr Uint128 value() const noexcept { return Uint128{high_} << 64U | low_; }
    [[nodiscard]] constexpr unsigned bits() const noexcept { return address_bits(family_); }

    /// Whether it is of the machine itself: in 127.0.0.0/8 (RFC 1122 3.2.1.3), or ::1 (RFC
    /// 4291 2.5.3).
    [[nodiscard]] constexpr bool is_loopback() const noexcept {
        return family_ == Family::ipv4 ? value() >> 24U == 127 : value() == 1;
    }

    /// Dotted quad, or the RFC 5952 form.
    [[nodiscard]] std::string to_text() const;

    constexpr auto operator<=>(const Address&) const noexcept = default;

private:
    Family family_ = Family::ipv4;
    // Two halves, as a Uint128 would align the address to 16 octets.
    std::uint64_t high_ = 0;
    std::uint64_t low_ = 0;
};

}  // namespace arpad
