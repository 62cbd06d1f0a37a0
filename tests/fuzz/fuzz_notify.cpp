/// \file  Any octets as a NOTIFY: only who may tells of a change, and only of zones there are.
///
/// The first octet chooses where it comes from; bit 0: from a primary.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/invariant.hpp"
#include "dns/message.hpp"
#include "fuzz/fuzz_asking.hpp"
#include "fuzz/fuzz_clock.hpp"
#include "support/zone_maker.hpp"

namespace arpad {
namespace {

const Address primary(Family::ipv4, 0xC000'0235);  // 192.0.2.53
const Address stranger(Family::ipv4, 0xC000'0236);

std::shared_ptr<const Zone> secondary_zone(const char* network) {
    TransferPolicy policy;
    policy.primaries = {{{primary}, std::nullopt}};
    return zone_for(network).transfer(policy).build();
}

/// A server that takes two zones from a primary and has one of its own; and what it was told.
struct Secondary {
    Secondary() {
        responder.tell_notices_to([this](NameView apex, const Address& from) {
            told = {Name(apex), from};
        });
    }

    struct Notice {
        Name apex;
        Address from;
    };

    std::optional<Notice> told;
    Responder responder{std::make_shared<const Snapshot>(std::vector<std::shared_ptr<const Zone>>{
                            secondary_zone("192.0.2.0/24"), secondary_zone("2001:db8::/32"),
                            zone_for("198.51.100.0/24").build()}),
                        std::make_shared<const Identity>(IdentityConfig{}), &fuzz_now};
};

void check(const Secondary& server, std::span<const std::uint8_t> message, const Address& client,
           const Outcome& outcome) {
    if (!server.told) return;
    ensure(client == primary && server.told->from == client, "only a primary is believed");
    ensure(outcome.rcode == Rcode::no_error, "what is believed is confirmed");
    const Query query = decode_query(message);
    ensure(query.opcode == Opcode::notify && query.question.has_value(), "it is a notice");
    ensure(Name(query.question->name).lower_case() == server.told->apex, "of the zone it names");
    const bool is_ours = server.told->apex == *Name::from_text("2.0.192.in-addr.arpa") ||
                         server.told->apex == *Name::from_text("8.b.d.0.1.0.0.2.ip6.arpa");
    ensure(is_ours, "which is taken from it");
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    static Secondary server;
    if (size < 1 || size > max_message_octets) return 0;
    const Address client = (data[0] & 1U) != 0 ? primary : stranger;
    std::vector<std::uint8_t> message(data + 1, data + size);
    if (message.size() > 2) {
        message[2] =
            static_cast<std::uint8_t>((message[2] & 0x87U) | opcode_bits(Opcode::notify) >> 8U);
    }
    for (const Transport transport : {Transport::udp, Transport::tcp}) {
        server.told.reset();
        const Outcome outcome = ask_and_check(server.responder, message, transport, client);
        check(server, message, client, outcome);
    }
    return 0;
}
