#include "fuzz/fuzz_asking.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/invariant.hpp"
#include "dns/edns.hpp"
#include "support/reply_text.hpp"

namespace arpad {
namespace {

/// The most octets that the reply to `query` may have over UDP.
std::size_t udp_limit(const Query& query) {
    if (!query.edns) return max_plain_udp_octets;
    return std::min(query.edns->payload_octets, max_udp_octets);
}

/// What another implementation, ldns, finds in a message without a defect, if it can read it.
void check_query(std::span<const std::uint8_t> message) {
    const Query query = decode_query(message);
    if (query.defect != Defect::none || !has_question(query.opcode)) return;
    const auto other = read_reply(message);
    if (!other) return;
    ensure(other->id == query.id && other->rd == query.recursion_desired, "ldns reads the header");
    ensure(other->opcode == static_cast<unsigned>(query.opcode), "ldns reads the opcode");
    ensure(other->question.size() == 1 && query.question, "ldns reads the question");
    // Behind a record whose RDATA is longer than its type needs ldns reads on from within it.
    const bool has_records =
        !other->answer.empty() || !other->authority.empty() || !other->additional.empty();
    if (has_records) return;
    ensure(other->edns.has_value() == query.edns.has_value(), "ldns sees EDNS where it is");
    if (!query.edns) return;
    const Edns& edns = *query.edns;
    ensure(edns.payload_octets == std::max(other->edns->payload, std::uint16_t{512}),
           "ldns reads the payload size");
    ensure(edns.version == other->edns->version, "ldns reads the version");
    ensure(edns.dnssec_ok == ((other->edns->flags & edns_dnssec_ok) != 0), "ldns reads DO");
    if (edns.version != edns_version) return;  // what its options would be is not known
    const auto has = [&](EdnsOption option) {
        return other->edns->options.contains(static_cast<std::uint16_t>(option));
    };
    ensure(edns.asks_nsid == has(EdnsOption::nsid), "ldns sees NSID");
    ensure(edns.is_padded == has(EdnsOption::padding), "ldns sees Padding");
    ensure(edns.cookie.empty() || has(EdnsOption::cookie), "ldns sees COOKIE");
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

}  // namespace

Outcome ask_and_check(Responder& responder, std::span<const std::uint8_t> message,
                      Transport transport, const Address& client) {
    const std::size_t room = transport == Transport::udp ? max_udp_octets : max_message_octets;
    std::vector<std::uint8_t> buffer(room);
    const Request request{message, transport, client};
    if (transport == Transport::udp) responder.expect({&message, 1});
    const Outcome outcome = responder.respond(request, buffer);
    if (outcome.kind == Outcome::Kind::answer) {
        std::vector<std::uint8_t> long_way(room);
        const Outcome full = responder.respond_the_long_way(request, long_way);
        ensure(std::ranges::equal(std::span(buffer).first(outcome.octets),
                                  std::span(long_way).first(full.octets)),
               "the short way gives what the long way gives");
        ensure(outcome.client == full.client, "and judges the client alike");
    }
    check_query(message);
    const bool is_silent = outcome.kind == Outcome::Kind::silence;
    const bool is_query = message.size() >= header_octets && (message[2] & 0x80U) == 0;
    ensure(is_silent != is_query, "queries are answered, and nothing else is");
    if (outcome.kind != Outcome::Kind::answer) return outcome;
    const std::size_t limit = transport == Transport::udp ? udp_limit(decode_query(message)) : room;
    ensure(outcome.octets <= limit, "a reply is never larger than allowed");
    check_reply(message, std::span(buffer).first(outcome.octets));
    if (transport != Transport::udp) return outcome;
    const Outcome proof = responder.ask_for_proof(request, buffer);
    ensure(proof.octets <= limit, "nor is what asks for proof");
    check_reply(message, std::span(buffer).first(proof.octets));
    return outcome;
}

}  // namespace arpad
