/// \file  A number that one thread counts up and others read.
#pragma once

#include <atomic>
#include <cstdint>

namespace arpad {

/// See above. Counting costs what it costs on a plain number: no other thread writes, so nothing
/// has to be locked.
class Count {
public:
    Count() noexcept = default;
    Count(const Count& other) noexcept : value_(other.value()) {}
    Count& operator=(const Count& other) noexcept {
        value_.store(other.value(), std::memory_order_relaxed);
        return *this;
    }

    /// Of the one thread only.
    void add(std::uint64_t number) noexcept {
        value_.store(value() + number, std::memory_order_relaxed);
    }

    [[nodiscard]] std::uint64_t value() const noexcept {
        return value_.load(std::memory_order_relaxed);
    }

    // NOLINTNEXTLINE(google-explicit-constructor): it is a number.
    operator std::uint64_t() const noexcept { return value(); }

private:
    std::atomic<std::uint64_t> value_{0};
};

}  // namespace arpad
