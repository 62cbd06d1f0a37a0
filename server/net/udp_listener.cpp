#include "net/udp_listener.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "dns/message.hpp"
#include "net/endpoints.hpp"

namespace arpad {

using std::chrono::steady_clock;

namespace {

constexpr unsigned batch_size = 64;
// A batch that was fuller than this gains nothing more from waiting.
constexpr unsigned well_filled = batch_size / 2;
// After so many batches the connections of the same worker get their turn.
constexpr unsigned batches_in_a_row = 16;
// More than the payload size that we offer; longer datagrams are answered FORMERR.
constexpr std::size_t max_query_octets = 4096;
constexpr std::size_t control_octets = CMSG_SPACE(sizeof(in6_pktinfo));
constexpr int send_patience_ms = 10;

/// Port 0 cannot be answered.
bool has_port(const sockaddr_storage& peer) noexcept {
    // The port stands at the same place in both families.
    sockaddr_in address;
    std::memcpy(&address, &peer, sizeof address);
    return address.sin_port != 0;
}

/// Turns the control message that tells where a query came to into one that says where its reply
/// leaves from: the same address, on the interface that the routes lead to. A link-local address
/// means nothing without its interface, so there that is kept.
void turn_control_around(msghdr& header) noexcept {
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
         control = CMSG_NXTHDR(&header, control)) {
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            in_pktinfo info;
            std::memcpy(&info, CMSG_DATA(control), sizeof info);
            info.ipi_spec_dst = info.ipi_addr;
            info.ipi_ifindex = 0;
            std::memcpy(CMSG_DATA(control), &info, sizeof info);
        } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo info;
            std::memcpy(&info, CMSG_DATA(control), sizeof info);
            if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = 0;
            std::memcpy(CMSG_DATA(control), &info, sizeof info);
        }
    }
}

}  // namespace

/// Buffers of one batch, prepared once.
struct UdpListener::Batch {
    std::array<mmsghdr, batch_size> queries{};
    std::array<mmsghdr, batch_size> replies{};
    std::array<std::span<const std::uint8_t>, batch_size> messages{};
    std::array<Outcome, batch_size> outcomes{};
    std::array<iovec, batch_size> query_spans{};
    std::array<iovec, batch_size> reply_spans{};
    std::array<sockaddr_storage, batch_size> peers{};
    std::array<std::array<std::uint8_t, max_query_octets>, batch_size> query_octets{};
    std::array<std::array<std::uint8_t, max_udp_octets>, batch_size> reply_octets{};
    alignas(cmsghdr) std::array<std::array<std::uint8_t, control_octets>, batch_size> controls{};

    Batch() {
        for (unsigned i = 0; i < batch_size; ++i) {
            query_spans[i] = {query_octets[i].data(), query_octets[i].size()};
            msghdr& query = queries[i].msg_hdr;
            query.msg_name = &peers[i];
            query.msg_iov = &query_spans[i];
            query.msg_iovlen = 1;
            query.msg_control = controls[i].data();
            replies[i].msg_hdr.msg_iov = &reply_spans[i];
            replies[i].msg_hdr.msg_iovlen = 1;
        }
    }

    /// Undoes what the last receive wrote into the first `used` headers.
    void prepare(unsigned used) noexcept {
        for (unsigned i = 0; i < used; ++i) {
            queries[i].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
            queries[i].msg_hdr.msg_controllen = control_octets;
            queries[i].msg_hdr.msg_flags = 0;
        }
    }

    /// Query number `query`. Of a datagram that did not fit only the header is looked at: a query
    /// without a question.
    [[nodiscard]] std::span<const std::uint8_t> message(unsigned query) const noexcept {
        const bool is_cut = (queries[query].msg_hdr.msg_flags & MSG_TRUNC) != 0;
        const std::span<const std::uint8_t> octets(query_octets[query]);
        return octets.first(is_cut ? header_octets : queries[query].msg_len);
    }

    /// Query number `query` gets reply number `reply`, `octets` long.
    void address_reply(unsigned query, unsigned reply, std::size_t octets) noexcept {
        msghdr& from = queries[query].msg_hdr;
        turn_control_around(from);
        msghdr& to = replies[reply].msg_hdr;
        to.msg_name = from.msg_name;
        to.msg_namelen = from.msg_namelen;
        to.msg_control = from.msg_controllen == 0 ? nullptr : from.msg_control;
        to.msg_controllen = from.msg_controllen;
        reply_spans[reply] = {reply_octets[reply].data(), octets};
    }
};

