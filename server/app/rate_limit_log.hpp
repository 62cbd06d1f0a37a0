/// \file  Tells in the log to whom answers are held back: once when it begins, once when it is
/// over.
///
/// Threads: the main thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <compare>
#include <map>

#include "answer/rate_limiter.hpp"

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

    void write_again_later();
    void begin(const RateLimiter::Event& event) const;
    void end(const RateLimiter::Event& event, std::chrono::steady_clock::time_point since) const;

    RateLimiter& limiter_;
    boost::asio::steady_timer timer_;
    std::map<Key, std::chrono::steady_clock::time_point> told_;  // that go on, since when
};

}  // namespace arpad
