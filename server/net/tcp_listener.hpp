/// \file  Queries over TCP (RFC 7766) or TLS (RFC 7858): accepts connections and keeps them within
/// bounds.
///
/// Each connection is a StreamSession on a TcpStream. One that has not completed a query, nor taken
/// its replies at a decent pace, for the idle timeout is closed; a single timer looks after all of
/// them. The fewer connections are left of those that may be, the shorter that is, and where none
/// is left a new one takes the place of the one that was idle for longest.
/// Threads: the worker's.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "answer/responder.hpp"
#include "answer/telemetry.hpp"
#include "base/descriptor.hpp"
#include "base/log.hpp"
#include "crypto/tls.hpp"
#include "net/connection_limits.hpp"
#include "net/pending_updates.hpp"
#include "net/transfer_thread.hpp"

namespace arpad {

class TcpConnection;

/// See above.
class TcpListener {
public:
    /// Accepts from `acceptor`, which is listening, those who come by `transport`, answers with
    /// `responder` and tells `telemetry`. `scratch` has room for one reply of 65,535 octets. All
    /// references are the worker's. A connection that has been open for `lifetime` is closed when
    /// it next has nothing to be answered.
    TcpListener(boost::asio::ip::tcp::acceptor acceptor, Transport transport, Responder& responder,
                Telemetry& telemetry, ConnectionLimits& limits, TransferThread& transfers,
                PendingUpdates& updates, std::span<std::uint8_t> scratch,
                std::chrono::seconds lifetime);
    ~TcpListener();
    TcpListener(const TcpListener&) = delete;
    TcpListener& operator=(const TcpListener&) = delete;

    /// What those who come by TLS are shown from now on; before `start` once.
    void adopt(TlsContext tls) { tls_ = std::move(tls); }

    /// Starts to accept.
    void start();

    /// The listening socket, for another process.
    [[nodiscard]] Descriptor share() { return Descriptor::copy_of(acceptor_.native_handle()); }

    /// Accepts no more, and answers on what is open.
    void stop_accepting();

    /// Accepts no more, and lets each connection go once what it was answered has been sent.
    void stop();

    /// Whether no connection is open.
    [[nodiscard]] bool is_idle() const noexcept { return connections_.empty(); }

    /// Closes what is still open.
    void abort();

private:
    friend class TcpConnection;
    using Connections = std::list<std::shared_ptr<TcpConnection>>;

    /// What came of one attempt to accept.
    enum class Attempt : std::uint8_t { accepted, nobody_waits, failed };

    void accept();
    [[nodiscard]] Attempt accept_one();
    void admit(Descriptor socket, const Endpoint& client);
    [[nodiscard]] std::optional<ConnectionLimits::Place> find_place(const Endpoint& client);
    [[nodiscard]] bool shed_idle();
    void watch_idle();
    void close_idle(std::chrono::steady_clock::time_point now);
    void note_progress(TcpConnection& connection);
    void note_failed_handshake() noexcept { telemetry_.count_failed_handshake(); }
    void remove(TcpConnection& connection);
    void report(int error);
    void pause_accepting();

    boost::asio::ip::tcp::acceptor acceptor_;
    Transport transport_;
    TlsContext tls_;  // null without TLS
    Responder& responder_;
    Telemetry& telemetry_;
    ConnectionLimits& limits_;
    TransferThread& transfers_;
    PendingUpdates& updates_;
    std::span<std::uint8_t> scratch_;
    std::chrono::seconds lifetime_;
    bool is_stopped_ = false;
    boost::asio::steady_timer idle_timer_;
    boost::asio::steady_timer accept_timer_;
    Connections connections_;  // the one idle for longest first
    LogThrottle throttle_;
    LogThrottle transfer_throttle_;
};

}  // namespace arpad
