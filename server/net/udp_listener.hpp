/// \file  Queries over UDP: received and answered in batches.
///
/// Asio waits until the socket is readable; then recvmmsg and sendmmsg move up to a batch of
/// datagrams per system call. While several are found at a time the worker waits a little before it
/// looks again, as network cards do before they interrupt: of the cost of a query most is that of
/// system calls and wake-ups, and a batch shares it. No query that is there waits for others.
/// Each reply leaves from the address its query came to.
/// Threads: the worker's.
#pragma once

#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include "answer/rate_limiter.hpp"
#include "answer/responder.hpp"
#include "answer/telemetry.hpp"
#include "base/descriptor.hpp"
#include "base/log.hpp"
#include "net/listen_sockets.hpp"
#include "net/pending_updates.hpp"

namespace arpad {

/// See above.
class UdpListener {
public:
    /// Answers what comes to `socket`, which is bound and non-blocking, with `responder`, as far as
    /// `limiter` admits, and tells `telemetry`; hands updates over to `updates`. Without a limiter
    /// there is no limit. Where it has found several queries it waits `gather`, if that is not
    /// zero, before it looks for more.
    UdpListener(boost::asio::ip::udp::socket socket, Responder& responder, RateLimiter* limiter,
                Telemetry& telemetry, PendingUpdates& updates, std::chrono::microseconds gather);
    ~UdpListener();
    UdpListener(const UdpListener&) = delete;
    UdpListener& operator=(const UdpListener&) = delete;

    /// Starts to answer.
    void start();

    /// Octets of queries that may wait while the worker is busy; 0 if the system does not say.
    [[nodiscard]] int receive_octets() const { return arpad::receive_octets(socket_); }

    /// The socket, for another process.
    [[nodiscard]] Descriptor share() { return Descriptor::copy_of(socket_.native_handle()); }

    /// Answers what has arrived already, then closes the socket.
    void stop();

private:
    struct Batch;

    /// What came out of one pass over a batch.
    enum class Progress : std::uint8_t { drained, more };

    void wait();
    [[nodiscard]] Progress answer_batch();
    void gather(unsigned received) const;
    [[nodiscard]] bool is_too_much(const Address& client, AnswerClass answers,
                                   std::chrono::steady_clock::time_point now);
    void limit(const Request& request, std::chrono::steady_clock::time_point now,
               std::span<std::uint8_t> reply, Outcome& outcome);
    void send(unsigned replies);
    void make_update(unsigned query);
    void tell(unsigned received);
    void report(const char* what, int error);

    boost::asio::ip::udp::socket socket_;
    Responder& responder_;
    RateLimiter* limiter_;
    unsigned held_back_ = 0;  // answers, since one asked for proof instead
    Telemetry& telemetry_;
    PendingUpdates& updates_;
    Family family_;
    std::chrono::microseconds gather_;
    std::unique_ptr<Batch> batch_;
    LogThrottle throttle_;
};

}  // namespace arpad
