/// \file  Any octets as the options of an OPT record, in a query that is right otherwise.
///
/// The first three octets choose the question, the flags and the payload size. Where bit 7 of the
/// first is set, the options begin with a cookie of ours.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/invariant.hpp"
#include "crypto/cookie.hpp"
#include "dns/message.hpp"
#include "fuzz/fuzz_asking.hpp"
#include "fuzz/fuzz_clock.hpp"
#include "fuzz/fuzz_zones.hpp"
#include "support/query_maker.hpp"

namespace arpad {
namespace {

constexpr std::size_t choice_octets = 3;
constexpr std::uint8_t shows_our_cookie = 0x80;
constexpr const char* names[] = {"7.2.0.192.in-addr.arpa", "8.3.0.192.in-addr.arpa",
                                 "9.98.51.198.in-addr.arpa", "1.2.3.4.in-addr.arpa"};

/// A server that gives cookies, and its jar.
struct Server {
    Server() { responder.adopt(jar); }

    std::shared_ptr<const CookieJar> jar =
        std::make_shared<const CookieJar>(CookieJar::with_random_secret());
    Responder responder = make_fuzz_responder();
};

QueryMaker query_of(const std::uint8_t* choices) {
    const RrType type = (choices[0] & 4U) != 0 ? RrType::any : RrType::ptr;
    QueryMaker query = ask(names[choices[0] & 3U], type);
    query.payload(static_cast<std::uint16_t>(choices[2] * 16)).edns_flags(choices[1]);
    if ((choices[1] & 1U) != 0) query.dnssec_ok();
    return query;
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    static Server server;
    constexpr std::size_t max_option_octets = 4096;
    if (size < choice_octets || size > max_option_octets) return 0;
    const Address client(Family::ipv4, 0x7F00'0001);
    QueryMaker query = query_of(data);
    const bool shows_ours = (data[0] & shows_our_cookie) != 0;
    if (shows_ours) {
        const Octets shown(client_cookie_octets, 7);
        const Cookie ours = server.jar->make(shown, client, cookie_time(fuzz_now()));
        query.option(10, Octets(ours.begin(), ours.end()));
    }
    query.raw_options(Octets(data + choice_octets, data + size));
    const Octets message = query.octets();
    for (const Transport transport : {Transport::udp, Transport::tcp, Transport::tls}) {
        const Outcome outcome = ask_and_check(server.responder, message, transport, client);
        const bool is_proved = outcome.client == Outcome::Client::proved;
        const bool is_right = decode_query(message).defect == Defect::none;
        // 2^-64: nobody makes one by chance.
        ensure(!is_proved || shows_ours, "only our own cookie proves a client");
        ensure(is_proved || !shows_ours || !is_right, "and it does");
    }
    return 0;
}
