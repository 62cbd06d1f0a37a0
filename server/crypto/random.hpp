/// \file  What nobody can guess.
///
/// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace arpad {

/// Fills `octets` with what OpenSSL's generator for secrets gives.
void fill_randomly(std::span<std::uint8_t> octets);

/// `octets` random octets as text, in the alphabet of RFC 4648 5: letters, digits, `-` and `_`.
[[nodiscard]] std::string random_text(std::size_t octets);

}  // namespace arpad
