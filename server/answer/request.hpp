/// \file  What goes into the responder and what comes out of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "dns/types.hpp"
#include "reverse/address.hpp"

namespace arpad {

class Zone;

/// How a message comes; over TLS it comes by TCP too (RFC 7858).
enum class Transport : std::uint8_t { udp, tcp, tls };

/// As logs and metrics call it: "udp".
[[nodiscard]] constexpr std::string_view to_text(Transport transport) noexcept {
    switch (transport) {
        case Transport::udp:
            return "udp";
        case Transport::tcp:
            return "tcp";
        case Transport::tls:
            return "tls";
    }
    return {};
}

/// One message from a client, borrowed.
struct Request {
    std::span<const std::uint8_t> message;
    Transport transport = Transport::udp;
    Address client = {};  ///< Where it comes from, as far as that matters to who may do what.
    /// For how long the connection may be idle, to be told to those who ask (RFC 7828).
    std::optional<std::chrono::milliseconds> keepalive = {};
};

/// What became of a request. Log and metrics read it after the reply has left.
struct Outcome {
    enum class Kind : std::uint8_t {
        silence,   ///< Nothing is to be sent.
        answer,    ///< The first `octets` octets of the reply buffer are to be sent.
        transfer,  ///< What `take_transfer()` of the responder gives is to be sent.
        update,    ///< What `take_update()` gives is to be made, and replied to later.
    };

    /// What is known of the address that a request names as its client's.
    enum class Client : std::uint8_t {
        unproved,       ///< Anybody may have written it.
        takes_cookies,  ///< Likewise, and it would show a cookie that it is given.
        proved,         ///< It has shown a cookie of ours.
    };

    Kind kind = Kind::silence;
    Client client = Client::unproved;
    Rcode rcode = Rcode::no_error;
    bool is_truncated = false;        ///< TC is set.
    bool is_negative = false;         ///< There is no such name, or no such data (RFC 2308 2).
    std::size_t octets = 0;           ///< Of the reply; 0 for silence.
    const Zone* zone = nullptr;       ///< The zone that the question lies in, if any.
    std::optional<RrType> type = {};  ///< Of the question, if it could be read.
};

}  // namespace arpad
