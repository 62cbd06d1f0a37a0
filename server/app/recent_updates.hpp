/// \file  Updates of one key that have been answered and may come again, as those who sent them do
/// not know that, or as they were captured.
///
/// There are many of them, all the time others: what is kept of each, but for the text of a
/// refusal, lies in two tables, since pieces of its own for each would leave the memory between
/// them in pieces. The tables stay as large as they have been.
/// Threads: one at a time.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstddef>
#include <vector>

#include "answer/pending_update.hpp"
#include "crypto/digest.hpp"

namespace arpad {

/// See above. By what is signed of them.
class RecentUpdates {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Keeps `most`, 1 at least.
    explicit RecentUpdates(std::size_t most) : most_(most) {}

    /// What came of the one with `content`; null if that is not known. Until the next change.
    [[nodiscard]] const UpdateResult* find(const Digest& content) const;

    /// Keeps what came of one that is not known yet `until` then. Of more than it may keep the one
    /// that would go first is not kept.
    void add(const Digest& content, UpdateResult result, TimePoint until);

    /// Forgets those that had to be kept until before `now`.
    void forget_old(TimePoint now);

    /// How many are known.
    [[nodiscard]] std::size_t size() const noexcept { return results_.size(); }

private:
    /// The digest is one of SHA-256: any part of it is a hash.
    struct Hash {
        using is_avalanching = void;
        std::size_t operator()(const Digest& digest) const noexcept;
    };
    struct Kept {
        TimePoint until;
        Digest content;
    };
    static bool ends_later(const Kept& a, const Kept& b) noexcept { return a.until > b.until; }

    void forget_first();

    std::size_t most_;
    boost::unordered_flat_map<Digest, UpdateResult, Hash> results_;
    std::vector<Kept> kept_;  // a heap: what may be forgotten first is in front
};

}  // namespace arpad
