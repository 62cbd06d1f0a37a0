/// \file  Pages of the address index: up to 32 neighbouring addresses and what they have, in one
/// run of octets.
///
///     header, prefix, a head octet per address, rest octets per address, an offset per address,
///     data of each address, 16 octets that may be read over
///
/// The addresses of a page share their high bits, the prefix. Of the other bits the highest eight
/// are the head: all heads are compared at once. What is right of the head is the rest.
/// `Key` is the number of an address: 32 or 128 bits.
/// Threads: immutable once made; references are counted, so that generations share pages.
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/fetch_ahead.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"
#include "zone/rrset.hpp"
#include "zone/tree_memory.hpp"

namespace arpad {

/// Octets behind stored names that may be read though they mean nothing: copying a name in pieces
/// of 16 octets is quicker than in exact ones.
inline constexpr std::size_t overread_octets = 16;

/// What an address has, borrowed from its page. Mostly that is a lone PTR: one name, stored in two
/// pieces, of which other names share the second. Everything else is a node.
///
///     u8 octets of the beginning, u32 ttl, u24 where the ending stands, u8 its octets, beginning
///     u8 0, node
class AddressData {
public:
    /// What stands at `at`; `endings` are those of the index.
    AddressData(const std::uint8_t* at, const std::uint8_t* endings) noexcept
        : at_(at), endings_(endings) {}

    [[nodiscard]] bool is_lone_ptr() const noexcept { return at_[0] != 0; }

    /// Of a lone PTR, as the next two.
    [[nodiscard]] Ttl ttl() const noexcept { return {stored::number_at<std::uint32_t>(at_ + 1)}; }

    /// The first labels of its target; `overread_octets` more may be read.
    [[nodiscard]] std::span<const std::uint8_t> beginning() const noexcept {
        return {at_ + lone_ptr_header_octets, at_[0]};
    }

    /// The other labels, the root included; empty if they are in the beginning. `overread_octets`
    /// more may be read.
    [[nodiscard]] std::span<const std::uint8_t> ending() const noexcept {
        const auto where = stored::number_at<std::uint32_t>(at_ + 5);
        return {endings_ + (where >> 8U), where & 0xFFU};
    }

    /// Writes the target of a lone PTR to `room` and says how many octets it has.
    std::size_t copy_to(std::span<std::uint8_t, max_name_octets> room) const noexcept {
        std::memcpy(room.data(), beginning().data(), beginning().size());
        std::memcpy(room.data() + beginning().size(), ending().data(), ending().size());
        return beginning().size() + ending().size();
    }

    /// The RRsets, if it is no lone PTR.
    [[nodiscard]] NodeView node() const noexcept { return NodeView(at_ + 1); }

    static constexpr std::size_t lone_ptr_header_octets = 9;

private:
    const std::uint8_t* at_;
    const std::uint8_t* endings_;
};

/// Bits of `key` up to its highest one.
template <class Key>
[[nodiscard]] constexpr unsigned width_of(Key key) noexcept {
    if constexpr (sizeof(Key) > sizeof(std::uint64_t)) {
        const auto high = static_cast<std::uint64_t>(key >> 64U);
        if (high != 0) return 64U + static_cast<unsigned>(std::bit_width(high));
    }
    return static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(key)));
}

/// `key` without its lowest `bits` bits, which may be all of them, moved to the right.
template <class Key>
[[nodiscard]] constexpr Key above(Key key, unsigned bits) noexcept {
    return bits == 8 * sizeof(Key) ? Key{0} : static_cast<Key>(key >> bits);
}

/// An address and its stored data, before they are in a page.
template <class Key>
struct PageEntry {
    Key key;
    std::span<const std::uint8_t> data;
};

/// See above.
template <class Key>
class AddressPage {
public:
    static constexpr unsigned key_bits = 8 * sizeof(Key);
    static constexpr std::size_t max_entries = 32;

    /// A page of one to `max_entries` entries, strictly ascending, with one reference; in `chunks`,
    /// or on the heap if that is null.
    [[nodiscard]] static AddressPage* make(std::span<const PageEntry<Key>> entries,
                                           TreeChunks* chunks = nullptr);

    AddressPage(const AddressPage&) = delete;
    AddressPage& operator=(const AddressPage&) = delete;

    void retain() const noexcept { references_.fetch_add(1, std::memory_order_relaxed); }

