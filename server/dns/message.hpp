/// \file  A query message, decoded (RFC 1035 4.1, RFC 6891).
///
/// Allocates nothing. What is decoded borrows the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "dns/name.hpp"
#include "dns/tsig_record.hpp"
#include "dns/types.hpp"

namespace arpad {

inline constexpr std::size_t header_octets = 12;
inline constexpr std::size_t max_plain_udp_octets = 512;  ///< Without EDNS (RFC 1035 4.2.1).
inline constexpr std::size_t max_message_octets = 65'535;

/// Payload size that we offer and never exceed over UDP: fits an IPv6 packet of minimal MTU without
/// fragments (RFC 9715).
inline constexpr std::uint16_t max_udp_octets = 1232;

/// Bits of the second 16-bit word of the header (RFC 1035 4.1.1).
namespace header_flag {
inline constexpr std::uint16_t response = 0x8000;
inline constexpr std::uint16_t authoritative = 0x0400;
inline constexpr std::uint16_t truncated = 0x0200;
inline constexpr std::uint16_t recursion_desired = 0x0100;
}  // namespace header_flag

/// `opcode` as that word has it.
[[nodiscard]] constexpr std::uint16_t opcode_bits(Opcode opcode) noexcept {
    return static_cast<std::uint16_t>(static_cast<unsigned>(opcode) << 11U);
}

/// The opcode in that word.
[[nodiscard]] constexpr Opcode opcode_of(std::uint16_t flags) noexcept {
    return static_cast<Opcode>(flags >> 11U & 0xFU);
}

/// The opcode of `message`, which has at least a header.
[[nodiscard]] constexpr Opcode opcode_of(std::span<const std::uint8_t> message) noexcept {
    return opcode_of(static_cast<std::uint16_t>(message[2] << 8U));
}

/// What is wrong with a message as a query.
enum class Defect : std::uint8_t {
    none,
    no_header,        ///< Shorter than a header.
    is_response,      ///< QR is set.
    no_question,      ///< QDCOUNT is 0, and all else is as it should be.
    question_count,   ///< QDCOUNT is more than 1.
    bad_question,     ///< The question cannot be read.
    bad_record,       ///< A record behind it cannot be read.
    trailing_octets,  ///< Octets are left behind the last record.
    bad_edns,         ///< Two OPT records, one not at the root, or options that are malformed.
    bad_tsig,         ///< A TSIG record that is not the last one, or cannot be read.
};

/// EDNS(0) as the client sent it (RFC 6891 6.1).
struct Edns {
    std::uint16_t payload_octets = max_plain_udp_octets;  ///< At least 512 (RFC 6891 6.2.3).
    std::uint8_t version = 0;
    bool dnssec_ok = false;       ///< The DO bit (RFC 3225).
    bool asks_nsid = false;       ///< An NSID option is there (RFC 5001 2.1).
    bool is_padded = false;       ///< A Padding option is there (RFC 7830 3).
    bool asks_keepalive = false;  ///< An edns-tcp-keepalive option is there (RFC 7828 3.1).
    std::span<const std::uint8_t> cookie = {};  ///< Data of a COOKIE option, of a size that it may
                                                ///< have (RFC 7873 4); empty if there is none.
    std::optional<std::uint32_t> lease_seconds = {};  ///< Of an Update Lease option (RFC 9664 4).
};

/// The question.
struct Question {
    NameView name;  ///< As sent, with its case; right behind the header.
    RrType type = RrType::any;
    RrClass rr_class = RrClass::any;
    std::span<const std::uint8_t> wire;  ///< Name, type and class, to be echoed octet for octet.
};

/// A decoded query: as much as could be read, and the first defect. A reply to a defective query
/// still echoes its id, its question and its EDNS if these could be read.
struct Query {
    std::uint16_t id = 0;
    Opcode opcode = Opcode::query;
    bool recursion_desired = false;
    std::optional<Question> question;
    std::optional<Edns> edns;
    std::optional<TsigRecord> tsig;
    std::optional<Serial> known_serial;  ///< That of an IXFR's SOA (RFC 1995 3).
    Defect defect = Defect::none;
};

/// Whether a message of `opcode` has one question, as queries have: NOTIFY (RFC 1996 3.5), and
/// UPDATE by the name of its zone section (RFC 2136 2.3).
[[nodiscard]] constexpr bool has_question(Opcode opcode) noexcept {
    return opcode == Opcode::query || opcode == Opcode::notify || opcode == Opcode::update;
}

/// Decodes `message`. Of a message whose opcode has no question only the header and the OPT record
/// are read, as it may give the sections other meanings; it has no defect then.
[[nodiscard]] Query decode_query(std::span<const std::uint8_t> message) noexcept;

}  // namespace arpad
