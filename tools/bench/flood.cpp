// Sends prepared packets to a UDP server as fast as it takes them.
//
// Usage: flood PORT FILE SECONDS
//
// FILE holds packets, each behind its length in two octets, most significant first. The first is
// the marker: a query that the server answers. The others, whose ids are below 0x8000, may be
// anything, also what is never answered. They are sent to 127.0.0.1:PORT in bursts that end with
// the marker, whose id is the number of the burst with the highest bit set. A server that works in
// order has taken all of a burst when it answers its marker, so a bounded number of bursts can be
// under way and nothing is lost in the server's receive buffer. Prints what was sent and received.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "packet_file.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using arpad::bench::Octets;
using arpad::bench::parse_number;
using arpad::bench::read_packets;

constexpr std::size_t burst_size = 32;
// 256 packets fit into a receive buffer of Linux's default size.
constexpr std::uint16_t max_bursts_under_way = 8;
constexpr std::size_t max_reply_octets = 4096;
// Replies that would be lost here would seem not to have been sent.
constexpr int receive_buffer_octets = 4 << 20;
constexpr std::uint16_t marker_bit = 0x8000;
constexpr std::uint16_t burst_mask = 0x7FFF;
constexpr int patience_ms = 1000;
constexpr int max_stalls = 3;
constexpr int failure_status = 1;
constexpr int usage_status = 2;

/// What happened. A stall is a time of `patience_ms` in which no marker came back.
struct Tally {
    std::uint64_t packets_sent = 0;
    std::uint64_t packets_received = 0;
    std::uint64_t markers_sent = 0;
    std::uint64_t markers_received = 0;
    int stalls = 0;
};

/// Sends bursts to a connected socket and takes what comes back.
class Flood {
public:
    Flood(int socket_fd, std::vector<Octets>& packets) : socket_(socket_fd), packets_(packets) {
        for (std::size_t i = 0; i < burst_size; ++i) {
            outgoing_[i].msg_hdr.msg_iov = &outgoing_spans_[i];
            outgoing_[i].msg_hdr.msg_iovlen = 1;
            incoming_spans_[i] = {replies_[i].data(), max_reply_octets};
            incoming_[i].msg_hdr.msg_iov = &incoming_spans_[i];
            incoming_[i].msg_hdr.msg_iovlen = 1;
        }
    }

    /// Floods for a time, then waits for what is under way.
    Tally run(std::chrono::seconds length) {
        const Clock::time_point end = Clock::now() + length;
        while (Clock::now() < end && tally_.stalls < max_stalls) {
            if (under_way() < max_bursts_under_way) {
                send_burst();
                receive();
            } else {
                wait();
            }
        }
        while (under_way() > 0 && tally_.stalls < max_stalls) wait();
        return tally_;
    }

private:
    [[nodiscard]] std::uint16_t under_way() const noexcept {
        return static_cast<std::uint16_t>(burst_ - answered_) & burst_mask;
    }

    void send_burst() {
        burst_ = static_cast<std::uint16_t>(burst_ + 1) & burst_mask;
        for (std::size_t i = 0; i + 1 < burst_size; ++i) {
            next_ = next_ + 1 < packets_.size() ? next_ + 1 : 1;
            outgoing_spans_[i] = {packets_[next_].data(), packets_[next_].size()};
        }
        Octets& marker = packets_[0];
        marker[0] = static_cast<std::uint8_t>((burst_ | marker_bit) >> 8);
        marker[1] = static_cast<std::uint8_t>(burst_ & 0xFF);
        outgoing_spans_[burst_size - 1] = {marker.data(), marker.size()};
        for (std::size_t sent = 0; sent < burst_size;) {
            const int done =
                sendmmsg(socket_, &outgoing_[sent], static_cast<unsigned>(burst_size - sent), 0);
            if (done < 0 && errno == EINTR) continue;
            // A packet that the kernel refuses is passed over; a lost marker shows as a stall.
            const std::size_t moved = done > 0 ? static_cast<std::size_t>(done) : 1;
            if (done > 0) tally_.packets_sent += moved;
            sent += moved;
        }
        ++tally_.markers_sent;
    }

    void receive() {
        for (;;) {
            const int received =
                recvmmsg(socket_, incoming_.data(), burst_size, MSG_DONTWAIT, nullptr);
            if (received <= 0) return;
            for (std::size_t i = 0; i < static_cast<std::size_t>(received); ++i) take(i);
        }
    }

    void take(std::size_t index) {
        ++tally_.packets_received;
        if (incoming_[index].msg_len < 2) return;
        const unsigned id = static_cast<unsigned>(replies_[index][0]) << 8 | replies_[index][1];
        if ((id & marker_bit) == 0) return;
        answered_ = static_cast<std::uint16_t>(id & burst_mask);
        ++tally_.markers_received;
    }

    void wait() {
        pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
        if (poll(&waiting, 1, patience_ms) == 0) {
            ++tally_.stalls;
            answered_ = burst_;
        }
        receive();
    }

    int socket_;
    std::vector<Octets>& packets_;
    std::size_t next_ = 0;
    std::uint16_t burst_ = 0;
    std::uint16_t answered_ = 0;
    Tally tally_;
    std::array<mmsghdr, burst_size> outgoing_{};
    std::array<iovec, burst_size> outgoing_spans_{};
    std::array<mmsghdr, burst_size> incoming_{};
    std::array<iovec, burst_size> incoming_spans_{};
    std::array<std::array<std::uint8_t, max_reply_octets>, burst_size> replies_{};
};

/// A UDP socket connected to a port of the loopback interface; -1 on failure.
int connect_to(std::uint16_t port) {
    const int socket_fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (socket_fd < 0) return -1;
    setsockopt(socket_fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer_octets,
               sizeof receive_buffer_octets);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // The socket API knows addresses of all families as this type.
    const auto* any_address = reinterpret_cast<const sockaddr*>(&address);
    return connect(socket_fd, any_address, sizeof address) == 0 ? socket_fd : -1;
}

}  // namespace

int main(int argc, char** argv) {
    const auto port = parse_number<std::uint16_t>(argc == 4 ? argv[1] : "");
    const auto seconds = parse_number<unsigned>(argc == 4 ? argv[3] : "");
    if (!port || !seconds) {
        (void)std::fputs("Usage: flood PORT FILE SECONDS\n", stderr);
        return usage_status;
    }
    std::vector<Octets> packets = read_packets(argv[2]);
    if (packets.size() < 2 || packets.front().size() < 2) {
        (void)std::fprintf(stderr, "flood: %s does not hold a marker and a packet\n", argv[2]);
        return usage_status;
    }
    const int socket_fd = connect_to(*port);
    if (socket_fd < 0) {
        (void)std::fprintf(stderr, "flood: port %u: %s\n", unsigned{*port}, std::strerror(errno));
        return failure_status;
    }
    static Flood flood(socket_fd, packets);
    const Tally tally = flood.run(std::chrono::seconds(*seconds));
    close(socket_fd);
    std::printf(
        "packets sent %llu\npackets received %llu\nmarkers sent %llu\n"
        "markers received %llu\nstalls %d\n",
        static_cast<unsigned long long>(tally.packets_sent),
        static_cast<unsigned long long>(tally.packets_received),
        static_cast<unsigned long long>(tally.markers_sent),
        static_cast<unsigned long long>(tally.markers_received), tally.stalls);
    return tally.stalls < max_stalls ? 0 : failure_status;
}
