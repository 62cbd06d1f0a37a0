/// \file  Tells in the log to whom answers are held back: once when it begins, once when it is
/// over.
///
/// Threads: the main thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <compare>
#include <cstdint>
#include <map>

#include "answer/rate_limiter.hpp"
#include "base/log.hpp"

namespace arpad {

/// See above.
class RateLimitLog {
public:
    /// Looks every second at what `limiter`, which outlives it, holds back.
    RateLimitLog(boost::asio::io_context& io, RateLimiter& limiter);

    /// Looks now.
    void write();

private:
    struct Key {
        Prefix prefix;
        AnswerClass answers;

        auto operator<=>(const Key&) const = default;
    };

    /// An event that goes on.
    struct Told {
        std::chrono::steady_clock::time_point since;
        std::uint64_t held_back = 0;  // answers, as far as is known
        bool is_exact = true;
        std::uint64_t look = 0;  // the last one that found it
    };

    void write_again_later();
    void begin(const RateLimiter::Event& event) const;
    void end(const Key& key, const Told& told) const;

    RateLimiter& limiter_;
    boost::asio::steady_timer timer_;
    std::map<Key, Told> told_;
    std::uint64_t look_ = 0;  // number of the last one
    LogThrottle throttle_;    // of those that are not named
};

}  // namespace arpad
