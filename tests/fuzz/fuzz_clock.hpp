/// \file  The time in fuzz targets. It stands still: what two replies are compared by may hold it.
#pragma once

#include <chrono>
#include <cstdint>

namespace arpad {

inline constexpr std::uint64_t fuzz_seconds = 1'700'000'000;  ///< Since 1970.

inline std::chrono::system_clock::time_point fuzz_now() {
    return std::chrono::system_clock::time_point(std::chrono::seconds(fuzz_seconds));
}

}  // namespace arpad
