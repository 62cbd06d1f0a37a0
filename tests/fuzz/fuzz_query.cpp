/// \file  Any octets as a message to the responder, over UDP and over TCP.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "answer/responder.hpp"
#include "base/invariant.hpp"
#include "dns/message.hpp"
#include "fuzz/fuzz_zones.hpp"
#include "support/reply_text.hpp"

namespace arpad {
namespace {

/// The most octets that the reply to `query` may have over UDP.
std::size_t udp_limit(const Query& query) {
    if (!query.edns) return max_plain_udp_octets;
    return std::min(query.edns->payload_octets, max_udp_octets);
}

/// What holds for every reply.
void check_reply(std::span<const std::uint8_t> message, std::span<const std::uint8_t> reply) {
    const Query query = decode_query(message);
    ensure(reply.size() >= header_octets, "a reply has a header");
    ensure(std::ranges::equal(message.first(2), reply.first(2)), "the id is echoed");
    ensure((reply[2] & 0x80U) != 0, "QR is set");
    ensure((reply[2] & 0x79U) == (message[2] & 0x79U), "opcode and RD are echoed");
    ensure((reply[3] & 0xF0U) == 0, "RA, Z, AD and CD are clear");
    const unsigned questions = static_cast<unsigned>(reply[4] << 8U | reply[5]);
    ensure(questions == (query.question ? 1U : 0U), "a question that can be read is echoed");
    if (query.question) {
        const auto wire = query.question->wire;
        ensure(reply.size() >= header_octets + wire.size(), "the question is whole");
        ensure(std::ranges::equal(wire, reply.subspan(header_octets, wire.size())),
               "the question is echoed octet for octet");
    }
    ensure(read_reply(reply).has_value(), "ldns, another implementation, reads the reply");
}

/// Asks over `transport`, with a buffer of no more octets than the responder asks for.
void ask(Responder& responder, std::span<const std::uint8_t> message, Transport transport) {
    const std::size_t room = transport == Transport::udp ? max_udp_octets : max_message_octets;
    std::vector<std::uint8_t> buffer(room);
    const Outcome outcome = responder.respond({message, transport}, buffer);
    std::vector<std::uint8_t> long_way(room);
    const Outcome full = responder.respond_the_long_way({message, transport}, long_way);
    ensure(std::ranges::equal(std::span(buffer).first(outcome.octets),
                              std::span(long_way).first(full.octets)),
           "the short way gives what the long way gives");
    const bool is_silent = outcome.kind == Outcome::Kind::silence;
    const bool is_query = message.size() >= header_octets && (message[2] & 0x80U) == 0;
    ensure(is_silent != is_query, "queries are answered, and nothing else is");
    if (is_silent) return;
    const std::size_t limit = transport == Transport::udp ? udp_limit(decode_query(message)) : room;
    ensure(outcome.octets <= limit, "a reply is never larger than allowed");
    check_reply(message, std::span(buffer).first(outcome.octets));
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    static Responder responder = make_fuzz_responder();
    if (size > max_message_octets) return 0;
    ask(responder, {data, size}, Transport::udp);
    ask(responder, {data, size}, Transport::tcp);
    return 0;
}
