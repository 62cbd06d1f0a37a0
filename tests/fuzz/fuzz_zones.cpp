#include "fuzz/fuzz_zones.hpp"

#include <memory>
#include <string>
#include <vector>

#include "support/zone_maker.hpp"

namespace arpad {
namespace {

std::vector<std::shared_ptr<const Zone>> fuzz_zones() {
    ZoneMaker outer = zone_for("192.0.0.0/16");
    outer.ptr("7.3", "a.example.").ns("2", "ns.example.").ns("9", "ns.child.example.");
    for (int i = 0; i < 100; ++i) outer.ptr("8.3", "host-" + std::to_string(i) + ".example.");
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
            Zone::make_unavailable(*Name::from_text("100.51.198.in-addr.arpa"))};
}

}  // namespace

Responder make_fuzz_responder() {
    return {std::make_shared<const Snapshot>(fuzz_zones()),
            std::make_shared<const Identity>(
                IdentityConfig{.version = "arpad", .hostname = "ns1", .nsid = {1, 2, 3, 4}})};
}

}  // namespace arpad
