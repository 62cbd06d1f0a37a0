/// \file  The log: lines on standard error. Threads: any.
///
/// Written with spdlog's own functions (`spdlog::info` and so on), by threads that answer with
/// those of `worker_log()`, and never on the query path.
#pragma once

#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdint>
#include <functional>

#include "base/log_format.hpp"

namespace arpad {

/// Sets up the log. Called once, before any thread is started. A reader that goes away takes
/// nothing with it but the log.
void open_log(LogFormat format, LogLevel level);

/// Logs from `level` on. Threads: any.
void set_log_level(LogLevel level);

/// Has `worker_log()` written by a thread of its own, which begins with `prepare`. Called once, by
/// a thread that has what that one is to have, before any that uses it is started.
void start_worker_log(std::function<void()> prepare);

/// The log for threads that answer: they do not wait for its reader. Some lines wait instead; where
/// more come the oldest are lost, and that is said. Threads: any.
[[nodiscard]] spdlog::logger& worker_log();

/// Whether standard error leads to the journal of systemd (systemd.exec(5), JOURNAL_STREAM).
[[nodiscard]] bool leads_to_journal();

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
