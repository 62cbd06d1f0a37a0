#include "support/test_responder.hpp"

#include <stdexcept>
#include <utility>

#include "answer/encode.hpp"
#include "dns/message.hpp"

namespace arpad {

TestResponder::TestResponder(Zones zones, const IdentityConfig& identity)
    : responder_(std::make_shared<const Snapshot>(std::move(zones)),
                 std::make_shared<const Identity>(identity)),
      udp_reply_(max_udp_octets),
      tcp_reply_(max_message_octets) {}

std::optional<ReplyText> TestResponder::send(std::span<const std::uint8_t> message,
                                             Transport transport) {
    Octets& buffer = transport == Transport::udp ? udp_reply_ : tcp_reply_;
    const Outcome outcome = responder_.respond({message, transport}, buffer);
    if (outcome.kind == Outcome::Kind::silence) return std::nullopt;
    auto reply = read_reply(std::span(buffer).first(outcome.octets));
    if (!reply) throw std::runtime_error("ldns cannot read the reply");
    return reply;
}

ReplyText TestResponder::reply_to(const QueryMaker& query, Transport transport) {
    auto reply = send(query.octets(), transport);
    if (!reply) throw std::runtime_error("there is no reply");
    return std::move(*reply);
}

ReplyText TestResponder::reply_to(std::string_view name, RrType type) {
    return reply_to(ask(name, type));
}

}  // namespace arpad
