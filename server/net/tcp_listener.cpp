#include "net/tcp_listener.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "net/endpoints.hpp"
#include "net/tcp_connection.hpp"

namespace arpad {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds accept_pause{100};

// Queries over UDP, which the same thread answers, come between.
constexpr unsigned accepted_at_a_time = 16;

/// Has the system forget a connection at once when it is closed, which tells the client too: the
/// many that are turned away must not stay in the system's tables.
void reset_when_closed(int socket) noexcept {
    constexpr linger at_once{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace

TcpListener::TcpListener(tcp::acceptor acceptor, Transport transport, Responder& responder,
                         Telemetry& telemetry, ConnectionLimits& limits, TransferThread& transfers,
                         PendingUpdates& updates, std::span<std::uint8_t> scratch,
                         std::chrono::seconds lifetime)
    : acceptor_(std::move(acceptor)),
      transport_(transport),
      responder_(responder),
      telemetry_(telemetry),
      limits_(limits),
      transfers_(transfers),
      updates_(updates),
      scratch_(scratch),
      lifetime_(lifetime),
      idle_timer_(acceptor_.get_executor()),
      accept_timer_(acceptor_.get_executor()) {}

TcpListener::~TcpListener() = default;

void TcpListener::start() {
    acceptor_.native_non_blocking(true);
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
    acceptor_.async_wait(tcp::acceptor::wait_read, [this](const error_code& error) {
        if (error || !acceptor_.is_open()) return;
        for (unsigned i = 0; i < accepted_at_a_time; ++i) {
            const Attempt attempt = accept_one();
            if (attempt == Attempt::nobody_waits) break;
            if (attempt == Attempt::failed) return;  // and goes on when the pause is over
        }
        accept();
    });
}

/// Accepts without Asio, which would take as many system calls to turn a client away as to serve
/// it.
TcpListener::Attempt TcpListener::accept_one() {
    sockaddr_storage peer{};
    socklen_t peer_octets = sizeof peer;
    Descriptor socket(::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&peer),
                                &peer_octets, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.is_open()) {
        admit(std::move(socket), endpoint_of(peer));
        return Attempt::accepted;
    }
    if (errno == EAGAIN) return Attempt::nobody_waits;
    const bool is_out_of_resources =
        errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (!is_out_of_resources) return Attempt::accepted;  // one that is gone already
    const int error = errno;
    report(error);
    // A descriptor that is given up can be used at once; the system's memory cannot, nor what other
    // processes may take first.
    const bool has_freed_one = shed_idle() && error == EMFILE;
    if (has_freed_one) return Attempt::accepted;
    pause_accepting();
    return Attempt::failed;
}

void TcpListener::report(int error) {
    if (!throttle_.admits(steady_clock::now())) return;
    worker_log().warn(
        "accepting TCP connections: {}; raise the limit of open files ({} more such errors not "
        "shown)",
        std::strerror(error), throttle_.take_suppressed());
}

/// Out of descriptors or memory: trying again at once would only spin.
void TcpListener::pause_accepting() {
    accept_timer_.expires_after(accept_pause);
    accept_timer_.async_wait([this](const error_code& cancelled) {
        if (!cancelled && acceptor_.is_open()) accept();
    });
}

void TcpListener::admit(Descriptor accepted, const Endpoint& client) {
    auto place = find_place(client);
    if (!place) {
        reset_when_closed(accepted.number());
        return;
    }
    error_code error;
    tcp::socket socket(acceptor_.get_executor());
    const bool is_ipv4 = client.address.family() == Family::ipv4;
    socket.assign(is_ipv4 ? tcp::v4() : tcp::v6(), accepted.number(), error);
    if (error) return;  // out of memory for it
    (void)accepted.release();
    socket.set_option(tcp::no_delay(true), error);  // slower without, but works
    auto connection =
        std::make_shared<TcpConnection>(std::move(socket), client, std::move(*place), *this);
    connection->opened_at_ = steady_clock::now();
    connection->last_progress_ = connection->opened_at_;
    connection->position_ = connections_.insert(connections_.end(), connection);
    connection->start(tls_);
}

/// A place for `client`; if there are too many in all, that of who was idle for longest.
std::optional<ConnectionLimits::Place> TcpListener::find_place(const Endpoint& client) {
    auto place = limits_.enter(client.address);
    if (place) return std::move(*place);
    if (place.error() != ConnectionLimits::Excess::in_all || !shed_idle()) return std::nullopt;
    auto freed = limits_.enter(client.address);
    if (!freed) return std::nullopt;  // another worker was faster
    return std::move(*freed);
}

/// Closes the connection that was idle for longest. Whether there was one.
bool TcpListener::shed_idle() {
    const auto now = steady_clock::now();
    for (const auto& connection : connections_) {
        if (now - connection->last_progress_ < ConnectionLimits::least_idle_timeout) return false;
        if (connection->is_busy()) continue;
        limits_.note_shed();
        const auto shed = connection;  // closing removes it
        shed->close();
        return true;
    }
    return false;
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
    constexpr std::chrono::milliseconds interval{200};
    idle_timer_.expires_after(interval);
    idle_timer_.async_wait([this](const error_code& cancelled) {
        // A timer that was due already when it was cancelled does not say so.
        if (cancelled || is_stopped_) return;
        close_idle(steady_clock::now());
        watch_idle();
    });
}

void TcpListener::close_idle(steady_clock::time_point now) {
    for (auto next = connections_.begin(); next != connections_.end();) {
        const auto connection = *next++;  // closing removes it
        const auto idle = now - connection->last_progress_;
        if (idle < limits_.idle_timeout()) return;
        // That an update takes so long to be made is not its client's fault; and not everybody may
        // have a transfer, which may be waiting for others to end.
        const bool may_stay = connection->is_updating() || (connection->is_transferring() &&
                                                            idle < limits_.usual_idle_timeout());
        if (!may_stay) connection->close();
    }
}

}  // namespace arpad
