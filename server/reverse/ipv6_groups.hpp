/// \file  The groups of an IPv6 address, as its text forms are made of them (RFC 5952).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "reverse/address.hpp"

namespace arpad {

/// 16 bits each, most significant first.
using Groups = std::array<std::uint16_t, 8>;

/// The groups of the IPv6 address `value`.
[[nodiscard]] Groups groups_of(Uint128 value) noexcept;

/// Groups that "::" stands for: `begin` to before `end`; none if equal.
struct ZeroRun {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// RFC 5952 4.2: the longest run is shortened, of equal ones the first, a single group never.
[[nodiscard]] ZeroRun longest_zero_run(const Groups& groups) noexcept;

}  // namespace arpad
