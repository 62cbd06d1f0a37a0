#include "net/endpoints.hpp"

#include <netinet/in.h>

#include <cstring>
#include <span>

namespace arpad {

namespace asio = boost::asio;

asio::ip::address to_asio(Address address) {
    if (address.family() == Family::ipv4) {
        return asio::ip::address_v4(static_cast<std::uint32_t>(address.value()));
    }
    asio::ip::address_v6::bytes_type octets;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        octets[i] = static_cast<std::uint8_t>(address.value() >> (8 * (octets.size() - 1 - i)));
    }
    return asio::ip::address_v6(octets);
}

Address from_asio(const asio::ip::address& address) {
    if (address.is_v4()) return {Family::ipv4, address.to_v4().to_uint()};
    return Address::from_octets(address.to_v6().to_bytes());
}

Endpoint endpoint_of(const sockaddr_storage& peer) noexcept {
    if (peer.ss_family == AF_INET) {
        sockaddr_in ipv4;
        std::memcpy(&ipv4, &peer, sizeof ipv4);
        return {{Family::ipv4, ntohl(ipv4.sin_addr.s_addr)}, ntohs(ipv4.sin_port)};
    }
    sockaddr_in6 ipv6;
    std::memcpy(&ipv6, &peer, sizeof ipv6);
    return {Address::from_octets(ipv6.sin6_addr.s6_addr), ntohs(ipv6.sin6_port)};
}

std::optional<Address> source_for(Address remote, std::span<const Endpoint> listening) {
    for (const Endpoint& endpoint : listening) {
        if (endpoint.address.family() != remote.family()) continue;
        const Address own = endpoint.address;
        if (own.value() != 0 && own.is_loopback() == remote.is_loopback()) return own;
    }
    return std::nullopt;
}

}  // namespace arpad
