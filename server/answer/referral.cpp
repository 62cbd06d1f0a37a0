#include "answer/referral.hpp"

namespace arpad {
namespace {

using Need = Reply::Need;

void put_addresses(Reply& reply, const Zone& zone, NameView server, Need need) noexcept {
    NameBuffer name;
    name.assign(server);
    const NodeView node = zone.find_stored(name, name.label_count(), zone.read_path(name));
    for (const RrType type : {RrType::a, RrType::aaaa}) {
        if (const auto addresses = node.find(type)) reply.put_additional(server, *addresses, need);
    }
}

}  // namespace

void put_referral(Reply& reply, const Zone& zone, NameView cut, RrsetView servers) noexcept {
    reply.put_authority(cut, servers, servers.ttl());
    for (const Need need : {Need::required, Need::optional}) {
        for (const auto rdata : servers) {
            const NameView server = NameView::of_valid_wire(rdata);
            if (!server.is_at_or_below(zone.apex())) continue;
            const bool is_below_cut = server.is_at_or_below(cut);
            if (is_below_cut == (need == Need::required)) put_addresses(reply, zone, server, need);
        }
    }
}

}  // namespace arpad
