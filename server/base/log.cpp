#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>

#include <memory>
#include <utility>

namespace arpad {

void open_log() {
    auto logger = std::make_shared<spdlog::logger>(
        "arpad", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

bool LogThrottle::admits(std::chrono::steady_clock::time_point now) noexcept {
    constexpr std::chrono::seconds interval{10};
    if (now < next_) {
        ++suppressed_;
        return false;
    }
    next_ = now + interval;
    return true;
}

std::uint64_t LogThrottle::take_suppressed() noexcept {
    return std::exchange(suppressed_, 0);
}

}  // namespace arpad
