/// \file  The workers, and what they share: limits, cookies, the thread for transfers.
///
/// Threads: the main thread; the workers have theirs.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "answer/rate_limiter.hpp"
#include "answer/telemetry.hpp"
#include "app/credentials.hpp"
#include "app/inheritance.hpp"
#include "app/rate_limit_log.hpp"
#include "load/server_config.hpp"
#include "net/connection_limits.hpp"
#include "net/transfer_thread.hpp"
#include "net/worker.hpp"
#include "zone/snapshot.hpp"

namespace arpad {

/// See above.
class WorkerPool {
public:
    /// Where they listen; all of it was claimed before.
    struct Endpoints {
        std::vector<Endpoint> plain;
        std::vector<Endpoint> tls;
    };

    /// What they leave to others; called on their threads.
    struct Others {
        PendingUpdates::Make make_update;
        std::function<void(NameView apex, const Address& from)> take_notice;
    };

    /// No workers yet. `io` is the main thread's; both outlive it.
    WorkerPool(boost::asio::io_context& io, const ServerConfig& config);

    /// Makes the workers and has them listen, on sockets that are `inherited` where there are some.
    [[nodiscard]] std::optional<ListenFailure> open(const Endpoints& endpoints,
                                                    Inheritance& inherited,
                                                    const Credentials& credentials,
                                                    const Others& others);

    /// Starts their threads, on which `prepare` is called before anything is answered.
    void start(const std::function<void()>& prepare);

    /// Keeps each on a core, as far as the system allows it.
    void pin();

    /// Has them know `credentials` from now on.
    void adopt(const Credentials& credentials);

    /// Has all answer from `snapshot`, and calls `published`, on the main thread, when they do.
    void publish(const std::shared_ptr<const Snapshot>& snapshot, std::function<void()> published);

    /// Adds all their sockets to `all`.
    void share_sockets(Inheritance& all);

    /// Leaves what arrives to another process; calls `released`, on the main thread, when no TCP
    /// connection is left, at the latest after `patience`.
    void release(std::chrono::milliseconds patience, const std::function<void()>& released);

    /// Calls `done`, on the main thread, with what all of them tell, once the last has told.
    void report(std::function<void(const TelemetryReport&)> done);

    /// Ends the threads, at the latest after `patience`. What they have done.
    [[nodiscard]] TelemetryReport stop(std::chrono::milliseconds patience);

    /// All of them; the one for TLS, if there is one, last.
    [[nodiscard]] std::list<Worker>& workers() noexcept { return workers_; }

    /// How many there are without the one for TLS.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// TCP connections of all of them.
    [[nodiscard]] ConnectionLimits::Counts connections() { return limits_.counts(); }

private:
    void make_defences(const Credentials& credentials);
    [[nodiscard]] Worker& add(const Credentials& credentials, const Others& others);
    [[nodiscard]] std::optional<ListenFailure> listen(Worker& worker, std::size_t number,
                                                      const std::vector<Endpoint>& endpoints,
                                                      const Inheritance& inherited) const;
    [[nodiscard]] static std::optional<ListenFailure> listen_by_tls(
        Worker& worker, const std::vector<Endpoint>& endpoints, Inheritance& inherited,
        const TlsContext& tls);

    boost::asio::io_context& io_;
    const ServerConfig& config_;
    std::size_t size_;
    ConnectionLimits limits_;
    std::optional<RateLimiter> rate_limiter_;   // none: off
    std::shared_ptr<const CookieJar> cookies_;  // null: off
    std::list<Worker> workers_;
    TransferThread transfers_;
    std::optional<RateLimitLog> rate_limit_log_;
};

}  // namespace arpad
