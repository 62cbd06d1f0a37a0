/// \file  A zone from a running server (AXFR, RFC 5936).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dns/name.hpp"
#include "load/master_file.hpp"

namespace arpad {

/// Where to ask.
struct AxfrServer {
    std::string host;  ///< Name or address.
    std::uint16_t port = 53;
};

/// Reads `192.0.2.53`, `ns1.example.net:5353` or `[2001:db8::53]:53`; an IPv6 address without port
/// needs no brackets. None if the port is no port.
[[nodiscard]] std::optional<AxfrServer> axfr_server_from_text(const std::string& text);

/// Transfers `zone` and gives its records to `sink`, the SOA twice. Whatever goes wrong is a flaw
/// without place.
void transfer_zone(const AxfrServer& server, const Name& zone, MasterSink& sink);

}  // namespace arpad
