/// \file  What a responder has done so far.
#pragma once

#include <array>
#include <cstdint>

#include "answer/request.hpp"

namespace arpad {

/// Counts since start. Threads: written by one worker, read when that has stopped.
struct Counters {
    std::array<std::uint64_t, 32> by_rcode{};  ///< Replies, by rcode; the last is all over 30.
    std::uint64_t silent = 0;                  ///< Messages that got no reply.
    std::uint64_t truncated = 0;               ///< Replies with TC.

    /// Counts one outcome.
    void add(const Outcome& outcome) noexcept {
        if (outcome.kind == Outcome::Kind::silence) {
            ++silent;
            return;
        }
        const auto rcode = static_cast<std::size_t>(outcome.rcode);
        ++by_rcode[rcode < by_rcode.size() ? rcode : by_rcode.size() - 1];
        if (outcome.is_truncated) ++truncated;
    }

    /// Adds what another worker has done.
    void add(const Counters& other) noexcept {
        for (std::size_t i = 0; i < by_rcode.size(); ++i) by_rcode[i] += other.by_rcode[i];
        silent += other.silent;
        truncated += other.truncated;
    }
};

}  // namespace arpad
