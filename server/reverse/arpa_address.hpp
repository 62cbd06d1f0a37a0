/// \file  The reverse name of a whole address, read straight from a message.
///
/// What reverse/arpa_name does label by label for any name is done here at once for the names that
/// nearly all questions have: `7.2.0.192.in-addr.arpa`, and 32 nibbles below `ip6.arpa`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "reverse/address.hpp"

namespace arpad {

/// An address and how long its name is.
struct ArpaAddress {
    Address address;
    std::size_t octets = 0;  ///< Of the name, the root label included.
};

/// Octets that at least have to stand behind a name, for it to be looked at: type and class.
inline constexpr std::size_t octets_behind_name = 4;

/// The address whose reverse name, in any case, `octets` begins with; none if it does not, or if
/// less than `octets_behind_name` are left behind it. No allocation.
[[nodiscard]] std::optional<ArpaAddress> read_arpa_address(
    std::span<const std::uint8_t> octets) noexcept;

}  // namespace arpad
