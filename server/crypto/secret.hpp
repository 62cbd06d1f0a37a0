/// \file  Octets that nobody else may see, and how to leave none of them behind.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace arpad {

/// See above; wiped when they are not needed any more.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::vector<std::uint8_t> octets) : octets_(std::move(octets)) {}
    ~Secret();
    Secret(const Secret&) = default;
    Secret(Secret&&) noexcept = default;
    Secret& operator=(Secret other) noexcept;

    [[nodiscard]] std::span<const std::uint8_t> octets() const noexcept { return octets_; }

    bool operator==(const Secret&) const = default;

private:
    std::vector<std::uint8_t> octets_;
};

/// Overwrites `text`, which held secrets, and leaves it empty.
void wipe(std::string& text) noexcept;

/// While it lives, memory is overwritten when it is freed: for parsers that do not know that what
/// they read is secret. Of all threads, and for what the C library's heap holds; small pieces when
/// it ends, and only those that the thread freed which ends it.
class WipingOfFreedMemory {
public:
    WipingOfFreedMemory() noexcept;
    ~WipingOfFreedMemory();
    WipingOfFreedMemory(const WipingOfFreedMemory&) = delete;
    WipingOfFreedMemory& operator=(const WipingOfFreedMemory&) = delete;
};

}  // namespace arpad
