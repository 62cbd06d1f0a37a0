/// \file  A reply as a test reads it, parsed by ldns: another implementation than ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support/query_maker.hpp"

namespace arpad {

/// The OPT record of a reply.
struct EdnsText {
    std::uint16_t payload = 0;
    std::uint8_t version = 0;
    std::uint16_t flags = 0;  ///< DO is the highest bit.
    std::map<std::uint16_t, Octets> options;
};

/// A reply. Records read like `7.2.0.192.in-addr.arpa. 3600 IN PTR host.example.`
struct ReplyText {
    Octets octets;
    std::uint16_t id = 0;
    unsigned opcode = 0;
    bool qr = false;
    bool aa = false;
    bool tc = false;
    bool rd = false;
    bool ra = false;
    bool ad = false;
    bool cd = false;
    bool z = false;
    unsigned rcode = 0;                 ///< With the upper bits that the OPT carries.
    std::vector<std::string> question;  ///< `7.2.0.192.in-addr.arpa. IN PTR`
    std::vector<std::string> answer;
    std::vector<std::string> authority;
    std::vector<std::string> additional;  ///< Without the OPT.
    std::optional<EdnsText> edns;
};

/// Reads `message`; none if ldns finds fault with it.
[[nodiscard]] std::optional<ReplyText> read_reply(std::span<const std::uint8_t> message);

}  // namespace arpad
