// Sends every datagram back unchanged: what the socket API costs a UDP server that does nothing.
//
// Usage: echo PORT
//
// Listens on 127.0.0.1:PORT with one thread, up to 64 datagrams per recvmmsg and sendmmsg, and ends
// on SIGTERM or SIGINT by their default action.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace {

constexpr unsigned batch_size = 64;
constexpr std::size_t max_datagram_octets = 4096;
// So that what waits is neither lost nor cut into small batches. The kernel grants what it may.
constexpr int receive_buffer_octets = 4 << 20;
constexpr int failure_status = 1;
constexpr int usage_status = 2;

/// One batch of datagrams with their senders.
struct Batch {
    std::array<mmsghdr, batch_size> headers{};
    std::array<iovec, batch_size> spans{};
    std::array<sockaddr_in, batch_size> peers{};
    std::array<std::array<std::uint8_t, max_datagram_octets>, batch_size> octets{};

    Batch() {
        for (unsigned i = 0; i < batch_size; ++i) {
            headers[i].msg_hdr.msg_name = &peers[i];
            headers[i].msg_hdr.msg_namelen = sizeof peers[i];
            headers[i].msg_hdr.msg_iov = &spans[i];
            headers[i].msg_hdr.msg_iovlen = 1;
            spans[i] = {octets[i].data(), max_datagram_octets};
        }
    }
};

int fail(const char* what) {
    (void)std::fprintf(stderr, "echo: %s: %s\n", what, std::strerror(errno));
    return failure_status;
}

/// Receives what is there, waiting for the first datagram, and sends it back; false on an error.
bool echo_batch(int socket_fd, Batch& batch) {
    const int received =
        recvmmsg(socket_fd, batch.headers.data(), batch_size, MSG_WAITFORONE, nullptr);
    if (received < 0) return errno == EINTR || errno == ECONNREFUSED;
    const auto count = static_cast<unsigned>(received);
    for (unsigned i = 0; i < count; ++i) batch.spans[i].iov_len = batch.headers[i].msg_len;
    for (unsigned sent = 0; sent < count;) {
        const int done = sendmmsg(socket_fd, &batch.headers[sent], count - sent, 0);
        // A datagram that cannot be sent is passed over, as a server would do.
        sent += done > 0 ? static_cast<unsigned>(done) : 1;
    }
    for (unsigned i = 0; i < count; ++i) {
        batch.spans[i].iov_len = max_datagram_octets;
        batch.headers[i].msg_hdr.msg_namelen = sizeof batch.peers[i];
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view text = argc == 2 ? argv[1] : "";
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
        (void)std::fputs("Usage: echo PORT\n", stderr);
        return usage_status;
    }
    const int socket_fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (socket_fd < 0) return fail("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // The socket API knows addresses of all families as this type.
    const auto* any_address = reinterpret_cast<const sockaddr*>(&address);
    setsockopt(socket_fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer_octets,
               sizeof receive_buffer_octets);
    if (bind(socket_fd, any_address, sizeof address) != 0) return fail("bind");
    static Batch batch;
    while (echo_batch(socket_fd, batch)) {
    }
    return fail("recvmmsg");
}
