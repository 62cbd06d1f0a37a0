#include "net/worker.hpp"

#include <pthread.h>
#include <sys/prctl.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>
#include <utility>

#include "base/background_thread.hpp"
#include "dns/message.hpp"
#include "net/cores.hpp"

namespace arpad {

namespace asio = boost::asio;
namespace {

constexpr const char* thread_name = "arpad-worker";
constexpr const char* tls_thread_name = "arpad-tls";

/// Lets short sleeps of this thread end when they should: Linux adds 50 us otherwise, so as to save
/// interrupts. Where it refuses, sleeps are longer.
void end_sleeps_on_time() noexcept {
    constexpr unsigned long least_nanoseconds = 1;
    prctl(PR_SET_TIMERSLACK, least_nanoseconds);
}

}  // namespace

Worker::Worker(std::shared_ptr<const Identity> identity, const UdpConfig& udp, const TcpConfig& tcp,
               Telemetry::Detail detail, const Shared& shared)
    : io_(1),  // one thread: Asio may leave out what several would need
      work_(asio::make_work_guard(io_)),
      idle_timer_(io_),
      responder_(std::make_shared<const Snapshot>(std::vector<std::shared_ptr<const Zone>>()),
                 std::move(identity)),
      telemetry_(detail),
      udp_config_(udp),
      tcp_config_(tcp),
      shared_(shared),
      updates_(io_, telemetry_),
      tcp_reply_(max_message_octets) {}

Worker::~Worker() {
    if (thread_.joinable()) stop(std::chrono::milliseconds::zero());
    join();
}

std::optional<ListenFailure> Worker::listen(const Endpoint& endpoint) {
    auto sockets = open_sockets(io_, endpoint);
    if (!sockets) return sockets.error();
    add(endpoint, std::move(*sockets));
    return std::nullopt;
}

std::optional<ListenFailure> Worker::listen(SharedSockets shared) {
    const Endpoint endpoint = shared.endpoint;
    auto sockets = adopt_sockets(io_, std::move(shared));
    if (!sockets) return sockets.error();
    add(endpoint, std::move(*sockets));
    return std::nullopt;
}

std::optional<ListenFailure> Worker::listen(const Endpoint& endpoint, TlsContext tls) {
    auto acceptor = open_acceptor(io_, endpoint);
    if (!acceptor) return acceptor.error();
    add(endpoint, std::move(*acceptor), std::move(tls));
    return std::nullopt;
}

std::optional<ListenFailure> Worker::listen(SharedAcceptor shared, TlsContext tls) {
    const Endpoint endpoint = shared.endpoint;
    auto acceptor = adopt_acceptor(io_, std::move(shared));
    if (!acceptor) return acceptor.error();
    add(endpoint, std::move(*acceptor), std::move(tls));
    return std::nullopt;
}

void Worker::add(const Endpoint& endpoint, ListenSockets sockets) {
    UdpListener& udp = udp_.emplace_back(std::move(sockets.udp), responder_, shared_.rate_limiter,
                                         telemetry_, updates_, udp_config_.gather);
    posts_.push_back({endpoint, &udp, &add_listener(std::move(sockets.tcp), Transport::tcp)});
}

void Worker::add(const Endpoint& endpoint, asio::ip::tcp::acceptor acceptor, TlsContext tls) {
    TcpListener& listener = add_listener(std::move(acceptor), Transport::tls);
    listener.adopt(std::move(tls));
    posts_.push_back({endpoint, nullptr, &listener});
}

TcpListener& Worker::add_listener(asio::ip::tcp::acceptor acceptor, Transport transport) {
    return tcp_.emplace_back(std::move(acceptor), transport, responder_, telemetry_,
                             shared_.connections, shared_.transfers, updates_, tcp_reply_,
                             tcp_config_.lifetime);
}

std::vector<SharedSockets> Worker::share_sockets() {
    std::vector<SharedSockets> shared;
    for (const Post& post : posts_) {
        if (post.udp != nullptr) {
            shared.push_back({post.endpoint, post.udp->share(), post.tcp->share()});
        }
    }
    return shared;
}

std::vector<SharedAcceptor> Worker::share_tls_sockets() {
    std::vector<SharedAcceptor> shared;
    for (const Post& post : posts_) {
        if (post.udp == nullptr) shared.push_back({post.endpoint, post.tcp->share()});
    }
    return shared;
}

int Worker::receive_octets() const {
    int least = wanted_receive_octets;
    for (const UdpListener& listener : udp_) least = std::min(least, listener.receive_octets());
    return least;
}

void Worker::adopt(std::shared_ptr<const Snapshot> snapshot,
                   std::function<void(std::shared_ptr<const Snapshot>)> retire) {
    asio::post(io_, [this, snapshot = std::move(snapshot), retire = std::move(retire)]() mutable {
        telemetry_.expect(*snapshot);
        retire(responder_.adopt(std::move(snapshot)));
    });
}

void Worker::adopt(std::shared_ptr<const Keyring> keys) {
    asio::post(io_,
               [this, keys = std::move(keys)]() mutable { responder_.adopt(std::move(keys)); });
}

void Worker::adopt(std::shared_ptr<const CookieJar> cookies) {
    asio::post(io_, [this, cookies = std::move(cookies)]() mutable {
        responder_.adopt(std::move(cookies));
    });
}

void Worker::adopt(TlsContext tls) {
    asio::post(io_, [this, tls = std::move(tls)] {
        for (const Post& post : posts_) {
            if (post.udp == nullptr) post.tcp->adopt(tls);
        }
    });
}

void Worker::ask(std::function<void()> answer) {
    asio::post(io_, std::move(answer));
}

void Worker::report(std::function<void(TelemetryReport)> take) {
    if (!thread_.joinable()) {
        take(telemetry_.report());
        return;
    }
    asio::post(io_, [this, take = std::move(take)] { take(telemetry_.report()); });
}

void Worker::log_queries(std::shared_ptr<QueryLogQueue> queue) {
    asio::post(io_,
               [this, queue = std::move(queue)]() mutable { telemetry_.log_to(std::move(queue)); });
}

void Worker::start(const std::function<void()>& prepare) {
    for (UdpListener& listener : udp_) listener.start();
    for (TcpListener& listener : tcp_) listener.start();
    const bool is_for_tls = udp_.empty();
    // Whoever is told that the server serves finds its threads by their names, and prepared.
    std::promise<void> ready;
    const auto is_ready = ready.get_future();
    thread_ = std::thread([this, is_for_tls, prepare, ready = std::move(ready)]() mutable {
        if (is_for_tls) {
            // Handshakes cost a thousand times what a query does.
            become_background_thread(tls_thread_name);
        } else {
            pthread_setname_np(pthread_self(), thread_name);
        }
        end_sleeps_on_time();
        if (prepare) prepare();
        ready.set_value();
        io_.run();
    });
    is_ready.wait();
}

boost::system::error_code Worker::pin(unsigned core) {
    return arpad::pin(thread_, core);
}

void Worker::release(std::chrono::milliseconds patience, std::function<void()> released) {
    asio::post(io_, [this, patience, released = std::move(released)]() mutable {
        for (UdpListener& listener : udp_) listener.stop();
        for (TcpListener& listener : tcp_) listener.stop_accepting();
        await_idle(patience, std::move(released));
    });
}

void Worker::stop(std::chrono::milliseconds patience) {
    asio::post(io_, [this, patience] { begin_stop(patience); });
}

void Worker::begin_stop(std::chrono::milliseconds patience) {
    for (UdpListener& listener : udp_) listener.stop();
    for (TcpListener& listener : tcp_) listener.stop();
    work_.reset();
    await_idle(patience, [this] {
        // The loop ends by itself when no connection is left.
        for (TcpListener& listener : tcp_) listener.abort();
    });
}

/// Calls `done`, and nothing that was given before, when no connection is open, at the latest after
/// `patience`.
void Worker::await_idle(std::chrono::milliseconds patience, std::function<void()> done) {
    idle_deadline_ = std::chrono::steady_clock::now() + patience;
    when_idle_ = std::move(done);
    watch_idle();
}

void Worker::watch_idle() {
    constexpr std::chrono::milliseconds interval{10};
    const bool is_idle =
        std::ranges::all_of(tcp_, [](const TcpListener& listener) { return listener.is_idle(); });
    if (is_idle || std::chrono::steady_clock::now() >= idle_deadline_) {
        if (const auto done = std::exchange(when_idle_, {})) done();
        return;
    }
    idle_timer_.expires_after(interval);
    idle_timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) watch_idle();
    });
}

void Worker::join() {
    if (thread_.joinable()) thread_.join();
}

}  // namespace arpad
