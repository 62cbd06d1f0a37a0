#include "net/tcp_listener.hpp"

#include <algorithm>
#include <utility>

#include "net/tcp_connection.hpp"

namespace arpad {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds accept_pause{100};

}  // namespace

TcpListener::TcpListener(tcp::acceptor acceptor, Transport transport, Responder& responder,
                         Telemetry& telemetry, ConnectionLimits& limits, TransferThread& transfers,
                         PendingUpdates& updates, std::span<std::uint8_t> scratch,
                         std::chrono::seconds idle_timeout)
    : acceptor_(std::move(acceptor)),
      transport_(transport),
      responder_(responder),
      telemetry_(telemetry),
      limits_(limits),
      transfers_(transfers),
      updates_(updates),
      scratch_(scratch),
      idle_timeout_(idle_timeout),
      idle_timer_(acceptor_.get_executor()),
      accept_timer_(acceptor_.get_executor()) {}

TcpListener::~TcpListener() = default;

void TcpListener::start() {
    accept();
    watch_idle();
}

void TcpListener::stop_accepting() {
    error_code ignored;  // there is nothing left to be done about it
    acceptor_.close(ignored);
    accept_timer_.cancel();
}

void TcpListener::stop() {
    stop_accepting();
    is_stopped_ = true;
    idle_timer_.cancel();
    const Connections open = connections_;  // finishing may remove
    for (const auto& connection : open) connection->finish();
}

void TcpListener::abort() {
    const Connections open = connections_;  // closing removes
    for (const auto& connection : open) connection->close();
}

void TcpListener::accept() {
    acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
        if (!acceptor_.is_open()) return;
        if (!error) {
            admit(std::move(socket));
        } else if (error != boost::asio::error::connection_aborted) {
            pause_accepting(error);
            return;
        }
        accept();
    });
}

/// Out of descriptors or memory: trying again at once would only spin.
void TcpListener::pause_accepting(const error_code& error) {
    if (throttle_.admits(steady_clock::now())) {
        spdlog::warn(
            "accepting TCP connections: {}; raise the limit of open files ({} more such "
            "errors not shown)",
            error.message(), throttle_.take_suppressed());
    }
    accept_timer_.expires_after(accept_pause);
    accept_timer_.async_wait([this](const error_code& cancelled) {
        if (!cancelled && acceptor_.is_open()) accept();
    });
}

void TcpListener::admit(tcp::socket socket) {
    error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return;  // gone already
    auto place = limits_.enter(client_of(peer.address()));
    if (!place) return;  // closes the socket: the client sees an end and may come back
    socket.set_option(tcp::no_delay(true), error);  // slower without, but works
    const Endpoint client{from_asio(peer.address()), peer.port()};
    auto connection =
        std::make_shared<TcpConnection>(std::move(socket), client, std::move(*place), *this);
    connection->last_progress_ = steady_clock::now();
    connection->position_ = connections_.insert(connections_.end(), connection);
    connection->start(tls_);
}

void TcpListener::note_progress(TcpConnection& connection) {
    if (!connection.stream_.socket().is_open()) return;
    connection.last_progress_ = steady_clock::now();
    connections_.splice(connections_.end(), connections_, connection.position_);
}

void TcpListener::remove(TcpConnection& connection) {
    connections_.erase(connection.position_);
}

void TcpListener::watch_idle() {
    constexpr std::chrono::seconds interval{1};
    idle_timer_.expires_after(interval);
    idle_timer_.async_wait([this](const error_code& cancelled) {
        // A timer that was due already when it was cancelled does not say so.
        if (cancelled || is_stopped_) return;
        close_idle(steady_clock::now());
        watch_idle();
    });
}

void TcpListener::close_idle(steady_clock::time_point now) {
    while (!connections_.empty()) {
        const auto connection = connections_.front();
        if (now - connection->last_progress_ < idle_timeout_) return;
        connection->close();
    }
}

}  // namespace arpad