    /// Gives a reference back, and with the last one the page.
    void release() const noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return count_; }

    /// The key of entry number `position`.
    [[nodiscard]] Key key_at(std::size_t position) const noexcept {
        const Key head = static_cast<Key>(Key{heads()[position]} << rest_bits_);
        return static_cast<Key>(prefix() | head | rest_at(position));
    }

    /// The data of entry number `position`.
    [[nodiscard]] const std::uint8_t* data_at(std::size_t position) const noexcept {
        const std::uint8_t* const offset = offsets() + sizeof(std::uint32_t) * position;
        return octets() + stored::number_at<std::uint32_t>(offset);
    }

    /// The data of `key`; null if it is not in the page.
    [[nodiscard]] const std::uint8_t* find(Key key) const noexcept {
        if (above(static_cast<Key>(key ^ prefix()), tail_bits_) != 0) return nullptr;
        const auto head = static_cast<std::uint8_t>(key >> rest_bits_);
        for (std::uint32_t left = heads_equal_to(head); left != 0; left &= left - 1) {
            const auto position = static_cast<std::size_t>(std::countr_zero(left));
            const Key differing = static_cast<Key>(rest_at(position) ^ key);
            if ((differing & low_mask(rest_bits_)) == 0) return data_at(position);
        }
        return nullptr;
    }

    /// Lets the processor fetch what `find` reads of a page that is not much longer than most.
    void prefetch() const noexcept {
        constexpr std::size_t cache_line = 64;
        constexpr std::size_t read_octets = sizeof(Key) == 4 ? 96 : 224;
        for (std::size_t at = 0; at < read_octets; at += cache_line) {
            fetch_ahead(octets() + at);
        }
    }

    /// Octets of the data of entry number `position`.
    [[nodiscard]] std::size_t data_octets_at(std::size_t position) const noexcept;

private:
    explicit AddressPage(TreeMemory memory) noexcept : memory_(memory) {}
    ~AddressPage() = default;

    static constexpr Key low_mask(unsigned bits) noexcept {
        return static_cast<Key>((Key{1} << bits) - 1);
    }

    [[nodiscard]] const std::uint8_t* octets() const noexcept {
        return reinterpret_cast<const std::uint8_t*>(this);
    }
    [[nodiscard]] const std::uint8_t* heads() const noexcept {
        return octets() + sizeof(AddressPage) + sizeof(Key);
    }
    [[nodiscard]] const std::uint8_t* rests() const noexcept { return heads() + count_; }
    [[nodiscard]] const std::uint8_t* offsets() const noexcept {
        return rests() + std::size_t{count_} * rest_octets();
    }
    [[nodiscard]] std::size_t rest_octets() const noexcept { return (rest_bits_ + 7U) / 8; }
    [[nodiscard]] Key prefix() const noexcept {
        return stored::number_at<Key>(octets() + sizeof(AddressPage));
    }

    /// The rest of entry number `position`. Reads over its end, which is not the page's.
    [[nodiscard]] Key rest_at(std::size_t position) const noexcept {
        static_assert(std::endian::native == std::endian::little,
                      "the low octets of a number stand first");
        const Key read = stored::number_at<Key>(rests() + position * rest_octets());
        return static_cast<Key>(read & low_mask(rest_bits_));
    }

    /// One bit for each entry whose head is `head`.
    [[nodiscard]] std::uint32_t heads_equal_to(std::uint8_t head) const noexcept {
        const std::uint32_t all = static_cast<std::uint32_t>((std::uint64_t{1} << count_) - 1);
#ifdef __SSE2__
        const auto equal_in = [head](const std::uint8_t* sixteen) {
            const __m128i heads = _mm_loadu_si128(reinterpret_cast<const __m128i*>(sixteen));
            const __m128i equal = _mm_cmpeq_epi8(heads, _mm_set1_epi8(static_cast<char>(head)));
            return static_cast<std::uint32_t>(_mm_movemask_epi8(equal));
        };
        std::uint32_t equal = equal_in(heads());
        if (count_ > 16) equal |= equal_in(heads() + 16) << 16U;
        return equal & all;
#else
        std::uint32_t equal = 0;
        for (std::uint32_t i = 0; i < count_; ++i) {
            equal |= static_cast<std::uint32_t>(heads()[i] == head) << i;
        }
        return equal & all;
#endif
    }

    mutable std::atomic<std::uint32_t> references_{1};
    std::uint8_t count_ = 0;
    std::uint8_t tail_bits_ = 0;  // that the keys do not share
    std::uint8_t rest_bits_ = 0;  // of them, those right of the head
    TreeMemory memory_;
};

extern template class AddressPage<std::uint32_t>;
extern template class AddressPage<Uint128>;

/// Appends a lone PTR to `octets` as it is stored: a name that begins with `beginning` (at least
/// one label) and goes on with the ending of `ending_octets` at `ending_offset`, below 2^24.
void append_lone_ptr(std::vector<std::uint8_t>& octets, Ttl ttl,
                     std::span<const std::uint8_t> beginning, std::uint32_t ending_offset,
                     std::size_t ending_octets);

/// Appends a node of `rrsets` to `octets` as it is stored.
void append_address_node(std::vector<std::uint8_t>& octets, std::span<const Rrset> rrsets);

}  // namespace arpad
