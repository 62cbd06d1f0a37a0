/// \file  The key and the time that fuzz targets sign with.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "crypto/tsig.hpp"

namespace arpad {

inline constexpr std::uint64_t fuzz_seconds = 1'700'000'000;  ///< Since 1970.

inline std::chrono::system_clock::time_point fuzz_now() {
    return std::chrono::system_clock::time_point(std::chrono::seconds(fuzz_seconds));
}

inline TsigKey fuzz_key() {
    return {
        *Name::from_text("key.example"), TsigAlgorithm::hmac_sha256,
        Secret(std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})};
}

}  // namespace arpad
