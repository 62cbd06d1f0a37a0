/// \file  Arrays that may become very large, in huge pages where the system has them.
///
/// Filling new memory costs the system a fault for each page of 4 KiB, which took eight times as
/// long as writing a million records into it (312 ms and 39 ms, in a virtual machine, November
/// 2026). Pages of 2 MiB take 512 times fewer faults, an array of them grows without being copied,
/// and what it took goes back to the system as soon as it is freed.
/// Threads: the usual rules of containers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

namespace arpad {

/// Memory that may become very large. Owns it.
class LargeMemory {
public:
    /// None.
    LargeMemory() noexcept = default;
    ~LargeMemory();
    LargeMemory(LargeMemory&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), octets_(std::exchange(other.octets_, 0)) {}
    LargeMemory& operator=(LargeMemory&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(octets_, other.octets_);
        return *this;
    }
    LargeMemory(const LargeMemory&) = delete;
    LargeMemory& operator=(const LargeMemory&) = delete;

    /// Makes it `octets` octets, at least as many as it has. What it holds stays, though perhaps
    /// elsewhere. Throws std::bad_alloc.
    void grow(std::size_t octets);

    /// Aligned for any type.
    [[nodiscard]] void* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t octets() const noexcept { return octets_; }

private:
    void* data_ = nullptr;
    std::size_t octets_ = 0;
};

/// See above. A vector, as far as that is needed.
template <class T>
class LargeArray {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    LargeArray() noexcept = default;
    LargeArray(const LargeArray& other) { append(other.view()); }
    LargeArray(LargeArray&& other) noexcept
        : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
    LargeArray& operator=(LargeArray other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~LargeArray() = default;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] T* data() noexcept { return static_cast<T*>(memory_.data()); }
    [[nodiscard]] const T* data() const noexcept { return static_cast<const T*>(memory_.data()); }
    [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return data()[index]; }

    /// All of it; valid until something is added.
    [[nodiscard]] std::span<T> view() noexcept { return {data(), size_}; }
    [[nodiscard]] std::span<const T> view() const noexcept { return {data(), size_}; }

    /// Makes room for `size` elements in all.
    void reserve(std::size_t size) {
        if (size * sizeof(T) > memory_.octets()) memory_.grow(size * sizeof(T));
    }

    /// Adds `elements`, which must not be its own.
    void append(std::span<const T> elements) {
        if (elements.empty()) return;
        const std::size_t octets = (size_ + elements.size()) * sizeof(T);
        if (octets > memory_.octets()) memory_.grow(std::max(octets, 2 * memory_.octets()));
        std::memcpy(data() + size_, elements.data(), elements.size_bytes());
        size_ += elements.size();
    }

    void push_back(const T& element) { append({&element, 1}); }

private:
    LargeMemory memory_;
    std::size_t size_ = 0;
};

}  // namespace arpad
