/// \file  What occurs most in a stream, in bounded memory.
///
/// The algorithm is Space-Saving (Metwally, Agrawal, El Abbadi 2005): of all keys that ever came,
/// so many are watched, and a new one takes the place of the one with the smallest count, with that
/// count. So a count is never too small, and too large by its `excess` at most; whatever makes up
/// more than one in `Size` of the stream is among those watched.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

namespace arpad {

/// A key, how often it came at most, and by how much that may be too often.
template <class Key>
struct HeavyHitter {
    Key key{};
    std::uint64_t count = 0;
    std::uint64_t excess = 0;
};

/// See above; `Hash{}(key)` makes the hash of a key. Allocates nothing.
/// Threads: one.
template <class Key, class Hash, std::size_t Size = 128>
class HeavyHitters {
public:
    /// Counts `key`.
    void add(const Key& key) noexcept {
        const auto tag = static_cast<std::uint32_t>(Hash{}(key));
        std::size_t at = find(key, tag);
        if (at == size_) at = make_room(key, tag);
        const std::size_t first = first_with_count_of(at);
        std::swap(entries_[at], entries_[first]);
        std::swap(tags_[at], tags_[first]);
        ++entries_[first].count;
    }

    /// What is watched, the largest count first.
    [[nodiscard]] std::span<const HeavyHitter<Key>> entries() const noexcept {
        return std::span(entries_).first(size_);
    }

private:
    [[nodiscard]] std::size_t find(const Key& key, std::uint32_t tag) const noexcept {
        const auto begin = tags_.begin();
        const auto end = begin + static_cast<std::ptrdiff_t>(size_);
        for (auto at = std::find(begin, end, tag); at != end; at = std::find(at + 1, end, tag)) {
            const auto index = static_cast<std::size_t>(at - begin);
            if (entries_[index].key == key) return index;
        }
        return size_;
    }

    /// The place for a key that is not watched: a new one, or that of the smallest count.
    std::size_t make_room(const Key& key, std::uint32_t tag) noexcept {
        const bool is_full = size_ == Size;
        const std::uint64_t smallest = is_full ? entries_.back().count : 0;
        if (!is_full) ++size_;
        entries_[size_ - 1] = {key, smallest, smallest};
        tags_[size_ - 1] = tag;
        return size_ - 1;
    }

    /// Where the entries begin that have the same count as the one at `at`: the order is kept if
    /// that one is counted up.
    [[nodiscard]] std::size_t first_with_count_of(std::size_t at) const noexcept {
        const auto sorted = entries();
        const auto first =
            std::ranges::lower_bound(sorted, sorted[at].count, std::greater<>{},
                                     [](const HeavyHitter<Key>& entry) { return entry.count; });
        return static_cast<std::size_t>(first - sorted.begin());
    }

    std::size_t size_ = 0;
    std::array<std::uint32_t, Size> tags_{};  // of the hashes, searched before the keys
    std::array<HeavyHitter<Key>, Size> entries_{};
};

}  // namespace arpad
