/// \file  Addresses as the system and Asio have them, and as we do.
#pragma once

#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <cstdint>

#include "reverse/address.hpp"

namespace arpad {

/// An address and a port at it.
struct Peer {
    Address address;
    std::uint16_t port = 0;
};

[[nodiscard]] boost::asio::ip::address to_asio(Address address);

[[nodiscard]] Address from_asio(const boost::asio::ip::address& address);

/// Of `peer`, which is IPv4 or IPv6.
[[nodiscard]] Peer peer_of(const sockaddr_storage& peer) noexcept;

}  // namespace arpad
