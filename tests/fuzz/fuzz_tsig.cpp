/// \file  Any octets as a message that ends with a TSIG record, and signed messages that were
///        changed on the way: only what was signed is believed.
///
/// Bit 0 of the first octet: the rest is a message as it is. Otherwise the rest is the body of a
/// query, which is signed; then the octet at the place that the next two octets give is changed by
/// the fourth, if that is not 0.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/invariant.hpp"
#include "crypto/tsig.hpp"
#include "dns/message.hpp"
#include "dns/reader.hpp"
#include "fuzz/fuzz_asking.hpp"
#include "fuzz/fuzz_clock.hpp"
#include "fuzz/fuzz_signing.hpp"
#include "fuzz/fuzz_zones.hpp"
#include "support/signing.hpp"

namespace arpad {
namespace {

using Octets = std::vector<std::uint8_t>;

constexpr std::uint8_t is_raw = 1;
constexpr std::size_t choice_octets = 4;

struct Server {
    Server() { responder.adopt(keys); }

    std::shared_ptr<const Keyring> keys =
        std::make_shared<const Keyring>(std::vector<TsigKey>{fuzz_key()});
    Responder responder = make_fuzz_responder();
};

/// Where the TSIG record of `message` begins; its size if it has none. Behind a name that the
/// message may end with there is nothing that the signature does not cover.
std::size_t start_of_tsig(const Octets& message) {
    const Query query = decode_query(message);
    return query.tsig ? query.tsig->start : message.size();
}

/// Whether `message` is believed to be signed.
bool is_believed(const Keyring& keys, const Octets& message) {
    const Query query = decode_query(message);
    if (!query.tsig) return false;
    const TsigReplier replier(keys, message, *query.tsig, fuzz_seconds);
    return replier.signer() != nullptr;
}

/// Whether both have the same octets behind their ids, up to the signature.
bool say_the_same(const Octets& left, const Octets& right) {
    constexpr std::size_t id_octets = 2;
    const std::size_t end = start_of_tsig(left);
    return end == start_of_tsig(right) && end >= id_octets &&
           std::equal(left.begin() + id_octets, left.begin() + static_cast<std::ptrdiff_t>(end),
                      right.begin() + id_octets);
}

/// Takes `message` for the first and the second reply to a request.
void check_replies(std::span<const std::uint8_t> message) {
    TsigRequester requester(std::make_shared<const TsigKey>(fuzz_key()));
    for (const bool is_first : {true, false}) {
        const auto failure = requester.check(message, fuzz_seconds);
        ensure(failure || requester.is_complete() || !is_first, "the first one is signed");
        if (failure) ensure(!to_text(*failure).empty(), "it is said what is wrong");
        ensure(!to_text(requester.remote_error()).empty(), "on the other side, too");
    }
}

/// Signs `body` and changes an octet of what comes of it.
void change_signed(Server& server, std::span<const std::uint8_t> choices,
                   std::span<const std::uint8_t> body) {
    if (decode_query(body).tsig || body.size() < header_octets || (body[2] & 0x80U) != 0) return;
    TsigRequester requester(std::make_shared<const TsigKey>(fuzz_key()));
    Octets message(body.begin(), body.end());
    sign(requester, message, fuzz_seconds);
    const bool was_believed = is_believed(*server.keys, message);
    Octets changed = message;
    const std::size_t place = static_cast<std::size_t>(choices[1] << 8U | choices[2]);
    changed[place % changed.size()] ^= choices[3];
    if (is_believed(*server.keys, changed)) {
        ensure(was_believed && say_the_same(message, changed), "only what was signed is believed");
    }
    ask_and_check(server.responder, changed, Transport::tcp);
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    static Server server;
    constexpr std::size_t max_octets = 4096;
    if (size < choice_octets || size > max_octets) return 0;
    const std::span<const std::uint8_t> input(data, size);
    if ((data[0] & is_raw) != 0) {
        ask_and_check(server.responder, input.subspan(1), Transport::udp);
        ask_and_check(server.responder, input.subspan(1), Transport::tcp);
        check_replies(input.subspan(1));
        return 0;
    }
    change_signed(server, input.first(choice_octets), input.subspan(choice_octets));
    return 0;
}
