/// \file  Numbers of EDNS(0) options (RFC 6891 9).
#pragma once

#include <cstddef>
#include <cstdint>

namespace arpad {

inline constexpr std::uint8_t edns_version = 0;
inline constexpr std::uint32_t edns_dnssec_ok = 0x8000;  ///< In the low half of the OPT TTL.
inline constexpr std::size_t opt_octets = 11;            ///< An OPT record without options.
inline constexpr std::size_t option_header_octets = 4;   ///< Code and length of an option.
inline constexpr std::size_t client_cookie_octets = 8;   ///< RFC 7873 4.
inline constexpr std::size_t max_nsid_octets = 128;      ///< A bound of ours: a reply must fit 512.

/// Replies that are padded have a multiple of these octets (RFC 8467 4.1).
inline constexpr std::size_t padding_block_octets = 468;

enum class EdnsOption : std::uint16_t {
    update_lease = 2,     ///< RFC 9664
    nsid = 3,             ///< RFC 5001
    cookie = 10,          ///< RFC 7873
    tcp_keepalive = 11,   ///< RFC 7828
    padding = 12,         ///< RFC 7830
    extended_error = 15,  ///< RFC 8914
};

}  // namespace arpad
