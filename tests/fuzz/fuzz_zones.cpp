#include "fuzz/fuzz_zones.hpp"

#include <memory>
#include <string>
#include <vector>

#include "fuzz/fuzz_clock.hpp"
#include "support/zone_maker.hpp"

namespace arpad {
namespace {

std::vector<std::shared_ptr<const Zone>> fuzz_zones() {
    ZoneMaker outer = zone_for("192.0.0.0/16");
    outer.ptr("7.3", "a.example.").ns("2", "ns.example.").ns("9", "ns.child.example.");
    for (int i = 0; i < 100; ++i) outer.ptr("8.3", "host-" + std::to_string(i) + ".example.");
    const std::string label(63, 'x');
    return {outer.build(),
            zone_for("192.0.2.0/24")
                .ptr("7", "b.example.")
                .ns("64/26", "ns.example.")
                .cname("65", "65.64/26.2.0.192.in-addr.arpa.")
                .cname("66", "66.64/26.2.0.192.in-addr.arpa.")
                .build(),
            zone_at("64/26.2.0.192.in-addr.arpa", "192.0.2.0/24").ptr("65", "c.example.").build(),
            zone_for("2001:db8::/32")
                .ptr("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0", "d.example.")
                .ns("1.0.0.0", "ns.example.")
                .build(),
            zone_for("2001:db8:1::/48")
                .ptr("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0", "e.example.")
                .build(),
            zone_for("198.51.0.0/16")
                .range("198.51.0.0/17", "{ip}.dyn.example.")
                .hole("198.51.99.0/24")
                .record("7.98 TXT x")
                .record("x.8.98 TXT x")
                .record("*.200 PTR any.example.")
                .record("sub.*.200 TXT x")
                .record("*.201 CNAME 7.98.51.198.in-addr.arpa.")
                .record("202 DNAME 98.51.198.in-addr.arpa.")
                .record("203 DNAME 203.203.51.198.in-addr.arpa.")
                .record("204 NS ns.204.51.198.in-addr.arpa.")
                .record("204 NS ns.205.51.198.in-addr.arpa.")
                .record("204 DS 1 13 2 0123")
                .record("205 NS ns.205.51.198.in-addr.arpa.")
                .record("ns.204 A 192.0.2.1")
                .record("ns.204 AAAA 2001:db8::1")
                .record("ns.205 AAAA 2001:db8::2")
                .record("206 CNAME 207.51.198.in-addr.arpa.")
                .record("207 CNAME 206.51.198.in-addr.arpa.")
                .build(),
            zone_for("2001:db8:2::/48")
                .range("2001:db8:2::/64", "{groups}.example.")
                .range("2001:db8:2::7/128", "seven.example.")
                .record("* PTR any.example.")
                .build(),
            zone_at("example.org")
                .record("@ DNAME " + label + "." + label + "." + label + ".example.")
                .build(),
            Zone::make_unavailable(*Name::from_text("100.51.198.in-addr.arpa"))};
}

}  // namespace

Responder make_fuzz_responder() {
    return {std::make_shared<const Snapshot>(fuzz_zones()),
            std::make_shared<const Identity>(
                IdentityConfig{.version = "arpad", .hostname = "ns1", .nsid = {1, 2, 3, 4}}),
            &fuzz_now};
}

}  // namespace arpad
