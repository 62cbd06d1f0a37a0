/// \file  How often a client may show a secret that is none.
///
/// Threads: one at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>

#include "reverse/prefix.hpp"

namespace arpad {

/// See above. Takes bounded memory, whoever comes: where too many clients have failed at the same
/// time, all are taken for one.
class AttemptLimit {
public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::size_t failures_at_once = 10;
    static constexpr std::chrono::seconds window{60};
    static constexpr std::size_t max_clients = 10'000;

    /// Whether `client` may try now.
    [[nodiscard]] bool admits(const Prefix& client, Time now);

    /// `client` has shown a secret that is none.
    void note_failure(const Prefix& client, Time now);

private:
    struct Failures {
        Time begin;
        std::size_t count = 0;
    };

    [[nodiscard]] Prefix counted_as(const Prefix& client) const;
    void forget_old(Time now);

    std::map<Prefix, Failures> failures_;
};

}  // namespace arpad
