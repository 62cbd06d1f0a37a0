/// \file  Clients over real sockets, for tests of net/. Every wait is bounded: what takes longer
///        than ten seconds is taken as not coming.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "load/server_config.hpp"
#include "support/query_maker.hpp"

namespace arpad {

/// A connected socket, closed when destroyed. What goes wrong throws.
class LoopbackSocket {
public:
    LoopbackSocket(const Endpoint& server, int type);
    ~LoopbackSocket();
    LoopbackSocket(LoopbackSocket&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
    LoopbackSocket& operator=(LoopbackSocket&&) = delete;
    LoopbackSocket(const LoopbackSocket&) = delete;
    LoopbackSocket& operator=(const LoopbackSocket&) = delete;

    [[nodiscard]] int native() const noexcept { return socket_; }

private:
    int socket_;
};

/// Asks over UDP. Takes replies from the server's address only.
class UdpClient {
public:
    explicit UdpClient(const Endpoint& server);

    void send(std::span<const std::uint8_t> message);

    /// The next datagram; none if none comes in time.
    [[nodiscard]] std::optional<Octets> receive();

    /// Sends and receives, again and again while nothing comes: UDP may lose.
    [[nodiscard]] std::optional<Octets> ask(std::span<const std::uint8_t> message);

private:
    LoopbackSocket socket_;
};

/// Asks over TCP.
class TcpClient {
public:
    explicit TcpClient(const Endpoint& server);

    /// Sends `octets` as they are. False if the server has closed.
    bool send(std::span<const std::uint8_t> octets);

    /// Says that nothing more will be sent.
    void finish_sending();

    /// The next message, its length taken off; none if the server closes, or nothing comes in time.
    [[nodiscard]] std::optional<Octets> receive();

    /// Whether the server closes, with nothing sent before.
    [[nodiscard]] bool sees_end();

private:
    [[nodiscard]] bool receive_exactly(std::span<std::uint8_t> octets);

    LoopbackSocket socket_;
};

/// Any free port of 127.0.0.1 or ::1.
[[nodiscard]] Endpoint any_ipv4_port();
[[nodiscard]] Endpoint any_ipv6_port();

}  // namespace arpad
