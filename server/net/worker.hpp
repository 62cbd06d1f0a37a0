/// \file  A worker: one thread, one event loop, sockets, responder and buffers of its own.
///
/// Shares nothing with other workers but limits, so that a core answers without waiting for
/// another.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "answer/responder.hpp"
#include "answer/telemetry.hpp"
#include "load/server_config.hpp"
#include "net/connection_limits.hpp"
#include "net/listen_sockets.hpp"
#include "net/pending_updates.hpp"
#include "net/tcp_listener.hpp"
#include "net/transfer_thread.hpp"
#include "net/udp_listener.hpp"

namespace arpad {

/// See above. All public functions are called by one other thread, the daemon's.
class Worker {
public:
    /// What all workers share. It outlives them, but for `transfers`, which ends between `join` and
    /// their end.
    struct Shared {
        ConnectionLimits& connections;
        RateLimiter* rate_limiter;  ///< Null: answers are not limited.
        TransferThread& transfers;
    };

    /// A worker that serves no zones yet.
    Worker(std::shared_ptr<const Identity> identity, const UdpConfig& udp, const TcpConfig& tcp,
           Telemetry::Detail detail, const Shared& shared);
    ~Worker();  ///< Stops a worker that still runs, without patience.
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Opens sockets for `endpoint`, which was claimed before. Before `start` only.
    [[nodiscard]] std::optional<ListenFailure> listen(const Endpoint& endpoint);

    /// Listens on sockets of another process. Before `start` only.
    [[nodiscard]] std::optional<ListenFailure> listen(SharedSockets sockets);

    /// Listens at `endpoint`, which was claimed before, by TLS, and shows clients `tls`. A worker
    /// that listens by TLS only lets all others go first. Before `start` only, likewise.
    [[nodiscard]] std::optional<ListenFailure> listen(const Endpoint& endpoint, TlsContext tls);
    [[nodiscard]] std::optional<ListenFailure> listen(SharedAcceptor shared, TlsContext tls);

    /// All its sockets without TLS, for another process. The numbers of those that cannot be had
    /// are negative.
    [[nodiscard]] std::vector<SharedSockets> share_sockets();

    /// Likewise those with TLS.
    [[nodiscard]] std::vector<SharedAcceptor> share_tls_sockets();

    /// The smallest of the receive buffers of its UDP sockets, in octets. After `listen`.
    [[nodiscard]] int receive_octets() const;

    /// Answers from `snapshot` from the next batch on. The one before is given to `retire`, called
    /// on the worker's thread, which is to free it elsewhere.
    void adopt(std::shared_ptr<const Snapshot> snapshot,
               std::function<void(std::shared_ptr<const Snapshot>)> retire);

    /// Knows `keys` from the next batch on, and no others.
    void adopt(std::shared_ptr<const Keyring> keys);

    /// Gives cookies of `cookies`, and takes them back, from the next batch on; null: none.
    void adopt(std::shared_ptr<const CookieJar> cookies);

    /// Shows clients that come by TLS `tls` from now on.
    void adopt(TlsContext tls);

    /// Has notices given to `take`, on the worker's thread; see Responder. Before `start`.
    void tell_notices_to(std::function<void(NameView apex, const Address& from)> take) {
        responder_.tell_notices_to(std::move(take));
    }

    /// Accepts signed updates, and has them be made by `make`, which is called on the worker's
    /// thread. Before `start`.
    void accept_updates(PendingUpdates::Make make) {
        updates_.make_with(std::move(make));
        responder_.accept_updates();
    }

    /// Calls `answer` on the worker's thread, when it comes to it.
    void ask(std::function<void()> answer);

    /// Starts the thread, on which `prepare` is called before anything is answered.
    void start(const std::function<void()>& prepare = {});

    /// Keeps the thread, which was started, on `core`. The error if the system refuses.
    [[nodiscard]] boost::system::error_code pin(unsigned core);

    /// Leaves all that arrives from now on to another process that has its sockets, and goes on
    /// with the TCP connections that are open. Calls `released` on the worker's thread when none is
    /// left, at the latest after `patience`; not if it is stopped before.
    void release(std::chrono::milliseconds patience, std::function<void()> released);

    /// Answers what has arrived, sends what is answered, and ends the thread: at the latest after
    /// `patience`, when connections that are still open are cut.
    void stop(std::chrono::milliseconds patience);

    /// Waits for the end of the thread.
    void join();

    /// Calls `take` on the worker's thread with what it has done so far; on the calling thread if
    /// the worker's has ended.
    void report(std::function<void(TelemetryReport)> take);

    /// Notes queries in `queue` from the next batch on; null: nowhere.
    void log_queries(std::shared_ptr<QueryLogQueue> queue);

private:
    /// An endpoint that is listened on.
    struct Post {
        Endpoint endpoint;
        UdpListener* udp;  // null if by TLS
        TcpListener* tcp;
    };

    void add(const Endpoint& endpoint, ListenSockets sockets);
    void add(const Endpoint& endpoint, boost::asio::ip::tcp::acceptor acceptor, TlsContext tls);
    TcpListener& add_listener(boost::asio::ip::tcp::acceptor acceptor, Transport transport);
    void begin_stop(std::chrono::milliseconds patience);
    void await_idle(std::chrono::milliseconds patience, std::function<void()> done);
    void watch_idle();

    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::steady_timer idle_timer_;
    std::chrono::steady_clock::time_point idle_deadline_;
    std::function<void()> when_idle_;
    Responder responder_;
    Telemetry telemetry_;
    UdpConfig udp_config_;
    TcpConfig tcp_config_;
    Shared shared_;
    PendingUpdates updates_;
    std::vector<std::uint8_t> tcp_reply_;  // one reply at a time, then copied to its connection
    std::list<UdpListener> udp_;
    std::list<TcpListener> tcp_;  // and by TLS
    std::vector<Post> posts_;
    std::thread thread_;
};

}  // namespace arpad
