#include "reverse/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/invariant.hpp"

namespace arpad {
namespace {

using Groups = std::array<std::uint16_t, 8>;

constexpr std::size_t ipv4_octets = 4;
constexpr std::size_t ipv6_octets = 16;

/// The 16-bit groups of an IPv6 address, most significant first.
Groups groups_of(Uint128 value) noexcept {
    Groups groups{};
    for (std::size_t index = groups.size(); index-- != 0; value >>= 16)
        groups[index] = static_cast<std::uint16_t>(value);
    return groups;
}

/// Groups that "::" stands for: `begin` to before `end`; none if equal.
struct ZeroRun {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// RFC 5952 4.2: the longest run is shortened, of equal ones the first, a single group never.
ZeroRun longest_zero_run(const Groups& groups) noexcept {
    ZeroRun longest;
    ZeroRun current;
    for (std::size_t index = 0; index < groups.size(); ++index) {
        if (groups[index] != 0) {
            current.begin = index + 1;
            continue;
        }
        current.end = index + 1;
        if (current.end - current.begin > longest.end - longest.begin) longest = current;
    }
    return longest.end - longest.begin > 1 ? longest : ZeroRun{};
}

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

}  // namespace

std::optional<Address> Address::from_text(std::string_view text) noexcept {
    std::array<char, INET6_ADDRSTRLEN> copy{};
    // inet_pton would stop at a NUL and take what stands before it.
    if (text.size() >= copy.size() || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    std::ranges::copy(text, copy.begin());
    std::array<std::uint8_t, ipv6_octets> octets{};
    if (inet_pton(AF_INET, copy.data(), octets.data()) == 1)
        return from_octets({octets.data(), ipv4_octets});
    if (inet_pton(AF_INET6, copy.data(), octets.data()) == 1) return from_octets(octets);
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
    return family_ == Family::ipv4 ? ipv4_text(value_) : ipv6_text(value_);
}

}  // namespace arpad
