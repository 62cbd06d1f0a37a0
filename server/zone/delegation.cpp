#include "zone/delegation.hpp"

#include <fmt/format.h>

#include <utility>

#include "reverse/arpa_name.hpp"
#include "reverse/classless.hpp"

namespace arpad {
namespace {

constexpr unsigned last_octet_cut = 24;

/// Whether the delegation leads to a zone of its own name by CNAMEs. A single address is delegated
/// at its own name, unless a style is asked for.
bool has_child_zone(const DelegationModel& delegation) {
    const bool is_long =
        delegation.prefix.family() == Family::ipv4 && delegation.prefix.length() > last_octet_cut;
    return is_long && (!delegation.prefix.is_address() || delegation.style || delegation.cname_to);
}

Rdata octets_of(Address address) {
    Rdata octets;
    for (unsigned shift = address.bits(); shift > 0; shift -= 8) {
        octets.push_back(static_cast<std::uint8_t>(address.value() >> (shift - 8)));
    }
    return octets;
}

/// The addresses of `family` that `server` has, as an RRset.
Rrset glue_rrset(const DelegatedNameserverModel& server, Family family, Ttl ttl) {
    Rrset rrset{family == Family::ipv4 ? RrType::a : RrType::aaaa, ttl, {}};
    for (const Address address : server.addresses) {
        if (address.family() == family) rrset.rdatas.push_back(octets_of(address));
    }
    return rrset;
}

}  // namespace

DelegationWriter::DelegationWriter(const NetworkModel& model, std::size_t network,
                                   const Layout& layout, Builders& builders,
                                   Diagnostics& diagnostics)
    : model_(model),
      network_(network),
      layout_(layout),
      builders_(builders),
      diagnostics_(diagnostics) {}

void DelegationWriter::add(const DelegationModel& delegation) {
    if (is_inside_inner(delegation)) return;
    if (has_child_zone(delegation)) {
        add_child(delegation);
    } else {
        add_cuts(delegation);
    }
    for (const DelegatedNameserverModel& server : delegation.nameservers) {
        if (!server.addresses.empty()) add_glue(delegation, server);
    }
}

/// Rule 4: what lies inside a nested network is that network's. One that equals it is not inside:
/// what the operator wrote is then used in place of what would follow (rule 2).
bool DelegationWriter::is_inside_inner(const DelegationModel& delegation) {
    auto around = layout_.network_of(delegation.prefix.first());
    while (around && *around != network_ &&
           !layout_.entry_of(*around).key.network->contains(delegation.prefix)) {
        around = layout_.outer_of(*around);
    }
    if (!around || *around == network_) return false;
    const NetworkEntry& inner = layout_.entry_of(*around);
    if (*inner.key.network == delegation.prefix) return false;
    report(delegation.place,
           fmt::format("{} belongs to the nested network {}", delegation.prefix.to_text(),
                       display_name(inner.key)),
           fmt::format("move it to {}", inner.file));
    return true;
}

/// The builder of the zone that `piece` of the delegation lies in and is not all of.
ZoneBuilder* DelegationWriter::builder_around(const DelegationModel& delegation,
                                              const Prefix& piece) {
    const PlannedZone* const zone = layout_.zone_of(network_, piece.first());
    if (zone == nullptr || !zone->base->contains(piece) || *zone->base == piece) {
        report(delegation.place,
               fmt::format("{} is a whole zone of {}", piece.to_text(),
                           display_name(layout_.entry_of(network_).key)),
               "delegate parts of a zone, or leave the prefix out of `network`");
        return nullptr;
    }
    return &builders_.at(zone->apex);
}

void DelegationWriter::add_cuts(const DelegationModel& delegation) {
    for (const Prefix& piece : split_at_labels(delegation.prefix)) {
        ZoneBuilder* const builder = builder_around(delegation, piece);
        if (builder == nullptr) return;
        const auto apex = prefix_name(builder->apex(), *builder->base(), piece);
        // Every name in the zone's base fits, or the layout would have been refused.
        if (!apex) continue;
        builder->leave_out(range_of(piece));
        add_cut(delegation, *builder, *apex);
    }
}

void DelegationWriter::add_child(const DelegationModel& delegation) {
    ZoneBuilder* const builder = builder_around(delegation, delegation.prefix);
    if (builder == nullptr) return;
    builder->leave_out(range_of(delegation.prefix));
    const Prefix octet_cut(delegation.prefix.first(), last_octet_cut);
    auto apex = prefix_name(builder->apex(), *builder->base(), octet_cut);
    if (delegation.cname_to && apex && *apex == *delegation.cname_to) {
        report(delegation.place,
               fmt::format("the names of {} would be aliases of themselves",
                           delegation.prefix.to_text()),
               "write another `cname_to`: the zone that the customer serves");
        return;
    }
    if (delegation.cname_to) {
        apex = *delegation.cname_to;
    } else if (apex) {
        apex = apex->below(
            classless_label(delegation.prefix, delegation.style.value_or(ClasslessStyle::slash)));
    }
    const auto always = [](const Name&) { return true; };
    if (!apex || !add_cnames(*builder, delegation.prefix, {*apex, octet_cut}, ttl_of(delegation),
                             origin_of(delegation), always)) {
        report(
            delegation.place,
            fmt::format("the names of {} are longer than 255 octets", delegation.prefix.to_text()),
            "write a shorter `cname_to`");
        return;
    }
    if (delegation.nameservers.empty()) return;
    if (!apex->view().is_at_or_below(builder->apex())) {
        report(delegation.place,
               fmt::format("{} lies outside {}, so this zone has no NS for it", apex->to_text(),
                           builder->apex().to_text()),
               "remove `nameservers`: those of the zone that `cname_to` lies in lead there");
        return;
    }
    add_cut(delegation, *builder, *apex);
}

void DelegationWriter::add_cut(const DelegationModel& delegation, ZoneBuilder& builder,
                               const Name& apex) {
    Rrset servers{RrType::ns, ttl_of(delegation), {}};
    for (const DelegatedNameserverModel& server : delegation.nameservers) {
        servers.rdatas.push_back(name_rdata(server.name));
    }
    builder.add(apex, std::move(servers), origin_of(delegation));
    if (delegation.ds.empty()) return;
    const Ttl ttl = delegation.ds_ttl.value_or(ttl_of(delegation));
    builder.add(apex, {RrType::ds, ttl, delegation.ds}, origin_of(delegation));
}

void DelegationWriter::add_glue(const DelegationModel& delegation,
                                const DelegatedNameserverModel& server) {
    const PlannedZone* const zone = layout_.zone_above(network_, server.name);
    if (zone == nullptr) {
        report(server.place,
               fmt::format("{} has addresses, but lies in no zone of this network",
                           server.name.to_text()),
               "remove `addresses`: resolvers find them elsewhere");
        return;
    }
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        Rrset rrset = glue_rrset(server, family, ttl_of(delegation));
        if (rrset.rdatas.empty()) continue;
        add_glue_rrset(server, builders_.at(zone->apex), std::move(rrset));
    }
}

/// One nameserver may serve several delegations; it has the same addresses in all of them.
void DelegationWriter::add_glue_rrset(const DelegatedNameserverModel& server, ZoneBuilder& builder,
                                      Rrset rrset) {
    const PlacedRrset* const known = find_rrset(builder.find(server.name), rrset.type);
    if (known == nullptr) {
        const RrsetOrigin origin{RrsetOrigin::Kind::delegation, model_.file, server.place};
        builder.add(server.name, std::move(rrset), origin);
    } else if (known->rrset.rdatas != rrset.rdatas || known->rrset.ttl != rrset.ttl) {
        report(server.place,
               fmt::format("{} has other addresses, or another TTL, in line {}",
                           server.name.to_text(), known->origin.place.line),
               "write the same in both places");
    }
}

RrsetOrigin DelegationWriter::origin_of(const DelegationModel& delegation) const {
    return {RrsetOrigin::Kind::delegation, model_.file, delegation.place};
}

Ttl DelegationWriter::ttl_of(const DelegationModel& delegation) const {
    return delegation.ttl.value_or(model_.ttl);
}

void DelegationWriter::report(Place place, std::string message, std::string advice) {
    diagnostics_.error(model_.file, place, std::move(message), std::move(advice));
}

}  // namespace arpad
