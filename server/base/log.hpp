/// \file  The log: lines on standard error. Threads: any.
///
/// Written with spdlog's own functions (`spdlog::info` and so on), never on the query path.
#pragma once

#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdint>

namespace arpad {

/// Sets up the log: time, level, text. Called once, before any thread is started.
void open_log();

/// Lets one event of a kind through every so often, so that a fault that repeats does not fill the
/// log. Threads: one.
class LogThrottle {
public:
    /// Whether an event at `now` is to be logged; if not, it is counted.
    [[nodiscard]] bool admits(std::chrono::steady_clock::time_point now) noexcept;

    /// Events that were held back since the last one that was admitted. Starts counting anew.
    [[nodiscard]] std::uint64_t take_suppressed() noexcept;

private:
    std::chrono::steady_clock::time_point next_{};
    std::uint64_t suppressed_ = 0;
};

}  // namespace arpad