UdpListener::UdpListener(boost::asio::ip::udp::socket socket, Responder& responder,
                         RateLimiter* limiter, Telemetry& telemetry, PendingUpdates& updates,
                         std::chrono::microseconds gather)
    : socket_(std::move(socket)),
      responder_(responder),
      limiter_(limiter),
      telemetry_(telemetry),
      updates_(updates),
      family_(socket_.local_endpoint().address().is_v4() ? Family::ipv4 : Family::ipv6),
      gather_(gather),
      batch_(std::make_unique<Batch>()) {
    batch_->prepare(batch_size);
}

UdpListener::~UdpListener() = default;

void UdpListener::start() {
    wait();
}

void UdpListener::stop() {
    if (!socket_.is_open()) return;
    for (unsigned i = 0; i < batches_in_a_row && answer_batch() == Progress::more; ++i) {
    }
    boost::system::error_code ignored;  // there is nothing left to be done about it
    socket_.close(ignored);
}

void UdpListener::wait() {
    socket_.async_wait(boost::asio::ip::udp::socket::wait_read,
                       [this](const boost::system::error_code& error) {
                           if (error) return;  // closed
                           for (unsigned i = 0; i < batches_in_a_row; ++i) {
                               if (answer_batch() == Progress::drained) break;
                           }
                           wait();
                       });
}

UdpListener::Progress UdpListener::answer_batch() {
    const int received = recvmmsg(socket_.native_handle(), batch_->queries.data(), batch_size,
                                  MSG_DONTWAIT, nullptr);
    if (received < 0) {
        // ICMP errors for earlier replies surface here; they say nothing about what is waiting.
        if (errno != EAGAIN && errno != EINTR) report("receiving", errno);
        return Progress::drained;
    }
    const auto count = static_cast<unsigned>(received);
    const bool needs_time = telemetry_.is_timing() || limiter_ != nullptr;
    const auto start = needs_time ? steady_clock::now() : steady_clock::time_point();
    for (unsigned i = 0; i < count; ++i) batch_->messages[i] = batch_->message(i);
    if (count > 1) responder_.expect(std::span(batch_->messages).first(count));
    unsigned replies = 0;
    for (unsigned i = 0; i < count; ++i) {
        Outcome& outcome = batch_->outcomes[i];
        outcome = {};
        if (!has_port(batch_->peers[i])) continue;
        const Request request{batch_->messages[i], Transport::udp,
                              endpoint_of(batch_->peers[i]).address};
        const std::span<std::uint8_t> reply(batch_->reply_octets[replies]);
        outcome = responder_.respond(request, reply);
        limit(request, start, reply, outcome);
        if (outcome.kind == Outcome::Kind::update) make_update(i);
        if (outcome.kind != Outcome::Kind::answer) continue;
        batch_->address_reply(i, replies, outcome.octets);
        ++replies;
    }
    send(replies);
    if (telemetry_.is_timing()) {
        telemetry_.add_time(Transport::udp, steady_clock::now() - start, replies);
    }
    tell(count);
    batch_->prepare(count);
    // Where several were waiting, others are on their way: looking again costs less than waiting by
    // way of the event loop.
    if (count == 1) return Progress::drained;
    gather(count);
    return Progress::more;
}

/// Where the answer to `request`, in `reply`, is over the limit, nothing is sent instead, or every
/// so often what lets clients come back that are really there: those that sent a query. To NOTIFY
/// and UPDATE an answer without an error, be it truncated, says that what they ask was done; and
/// nobody gains by having a victim sent what is no longer than what they sent themselves.
void UdpListener::limit(const Request& request, steady_clock::time_point now,
                        std::span<std::uint8_t> reply, Outcome& outcome) {
    if (outcome.kind != Outcome::Kind::answer) return;
    const bool is_query = opcode_of(request.message) == Opcode::query;
    const bool is_harmless = outcome.client == Outcome::Client::proved ||
                             (!is_query && outcome.octets <= request.message.size());
    if (is_harmless || !is_too_much(request.client, class_of(outcome), now)) return;
    const auto answers = static_cast<std::size_t>(class_of(outcome));
    RateLimitCounts& counts = telemetry_.rate_limit();
    const unsigned slip = is_query ? limiter_->config().slip : 0;
    if (slip == 0 || ++held_back_ < slip) {
        ++counts.dropped[answers];
        outcome = {};
        return;
    }
    held_back_ = 0;
    const Zone* const zone = outcome.zone;
    outcome = responder_.ask_for_proof(request, reply);
    outcome.zone = zone;
    ++(outcome.is_truncated ? counts.truncated : counts.cookie)[answers];
}

