#include "net/listen_sockets.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>
#include <type_traits>
#include <utility>

#include "net/endpoints.hpp"

namespace arpad {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

constexpr int listen_backlog = 4096;
constexpr int most_unsent_octets = 32 * 1024;

error_code set_option(int socket, int level, int name, int value) {
    if (setsockopt(socket, level, name, &value, sizeof value) == 0) return {};
    return {errno, boost::system::system_category()};
}

enum class Sharing : std::uint8_t { alone, among_workers };

/// Opens and binds a UDP socket or a TCP acceptor.
template <class Socket>
error_code open_bound(Socket& socket, const Endpoint& endpoint, Sharing sharing) {
    using Protocol = typename Socket::protocol_type;
    const typename Protocol::endpoint local(to_asio(endpoint.address), endpoint.port);
    error_code error;
    if (socket.open(local.protocol(), error)) return error;
    if (local.address().is_v6() && socket.set_option(asio::ip::v6_only(true), error)) return error;
    if constexpr (std::is_same_v<Protocol, tcp>) {
        // Connections of a server that has just stopped must not keep the address.
        if (socket.set_option(asio::socket_base::reuse_address(true), error)) return error;
    }
    if (sharing == Sharing::among_workers) {
        error = set_option(socket.native_handle(), SOL_SOCKET, SO_REUSEPORT, 1);
        if (error) return error;
    }
    return socket.bind(local, error);
}

/// Makes a UDP socket fit for a nameserver. What the system refuses here is not worth failing for.
error_code tune_udp(int socket, const Endpoint& endpoint) {
    if (set_option(socket, SOL_SOCKET, SO_RCVBUFFORCE, wanted_receive_octets)) {
        set_option(socket, SOL_SOCKET, SO_RCVBUF, wanted_receive_octets);
    }
    const bool is_ipv4 = endpoint.address.family() == Family::ipv4;
    // A forged "fragmentation needed" must not make us send fragments (RFC 9715 3.1).
    if (is_ipv4) {
        set_option(socket, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
    } else {
        set_option(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
    }
    // On a wildcard socket only this tells which address a query came to.
    if (endpoint.address.value() != 0) return {};
    return is_ipv4 ? set_option(socket, IPPROTO_IP, IP_PKTINFO, 1)
                   : set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

/// Lets the system hold so much at most that is written to a connection and cannot be sent yet: it
/// would hold some MiB for a client that does not read, and would not tell before a third of that
/// is gone that one reads slowly. Connections inherit it.
void tune_tcp(int acceptor) {
    set_option(acceptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, most_unsent_octets);
}

/// Binds without SO_REUSEPORT, so that any other holder of the port is noticed, and lets go of it.
Result<Endpoint, error_code> claim_once(asio::io_context& io, Endpoint endpoint, Claim what) {
    udp::socket datagrams(io);
    if (what == Claim::udp_and_tcp) {
        if (const error_code error = open_bound(datagrams, endpoint, Sharing::alone)) return error;
        endpoint.port = datagrams.local_endpoint().port();
    }
    tcp::acceptor acceptor(io);
    if (const error_code error = open_bound(acceptor, endpoint, Sharing::alone)) return error;
    error_code error;
    if (acceptor.listen(1, error)) return error;
    endpoint.port = acceptor.local_endpoint().port();
    return endpoint;
}

}  // namespace

std::string ListenFailure::to_text() const {
    std::string advice;
    if (error == boost::system::errc::address_in_use) {
        advice = fmt::format(
            "another server uses the port: `ss -lnptu sport = :{}` shows which; stop it, or choose "
            "another port in `listen`",
            endpoint.port);
    } else if (error == boost::system::errc::permission_denied) {
        advice =
            "ports below 1024 need the capability CAP_NET_BIND_SERVICE: start as root, or give it "
            "with `setcap cap_net_bind_service=+ep` or in the service's unit";
    } else if (error == boost::system::errc::address_not_available) {
        advice = "no interface of this machine has that address: `ip address` lists those it has";
    } else {
        advice = "check `listen` in the server configuration";
    }
    return fmt::format("cannot listen on {}: {}\n  {}", endpoint.to_text(), error.message(),
                       advice);
}

int receive_octets(const udp::socket& socket) {
    boost::asio::socket_base::receive_buffer_size size;
    error_code error;
    socket.get_option(size, error);
    return error ? 0 : size.value();
}

Result<std::vector<Endpoint>, ListenFailure> claim(std::span<const Endpoint> endpoints,
                                                   Claim what) {
    constexpr unsigned attempts_for_any_port = 16;  // its UDP side may be free and its TCP not
    asio::io_context io;
    std::vector<Endpoint> claimed;
    for (const Endpoint& endpoint : endpoints) {
        auto result = claim_once(io, endpoint, what);
        for (unsigned i = 1; !result && endpoint.port == 0 && i < attempts_for_any_port; ++i) {
            result = claim_once(io, endpoint, what);
        }
        if (!result) return ListenFailure{endpoint, result.error()};
        claimed.push_back(*result);
    }
    return claimed;
}

Result<tcp::acceptor, ListenFailure> open_acceptor(asio::io_context& io, const Endpoint& endpoint) {
    tcp::acceptor acceptor(io);
    error_code error = open_bound(acceptor, endpoint, Sharing::alone);
    if (!error) acceptor.listen(listen_backlog, error);
    if (error) return ListenFailure{endpoint, error};
    tune_tcp(acceptor.native_handle());
    return acceptor;
}

Result<ListenSockets, ListenFailure> open_sockets(asio::io_context& io, const Endpoint& endpoint) {
    ListenSockets sockets{udp::socket(io), tcp::acceptor(io)};
    error_code error = open_bound(sockets.udp, endpoint, Sharing::among_workers);
    if (!error) error = tune_udp(sockets.udp.native_handle(), endpoint);
    if (!error) sockets.udp.non_blocking(true, error);
    if (!error) error = open_bound(sockets.tcp, endpoint, Sharing::among_workers);
    if (!error) sockets.tcp.listen(listen_backlog, error);
    if (error) return ListenFailure{endpoint, error};
    tune_tcp(sockets.tcp.native_handle());
    return sockets;
}

Result<ListenSockets, ListenFailure> adopt_sockets(asio::io_context& io, SharedSockets shared) {
    ListenSockets sockets{udp::socket(io), tcp::acceptor(io)};
    const bool is_ipv4 = shared.endpoint.address.family() == Family::ipv4;
    error_code error;
    sockets.udp.assign(is_ipv4 ? udp::v4() : udp::v6(), shared.udp.number(), error);
    if (error) return ListenFailure{shared.endpoint, error};
    (void)shared.udp.release();
    sockets.tcp.assign(is_ipv4 ? tcp::v4() : tcp::v6(), shared.tcp.number(), error);
    if (error) return ListenFailure{shared.endpoint, error};
    (void)shared.tcp.release();
    tune_tcp(sockets.tcp.native_handle());
    return sockets;
}

Result<tcp::acceptor, ListenFailure> adopt_acceptor(asio::io_context& io, SharedAcceptor shared) {
    tcp::acceptor acceptor(io);
    const bool is_ipv4 = shared.endpoint.address.family() == Family::ipv4;
    error_code error;
    acceptor.assign(is_ipv4 ? tcp::v4() : tcp::v6(), shared.socket.number(), error);
    if (error) return ListenFailure{shared.endpoint, error};
    (void)shared.socket.release();
    tune_tcp(acceptor.native_handle());
    return acceptor;
}

}  // namespace arpad
