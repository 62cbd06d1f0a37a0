/// \file  A worker on loopback ports of its own, for tests over real sockets.
#pragma once

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "net/listen_sockets.hpp"
#include "net/worker.hpp"
#include "support/loopback_client.hpp"
#include "support/zone_maker.hpp"

namespace arpad {

/// The snapshot of one /24 in which 192.0.2.7 is called `target`, and 192.0.2.8 has so many names
/// that a reply has about 38,000 octets.
inline std::shared_ptr<const Snapshot> snapshot_with(std::string_view target) {
    ZoneMaker maker = zone_for("192.0.2.0/24");
    maker.ptr("7", target);
    for (int i = 0; i < 1500; ++i) {
        maker.ptr("8", "host-" + std::to_string(10'000 + i) + ".example.");
    }
    return std::make_shared<const Snapshot>(
        std::vector<std::shared_ptr<const Zone>>{maker.build()});
}

/// Started with `snapshot_with("a.example.")`; stopped and joined when destroyed.
class RunningWorker {
public:
    explicit RunningWorker(const TcpConfig& tcp = {}, const UdpConfig& udp = {},
                           RateLimiter* limiter = nullptr, PendingUpdates::Make make_update = {})
        : limits_(tcp),
          worker_(std::make_shared<const Identity>(IdentityConfig{}), udp, tcp,
                  Telemetry::Detail::all, {limits_, limiter, transfers_}),
          transfers_(tcp.transfers),
          endpoints_(*claim(std::vector{any_ipv4_port(), any_ipv6_port()}, Claim::udp_and_tcp)) {
        for (const Endpoint& endpoint : endpoints_) {
            if (const auto failure = worker_.listen(endpoint)) {
                throw std::runtime_error(failure->to_text());
            }
        }
        if (make_update) worker_.accept_updates(std::move(make_update));
        worker_.adopt(snapshot_with("a.example."), [](const auto&) {});
        worker_.start();
    }
    ~RunningWorker() { stop(); }
    RunningWorker(const RunningWorker&) = delete;
    RunningWorker& operator=(const RunningWorker&) = delete;

    [[nodiscard]] Worker& worker() noexcept { return worker_; }
    [[nodiscard]] const Endpoint& ipv4() const noexcept { return endpoints_[0]; }
    [[nodiscard]] const Endpoint& ipv6() const noexcept { return endpoints_[1]; }

    /// Stops and joins. Returns how long that took.
    std::chrono::steady_clock::duration stop(
        std::chrono::milliseconds patience = std::chrono::seconds(5)) {
        const auto start = std::chrono::steady_clock::now();
        if (is_running_) {
            worker_.stop(patience);
            worker_.join();
        }
        is_running_ = false;
        return std::chrono::steady_clock::now() - start;
    }

private:
    ConnectionLimits limits_;
    Worker worker_;
    TransferThread transfers_;
    std::vector<Endpoint> endpoints_;
    bool is_running_ = true;
};

}  // namespace arpad
