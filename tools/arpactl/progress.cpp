#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/standard_error.hpp"

namespace arpad {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds patience{1000};  // what is over by then needs no line
constexpr std::chrono::milliseconds interval{200};

/// To the beginning of the line, which is cleared.
constexpr const char* erase_line = "\r\033[K";

/// How many columns the terminal has.
std::size_t terminal_columns() {
    constexpr std::size_t usual = 80;
    winsize size{};
    const bool is_known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return is_known ? size.ws_col : usual;
}

/// "[=====>    ]"
std::string bar(std::size_t done, std::size_t steps) {
    constexpr std::size_t width = 20;
    const std::size_t full = width * done / steps;
    std::string text = "[" + std::string(full, '=');
    if (full < width) text += ">" + std::string(width - full - 1, ' ');
    return text + "]";
}

}  // namespace

Progress::Progress(std::string stage, std::size_t steps) : stage_(std::move(stage)), steps_(steps) {
    if (::isatty(STDERR_FILENO) == 0) return;
    try {
        thread_ = std::thread([this] { draw_until_stopped(); });
    } catch (const std::system_error&) {
        // The work gets done without anybody watching.
    }
}

Progress::~Progress() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    stopped_.notify_one();
    thread_.join();
}

void Progress::enter(std::string stage, std::size_t steps) {
    const std::lock_guard lock(mutex_);
    stage_ = std::move(stage);
    steps_ = steps;
    done_ = 0;
}

void Progress::draw_until_stopped() {
    const auto began = steady_clock::now();
    const auto is_stopped = [this] { return is_stopped_; };
    std::unique_lock lock(mutex_);
    if (stopped_.wait_for(lock, patience, is_stopped)) return;
    do {
        const auto elapsed =
            std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - began);
        // A line that is wrapped could not be taken back.
        write_standard_error(erase_line + line(elapsed).substr(0, terminal_columns() - 1));
    } while (!stopped_.wait_for(lock, interval, is_stopped));
    write_standard_error(erase_line);
}

std::string Progress::line(std::chrono::seconds elapsed) {
    if (steps_ > 1) {
        const std::size_t done = std::min(done_.load(), steps_);
        return fmt::format("{} {} {} of {}, {} s", bar(done, steps_), stage_, done, steps_,
                           elapsed.count());
    }
    constexpr std::string_view spinner = "|/-\\";
    return fmt::format("{} {}, {} s", spinner[turns_++ % spinner.size()], stage_, elapsed.count());
}

}  // namespace arpad
