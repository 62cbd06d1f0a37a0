/// \file  Octets written as hexadecimal digits.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace arpad {

/// The octets that `digits` stand for; none if these are no even number of hexadecimal digits, at
/// least two, in either case.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> octets_from_hex(std::string_view digits);

}  // namespace arpad
