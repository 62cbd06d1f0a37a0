/// \file  An address and a port at it, where somebody listens or sends from.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "reverse/address.hpp"

namespace arpad {

/// Why a text is no endpoint.
enum class EndpointError : std::uint8_t {
    bad_address,  ///< What stands before the port is no address.
    no_brackets,  ///< An IPv6 address without: its last group could be the port.
    bad_port,     ///< What stands behind the address is no number from 0 to 65535.
};

inline constexpr std::uint16_t dns_port = 53;
inline constexpr std::uint16_t dns_over_tls_port = 853;  ///< RFC 7858 3.1.

/// See above.
struct Endpoint {
    Address address;
    std::uint16_t port = dns_port;

    /// Reads `192.0.2.53:53`, `[2001:db8::53]:53`, or either without a port, which means
    /// `usual_port`.
    [[nodiscard]] static Result<Endpoint, EndpointError> from_text(
        std::string_view text, std::uint16_t usual_port = dns_port);

    /// `192.0.2.53:53` or `[2001:db8::53]:53`.
    [[nodiscard]] std::string to_text() const;

    auto operator<=>(const Endpoint&) const = default;
};

}  // namespace arpad
