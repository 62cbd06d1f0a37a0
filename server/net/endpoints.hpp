/// \file  Addresses as the system and Asio have them, and as we do.
#pragma once

#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <span>

#include "reverse/address.hpp"
#include "reverse/endpoint.hpp"

namespace arpad {

[[nodiscard]] boost::asio::ip::address to_asio(Address address);

[[nodiscard]] Address from_asio(const boost::asio::ip::address& address);

/// Of `peer`, which is IPv4 or IPv6.
[[nodiscard]] Endpoint endpoint_of(const sockaddr_storage& peer) noexcept;

/// Where messages to `remote` are sent from by a server that listens at `listening`: its first
/// address of the family and, like `remote`, on or off the loopback; none: any.
[[nodiscard]] std::optional<Address> source_for(Address remote,
                                                std::span<const Endpoint> listening);

}  // namespace arpad
