#include "reverse/address.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

#include "base/invariant.hpp"
#include "reverse/ipv6_groups.hpp"

namespace arpad {
namespace {

constexpr std::size_t ipv4_octets = 4;
constexpr std::size_t ipv6_octets = 16;

std::string ipv4_text(Uint128 value) {
    const auto bits = static_cast<std::uint32_t>(value);
    return fmt::format("{}.{}.{}.{}", bits >> 24, bits >> 16 & 0xff, bits >> 8 & 0xff, bits & 0xff);
}

std::string ipv6_text(Uint128 value) {
    // RFC 5952 5: mixed notation where a well-known prefix says that an IPv4 address is embedded.
    if (value >> 32 == 0xffff) return "::ffff:" + ipv4_text(value);
    const Groups groups = groups_of(value);
    const ZeroRun run = longest_zero_run(groups);
    const auto begin = groups.begin();
    const auto join = [](auto first, auto last) {
        return fmt::format("{:x}", fmt::join(first, last, ":"));
    };
    if (run.begin == run.end) return join(begin, groups.end());
    return join(begin, begin + run.begin) + "::" + join(begin + run.end, groups.end());
}

constexpr bool is_digit(char letter) noexcept {
    return letter >= '0' && letter <= '9';
}

constexpr std::uint8_t no_digit = 0xff;

/// What each character stands for as a hexadecimal digit, or `no_digit`.
constexpr std::array<std::uint8_t, 256> hexadecimal_digits = [] {
    std::array<std::uint8_t, 256> digits{};
    digits.fill(no_digit);
    for (std::uint8_t digit = 0; digit < 16; ++digit) {
        digits[static_cast<std::uint8_t>("0123456789abcdef"[digit])] = digit;
        digits[static_cast<std::uint8_t>("0123456789ABCDEF"[digit])] = digit;
    }
    return digits;
}();

// inet_pton() reads the same, but from a copy that ends in NUL and with a call for each family.
// That takes about three times as long, and a load reads millions of addresses.

/// Four decimal octets up to the end of `text`.
std::optional<std::uint32_t> read_ipv4(std::string_view text) noexcept {
    constexpr std::size_t max_digits = 3;
    std::uint32_t value = 0;
    std::size_t at = 0;
    for (std::size_t octets = 1;; ++octets) {
        const std::size_t start = at;
        unsigned octet = 0;
        for (; at < text.size() && is_digit(text[at]) && at - start < max_digits; ++at)
            octet = octet * 10 + static_cast<unsigned>(text[at] - '0');
        const bool has_leading_zero = at - start > 1 && text[start] == '0';
        if (at == start || has_leading_zero || octet > 255) return std::nullopt;
        value = value << 8 | octet;
        if (octets == ipv4_octets) return at == text.size() ? std::optional(value) : std::nullopt;
        if (at == text.size() || text[at] != '.') return std::nullopt;
        ++at;
    }
}

/// The groups of an IPv6 address as far as they are read.
struct WrittenGroups {
    Uint128 value = 0;  ///< All of them, as if nothing were left out.
    unsigned count = 0;
    std::optional<unsigned> before_gap;  ///< How many stand before `::`, if that was read.

    /// The address, with zeros where they were left out (RFC 4291 2.2).
    [[nodiscard]] std::optional<Uint128> address() const noexcept {
        constexpr unsigned group_bits = 16;
        if (!before_gap) return count == 8 ? std::optional(value) : std::nullopt;
        if (count == 8) return std::nullopt;
        if (*before_gap == 0) return value;
        const unsigned low_bits = (count - *before_gap) * group_bits;
        const Uint128 high = value >> low_bits;
        const Uint128 low = value ^ high << low_bits;
        return high << (8 - *before_gap) * group_bits | low;
    }
};

std::optional<Uint128> read_ipv6(std::string_view text) noexcept {
    constexpr std::size_t max_digits = 4;
    WrittenGroups groups;
    std::size_t at = 0;
    if (text.starts_with("::")) {
        groups.before_gap = 0;
        at = 2;
    }
    while (at < text.size() && groups.count < 8) {
        const std::size_t start = at;
        unsigned group = 0;
        for (; at < text.size() && at - start < max_digits; ++at) {
            const unsigned digit = hexadecimal_digits[static_cast<std::uint8_t>(text[at])];
            if (digit == no_digit) break;
            group = group << 4 | digit;
        }
        if (at < text.size() && text[at] == '.') {
            const auto embedded = read_ipv4(text.substr(start));
            if (!embedded || groups.count > 6) return std::nullopt;
            groups.value = groups.value << 32 | *embedded;
            groups.count += 2;
            return groups.address();
        }
        if (at == start) return std::nullopt;
        groups.value = groups.value << 16 | group;
        ++groups.count;
        if (at == text.size()) return groups.address();
        if (text[at] != ':' || ++at == text.size()) return std::nullopt;
        if (text[at] != ':') continue;
        if (groups.before_gap) return std::nullopt;
        groups.before_gap = groups.count;
        ++at;
    }
    return at == text.size() ? groups.address() : std::nullopt;
}

}  // namespace

std::optional<Address> Address::from_text(std::string_view text) noexcept {
    if (const auto value = read_ipv4(text)) return Address(Family::ipv4, *value);
    if (const auto value = read_ipv6(text)) return Address(Family::ipv6, *value);
    return std::nullopt;
}

Address Address::from_octets(std::span<const std::uint8_t> octets) noexcept {
    ensure(octets.size() == ipv4_octets || octets.size() == ipv6_octets,
           "an address has 4 or 16 octets");
    Uint128 value = 0;
    for (const std::uint8_t octet : octets) value = value << 8 | octet;
    return {octets.size() == ipv4_octets ? Family::ipv4 : Family::ipv6, value};
}

std::string Address::to_text() const {
    return family_ == Family::ipv4 ? ipv4_text(value()) : ipv6_text(value());
}

}  // namespace arpad
