#include "reverse/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

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
