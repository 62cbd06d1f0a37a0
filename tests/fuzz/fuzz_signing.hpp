/// \file  The key that fuzz targets sign with.
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/tsig.hpp"

namespace arpad {

inline TsigKey fuzz_key() {
    return {
        *Name::from_text("key.example"), TsigAlgorithm::hmac_sha256,
        Secret(std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})};
}

}  // namespace arpad