/// Whether an answer to `client` is over the limit, and to be held back.
bool UdpListener::is_too_much(const Address& client, AnswerClass answers,
                              steady_clock::time_point now) {
    if (limiter_ == nullptr || limiter_->admits(client, answers, now)) return false;
    if (!limiter_->config().is_dry_run) return true;
    ++telemetry_.rate_limit().dry_run[static_cast<std::size_t>(answers)];
    return false;
}

/// Tells what was done when it is done: the replies have left.
void UdpListener::tell(unsigned received) {
    const bool is_looking = telemetry_.is_looking();
    for (unsigned i = 0; i < received; ++i) {
        const Outcome& outcome = batch_->outcomes[i];
        telemetry_.count(outcome, Transport::udp, family_);
        if (!is_looking) continue;
        const Endpoint peer = endpoint_of(batch_->peers[i]);
        telemetry_.look_at({batch_->messages[i], outcome, Transport::udp, peer});
    }
}

void UdpListener::gather(unsigned received) const {
    if (gather_ == gather_.zero() || received > well_filled) return;
    std::this_thread::sleep_for(gather_);
}

void UdpListener::send(unsigned replies) {
    unsigned sent = 0;
    bool has_waited = false;
    while (sent < replies) {
        const int result = sendmmsg(socket_.native_handle(), batch_->replies.data() + sent,
                                    replies - sent, MSG_DONTWAIT);
        if (result > 0) {
            sent += static_cast<unsigned>(result);
            continue;
        }
        if (errno == EINTR) continue;
        if (errno == EAGAIN && !has_waited) {
            // The send buffer is full; it empties at the speed of the interface.
            pollfd waiting{socket_.native_handle(), POLLOUT, 0};
            poll(&waiting, 1, send_patience_ms);
            has_waited = true;
            continue;
        }
        report("sending", errno);
        ++sent;  // this reply cannot be sent; the next ones may
    }
}

/// Hands query number `query`, an update, over; the reply to it leaves when it has been made.
void UdpListener::make_update(unsigned query) {
    struct Way {
        sockaddr_storage peer;
        socklen_t peer_octets;
        alignas(cmsghdr) std::array<std::uint8_t, control_octets> control;
        std::size_t control_used;
        std::size_t query_octets;
        bool is_proved;
    };
    msghdr& from = batch_->queries[query].msg_hdr;
    turn_control_around(from);
    Way way{
        batch_->peers[query],           from.msg_namelen,
        batch_->controls[query],        from.msg_controllen,
        batch_->messages[query].size(), batch_->outcomes[query].client == Outcome::Client::proved};
    updates_.begin(responder_.take_update(), [this, way](std::vector<std::uint8_t> reply) mutable {
        if (!socket_.is_open()) return;
        // Those who make many updates in good faith get all their replies.
        if (reply.size() > way.query_octets && !way.is_proved &&
            is_too_much(endpoint_of(way.peer).address, AnswerClass::error, steady_clock::now())) {
            ++telemetry_.rate_limit().dropped[static_cast<std::size_t>(AnswerClass::error)];
            return;
        }
        iovec span{reply.data(), reply.size()};
        msghdr to{};
        to.msg_name = &way.peer;
        to.msg_namelen = way.peer_octets;
        to.msg_iov = &span;
        to.msg_iovlen = 1;
        to.msg_control = way.control_used == 0 ? nullptr : way.control.data();
        to.msg_controllen = way.control_used;
        if (sendmsg(socket_.native_handle(), &to, MSG_DONTWAIT) < 0) report("sending", errno);
    });
}

void UdpListener::report(const char* what, int error) {
    if (!throttle_.admits(steady_clock::now())) return;
    worker_log().warn("{} over UDP on {}:{}: {} ({} more such errors not shown)", what,
                      socket_.local_endpoint().address().to_string(),
                      socket_.local_endpoint().port(), std::strerror(error),
                      throttle_.take_suppressed());
}

}  // namespace arpad
