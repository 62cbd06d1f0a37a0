/// \file  What the service manager is told: that the server is ready, reloads, stops, and is alive.
///
/// By sd_notify(3), to whatever NOTIFY_SOCKET names; nothing happens where it names nothing.
/// Threads: the main thread.
#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <string>

#include "net/worker.hpp"

namespace arpad {

/// See above.
class ServiceManager {
public:
    explicit ServiceManager(boost::asio::io_context& io) : io_(io), timer_(io) {}
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    /// Says that the server serves `what`. From now on it says that the server is alive, if it is
    /// to (WATCHDOG_USEC), for as long as all of `workers` do what they are asked to.
    void ready(const std::string& what, std::list<Worker>& workers);

    /// Says that files are being looked at.
    static void reloading();

    /// Says that they have been, and `what` is served.
    static void reloaded(const std::string& what);

    /// Says that the service is process `successor` from now on, and no more that this one is
    /// alive.
    void hand_over(pid_t successor);

    /// Says that the server stops.
    static void stopping();

private:
    void watch(std::list<Worker>& workers);

    boost::asio::io_context& io_;
    boost::asio::steady_timer timer_;
    std::chrono::microseconds interval_{0};
    std::shared_ptr<std::size_t> answers_ = std::make_shared<std::size_t>(0);  // of workers
};

}  // namespace arpad
