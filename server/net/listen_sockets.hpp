/// \file  Sockets to listen on: opened, bound, with the options that a nameserver needs.
///
/// Several workers listen on one address by SO_REUSEPORT, which would also let a second server in
/// unnoticed. So each address is claimed without it first.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "load/server_config.hpp"

namespace arpad {

/// Why an address cannot be listened on.
struct ListenFailure {
    Endpoint endpoint;
    boost::system::error_code error;

    /// One sentence with the reason, one with what to do.
    [[nodiscard]] std::string to_text() const;
};

/// What is claimed.
enum class Claim : std::uint8_t { udp_and_tcp, tcp };

/// Makes sure that nobody else listens on `endpoints`, and gives those with port 0 a free port.
/// Returns them in the same order, or the first that cannot be had.
[[nodiscard]] Result<std::vector<Endpoint>, ListenFailure> claim(
    std::span<const Endpoint> endpoints, Claim what);

/// The sockets of one worker for one endpoint.
struct ListenSockets {
    boost::asio::ip::udp::socket udp;    ///< Non-blocking.
    boost::asio::ip::tcp::acceptor tcp;  ///< Listening.
};

/// The same, for another process; what one of both receives or accepts, the other does not.
struct SharedSockets {
    Endpoint endpoint;
    Descriptor udp;
    Descriptor tcp;
};

/// A listening TCP socket, for another process.
struct SharedAcceptor {
    Endpoint endpoint;
    Descriptor socket;
};

/// Octets that a UDP socket is to hold while its worker is busy.
inline constexpr int wanted_receive_octets = 4 << 20;

/// Octets that the system lets `socket` hold; 0 if it does not say.
[[nodiscard]] int receive_octets(const boost::asio::ip::udp::socket& socket);

/// Opens a socket that listens at `endpoint` over TCP and is not shared.
[[nodiscard]] Result<boost::asio::ip::tcp::acceptor, ListenFailure> open_acceptor(
    boost::asio::io_context& io, const Endpoint& endpoint);

/// Opens the sockets of one worker for `endpoint`, which was claimed before.
[[nodiscard]] Result<ListenSockets, ListenFailure> open_sockets(boost::asio::io_context& io,
                                                                const Endpoint& endpoint);

/// Sockets that another process opened so, and shares.
[[nodiscard]] Result<ListenSockets, ListenFailure> adopt_sockets(boost::asio::io_context& io,
                                                                 SharedSockets shared);

/// Likewise.
[[nodiscard]] Result<boost::asio::ip::tcp::acceptor, ListenFailure> adopt_acceptor(
    boost::asio::io_context& io, SharedAcceptor shared);

}  // namespace arpad
