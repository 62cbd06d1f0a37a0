/// \file  Sixteen octets of text at a time.
///
/// With SSE2, which every x86-64 has, a question about all of them takes two or three instructions;
/// elsewhere a loop that compilers turn into something alike.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace arpad {

/// Which of sixteen octets have a property: bit n stands for octet n.
using BlockMask = std::uint32_t;

/// A copy of sixteen octets.
class TextBlock {
public:
    static constexpr std::size_t size = 16;
    static constexpr BlockMask all = 0xffff;

    /// The octets of `text` from `offset` on, which must lie in it. NUL stands for what it does not
    /// have.
    [[nodiscard]] static TextBlock of(std::string_view text, std::size_t offset) noexcept {
        if (text.size() - offset >= size) return TextBlock(text.data() + offset);
        std::array<char, size> padded{};
        std::memcpy(padded.data(), text.data() + offset, text.size() - offset);
        return TextBlock(padded.data());
    }

    /// Octets that are `letter`.
    [[nodiscard]] BlockMask equal_to(char letter) const noexcept;

    /// Octets from `first` to `last`.
    [[nodiscard]] BlockMask between(char first, char last) const noexcept;

    /// Writes the octets to `to`, which has room for them.
    void copy_to(std::uint8_t* to) const noexcept { std::memcpy(to, &octets_, size); }

private:
    explicit TextBlock(const char* from) noexcept { std::memcpy(&octets_, from, size); }

#ifdef __SSE2__
    __m128i octets_;
#else
    std::array<std::uint8_t, size> octets_;
#endif
};

#ifdef __SSE2__

inline BlockMask TextBlock::equal_to(char letter) const noexcept {
    const __m128i is_equal = _mm_cmpeq_epi8(octets_, _mm_set1_epi8(letter));
    return static_cast<BlockMask>(_mm_movemask_epi8(is_equal));
}

inline BlockMask TextBlock::between(char first, char last) const noexcept {
    // SSE2 compares signed octets only, but has the minimum of unsigned ones.
    const __m128i above_first = _mm_sub_epi8(octets_, _mm_set1_epi8(first));
    const __m128i limit = _mm_set1_epi8(static_cast<char>(last - first));
    const __m128i is_within = _mm_cmpeq_epi8(_mm_min_epu8(above_first, limit), above_first);
    return static_cast<BlockMask>(_mm_movemask_epi8(is_within));
}

#else

inline BlockMask TextBlock::equal_to(char letter) const noexcept {
    return between(letter, letter);
}

inline BlockMask TextBlock::between(char first, char last) const noexcept {
    const auto least = static_cast<std::uint8_t>(first);
    const auto most = static_cast<std::uint8_t>(last);
    BlockMask mask = 0;
    for (std::size_t index = 0; index < size; ++index) {
        const bool is_within = octets_[index] >= least && octets_[index] <= most;
        mask |= static_cast<BlockMask>(is_within) << index;
    }
    return mask;
}

#endif

}  // namespace arpad
