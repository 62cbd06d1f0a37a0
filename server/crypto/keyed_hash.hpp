/// \file  A hash whose collisions nobody can choose who does not know its key (SipHash-2-4).
///
/// For tables with keys that come from the network. Threads: any; immutable.
#pragma once

#include <array>
#include <cstdint>

namespace arpad {

/// See above. Each has a random key of its own.
class KeyedHash {
public:
    KeyedHash();

    [[nodiscard]] std::uint64_t operator()(std::uint64_t value) const noexcept;

private:
    std::array<std::uint8_t, 16> key_;
};

}  // namespace arpad
