/// \file  Shows on a terminal that work takes its time, and how far it is.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>

namespace arpad {

/// While it lives, and once the work has taken a second, one line of standard error tells what goes
/// on: `\ reading zone files, 3 s`, or `[=====>    ] importing 5 of 10, 3 s` where the work has
/// countable steps. The line is gone when this is destroyed, so whatever is printed is printed
/// before or after.
///
/// Where standard error is no terminal nothing is written, and nothing goes wrong where nothing can
/// be. Owns the thread that draws. Threads: `advance` from any, the rest from one.
class Progress {
public:
    /// The work begins with `stage`, which consists of `steps`; 0 if that is not known.
    explicit Progress(std::string stage, std::size_t steps = 0);
    ~Progress();

    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// The work goes on with `stage`, which consists of `steps`. Time runs on.
    void enter(std::string stage, std::size_t steps = 0);

    /// One step more is done.
    void advance() noexcept { ++done_; }

private:
    void draw_until_stopped();
    [[nodiscard]] std::string line(std::chrono::seconds elapsed);

    std::atomic<std::size_t> done_ = 0;
    std::mutex mutex_;  // of the three below
    std::string stage_;
    std::size_t steps_;
    bool is_stopped_ = false;
    std::condition_variable stopped_;
    std::size_t turns_ = 0;  // of the spinner; the thread's own
    std::thread thread_;     // not running where nothing is to be shown
};

}  // namespace arpad
