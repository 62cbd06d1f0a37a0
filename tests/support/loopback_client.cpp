#include "support/loopback_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace arpad {
namespace {

constexpr timeval patience{10, 0};
constexpr timeval udp_patience{2, 0};
constexpr int udp_attempts = 5;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// The socket address of `endpoint`, and its length.
std::pair<sockaddr_storage, socklen_t> to_socket_address(const Endpoint& endpoint) {
    sockaddr_storage storage{};
    if (endpoint.address.family() == Family::ipv4) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port);
        address.sin_addr.s_addr = htonl(static_cast<std::uint32_t>(endpoint.address.value()));
        std::memcpy(&storage, &address, sizeof address);
        return {storage, sizeof address};
    }
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port);
    for (unsigned i = 0; i < 16; ++i) {
        address.sin6_addr.s6_addr[i] =
            static_cast<std::uint8_t>(endpoint.address.value() >> (8 * (15 - i)));
    }
    std::memcpy(&storage, &address, sizeof address);
    return {storage, sizeof address};
}

void set_patience(const LoopbackSocket& socket, const timeval& time) {
    if (setsockopt(socket.native(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) != 0 ||
        setsockopt(socket.native(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time) != 0) {
        fail("setsockopt");
    }
}

}  // namespace

LoopbackSocket::LoopbackSocket(const Endpoint& server, int type)
    : socket_(socket(server.address.family() == Family::ipv4 ? AF_INET : AF_INET6,
                     type | SOCK_CLOEXEC, 0)) {
    if (socket_ < 0) fail("socket");
    const auto [address, length] = to_socket_address(server);
    // A server that turns a client away may do so before connect() looks; what comes next tells.
    const int result = connect(socket_, reinterpret_cast<const sockaddr*>(&address), length);
    if (result != 0 && errno != ECONNRESET) {
        const int error = errno;
        close(socket_);
        errno = error;
        fail("connect");
    }
}

LoopbackSocket::~LoopbackSocket() {
    if (socket_ >= 0) close(socket_);
}

UdpClient::UdpClient(const Endpoint& server) : socket_(server, SOCK_DGRAM) {
    set_patience(socket_, udp_patience);
}

void UdpClient::send(std::span<const std::uint8_t> message) {
    if (::send(socket_.native(), message.data(), message.size(), 0) < 0) fail("send");
}

std::optional<Octets> UdpClient::receive() {
    Octets datagram(65'535);
    const ssize_t octets = recv(socket_.native(), datagram.data(), datagram.size(), 0);
    if (octets < 0) return std::nullopt;
    datagram.resize(static_cast<std::size_t>(octets));
    return datagram;
}

std::optional<Octets> UdpClient::ask(std::span<const std::uint8_t> message) {
    for (int i = 0; i < udp_attempts; ++i) {
        send(message);
        if (auto reply = receive()) return reply;
    }
    return std::nullopt;
}

TcpClient::TcpClient(const Endpoint& server) : socket_(server, SOCK_STREAM) {
    set_patience(socket_, patience);
}

bool TcpClient::send(std::span<const std::uint8_t> octets) {
    while (!octets.empty()) {
        const ssize_t sent = ::send(socket_.native(), octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent < 0) return false;
        octets = octets.subspan(static_cast<std::size_t>(sent));
    }
    return true;
}

void TcpClient::finish_sending() {
    if (shutdown(socket_.native(), SHUT_WR) != 0) fail("shutdown");
}

bool TcpClient::receive_exactly(std::span<std::uint8_t> octets) {
    while (!octets.empty()) {
        const ssize_t received = recv(socket_.native(), octets.data(), octets.size(), 0);
        if (received <= 0) return false;
        octets = octets.subspan(static_cast<std::size_t>(received));
    }
    return true;
}

std::optional<Octets> TcpClient::receive() {
    Octets length(2);
    if (!receive_exactly(length)) return std::nullopt;
    Octets message(static_cast<std::size_t>(length[0] << 8U | length[1]));
    if (!receive_exactly(message)) return std::nullopt;
    return message;
}

bool TcpClient::sees_end() {
    std::uint8_t octet = 0;
    const ssize_t received = recv(socket_.native(), &octet, 1, 0);
    return received == 0 || (received < 0 && (errno == ECONNRESET || errno == ENOTCONN));
}

Endpoint any_ipv4_port() {
    return {Address::from_text("127.0.0.1").value(), 0};
}

Endpoint any_ipv6_port() {
    return {Address::from_text("::1").value(), 0};
}

}  // namespace arpad
