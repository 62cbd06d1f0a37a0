#include "app/service_manager.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <boost/asio/post.hpp>
#include <cstdint>

namespace arpad {

void ServiceManager::ready(const std::string& what, std::list<Worker>& workers) {
    ::sd_notify(0, fmt::format("READY=1\nSTATUS=serving {}", what).c_str());
    std::uint64_t patience_us = 0;
    if (::sd_watchdog_enabled(0, &patience_us) <= 0) return;
    interval_ = std::chrono::microseconds(patience_us / 2);
    *answers_ = workers.size();
    watch(workers);
}

void ServiceManager::reloading() {
    ::sd_notify(0, "RELOADING=1");
}

void ServiceManager::reloaded(const std::string& what) {
    ::sd_notify(0, fmt::format("READY=1\nSTATUS=serving {}", what).c_str());
}

void ServiceManager::hand_over(pid_t successor) {
    constexpr std::uint64_t patience_us = 5'000'000;
    timer_.cancel();
    ::sd_notify(0, fmt::format("MAINPID={}", successor).c_str());
    // What the successor says is heard only once that is known.
    ::sd_notify_barrier(0, patience_us);
}

void ServiceManager::stopping() {
    ::sd_notify(0, "STOPPING=1");
}

/// A worker that hangs is found out as it does not answer, and then nothing is said.
void ServiceManager::watch(std::list<Worker>& workers) {
    if (*answers_ == workers.size()) {
        ::sd_notify(0, "WATCHDOG=1");
        *answers_ = 0;
        for (Worker& worker : workers) {
            worker.ask([this] { boost::asio::post(io_, [answers = answers_] { ++*answers; }); });
        }
    }
    timer_.expires_after(interval_);
    timer_.async_wait([this, &workers](const boost::system::error_code& error) {
        if (!error) watch(workers);
    });
}

}  // namespace arpad
