/// \file  What a responder has done so far.
#pragma once

#include <array>
#include <cstdint>

#include "answer/request.hpp"
#include "base/count.hpp"

namespace arpad {

/// Counts since start. Threads: written by one worker, read by any.
struct Counters {
    std::array<Count, 32> by_rcode{};  ///< Replies, by rcode; the last is all over 30.
    Count silent;                      ///< Messages that got no reply.
    Count truncated;                   ///< Replies with TC.

    /// Counts one outcome.
    void add(const Outcome& outcome) noexcept {
        if (outcome.kind == Outcome::Kind::silence) {
            silent.add(1);
            return;
        }
        const auto rcode = static_cast<std::size_t>(outcome.rcode);
        by_rcode[rcode < by_rcode.size() ? rcode : by_rcode.size() - 1].add(1);
        if (outcome.is_truncated) truncated.add(1);
    }

    /// Adds what another worker has done.
    void add(const Counters& other) noexcept {
        for (std::size_t i = 0; i < by_rcode.size(); ++i) by_rcode[i].add(other.by_rcode[i]);
        silent.add(other.silent);
        truncated.add(other.truncated);
    }
};

}  // namespace arpad
