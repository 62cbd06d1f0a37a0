#include "zone/assembly.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/invariant.hpp"
#include "reverse/arpa_name.hpp"
#include "zone/delegation.hpp"
#include "zone/extra.hpp"

namespace arpad {

Rrset ns_rrset(const NetworkModel& model) {
    Rrset rrset{RrType::ns, model.nameservers_ttl.value_or(model.ttl), {}};
    for (const NameserverModel& server : model.nameservers) {
        rrset.rdatas.push_back(name_rdata(server.name));
    }
    return rrset;
}

Assembly::Assembly(const BuildInput& input, Diagnostics& diagnostics) : input_(input) {
    const auto& zones = input_.layout.zones();
    for (const auto& [apex, zone] : zones) add_apex(zone);
    // What the operator wrote comes before what follows from other networks, which gives way to it.
    for (std::size_t network = 0; network < input_.networks.size(); ++network) {
        if (source_of(network) == nullptr) continue;
        add_delegations(network, diagnostics);
        add_extra(*model_of(network), network, input_.layout, builders_, diagnostics);
        add_names(network);
    }
    for (const auto& [apex, zone] : zones) delegate(zone, diagnostics);
    for (std::size_t network = 0; network < input_.networks.size(); ++network) {
        leave_out_inner(network);
        if (input_.layout.is_reached_by_cname(network)) add_cnames(network);
    }
    if (input_.inventory != nullptr) add_defaults();
}

ZoneBuilder* Assembly::builder_at(const Name& apex) {
    const auto found = builders_.find(apex);
    return found == builders_.end() ? nullptr : &found->second;
}

void Assembly::add_apex(const PlannedZone& zone) {
    const NetworkModel* const model = source_of(zone.network);
    if (model == nullptr) return;
    ZoneBuilder builder(zone.apex, zone.base, model->soa, model->soa.ttl.value_or(model->ttl));
    builder.add(zone.apex, ns_rrset(*model));
    builder.set_transfer(model->transfer);
    builders_.emplace(zone.apex, std::move(builder));
}

void Assembly::add_delegations(std::size_t network, Diagnostics& diagnostics) {
    DelegationWriter writer(*model_of(network), network, input_.layout, builders_, diagnostics);
    for (const DelegationModel& delegation : model_of(network)->delegations) writer.add(delegation);
}

/// Records and ranges, to the zones that their addresses lie in.
void Assembly::add_names(std::size_t network) {
    const NetworkModel& model = *model_of(network);
    for (const PlannedZone& planned : input_.layout.zones_of(network)) {
        if (!planned.covered) continue;
        const PlannedZone* const zone = input_.layout.zone_of(network, planned.covered->first());
        if (zone == nullptr) continue;  // an inner network's: its records are reported by the check
        ZoneBuilder& builder = *builder_at(zone->apex);
        builder.add_records(model.records.view().within(range_of(*planned.covered)), model.ttl);
        for (const RangeModel& range : model.ranges) {
            const bool is_apart = range.range.last < planned.covered->first() ||
                                  planned.covered->last() < range.range.first;
            if (is_apart) continue;
            builder.add_range({range.range, range.names, range.ttl.value_or(model.ttl)});
        }
    }
}

/// Rule 4: neither defaults nor ranges of an outer network apply inside an inner one.
void Assembly::leave_out_inner(std::size_t network) {
    const auto outer = input_.layout.outer_of(network);
    if (!outer || source_of(*outer) == nullptr) return;
    const Prefix& inner = *input_.networks[network].key.network;
    for (const PlannedZone& planned : input_.layout.zones_of(*outer)) {
        const bool overlaps = planned.covered->contains(inner) || inner.contains(*planned.covered);
        if (!overlaps || input_.layout.zone_of(*outer, planned.covered->first()) == nullptr) {
            continue;
        }
        builder_at(planned.apex)->leave_out(range_of(inner));
    }
}

/// Rule 2: the zone above has the NS of this one, unless the operator wrote others.
void Assembly::delegate(const PlannedZone& zone, Diagnostics& diagnostics) {
    const NetworkModel* const model = model_of(zone.network);
    const PlannedZone* const parent = input_.layout.parent_of(zone.apex);
    if (model == nullptr || parent == nullptr) return;
    ZoneBuilder* const builder = builder_at(parent->apex);
    if (builder == nullptr || builder->find_way_out(zone.apex)) return;
    if (model->nameservers.empty()) {
        diagnostics.error(
            model->file, model->key.place,
            fmt::format("`nameservers` is missing: {}, which is made here, delegates "
                        "{} to them",
                        parent->apex.to_text(), zone.apex.to_text()),
            "write `nameservers: [ns1.example.net, ns2.example.net]`, as the primaries "
            "have them");
        return;
    }
    builder->add(zone.apex, ns_rrset(*model));
    copy_glue(zone, *builder);
}

/// The addresses of the nameservers of `zone` that lie in it are glue in the zone above.
void Assembly::copy_glue(const PlannedZone& zone, ZoneBuilder& parent) {
    const ZoneBuilder* const child = builder_at(zone.apex);
    if (child == nullptr) return;  // what the primaries say of addresses is not known here
    for (const NameserverModel& server : model_of(zone.network)->nameservers) {
        if (!server.name.view().is_at_or_below(zone.apex)) continue;
        for (const RrType type : {RrType::a, RrType::aaaa}) {
            const PlacedRrset* const addresses = find_rrset(child->find(server.name), type);
            if (addresses == nullptr) continue;
            if (find_rrset(parent.find(server.name), type) != nullptr) continue;
            parent.add(server.name, addresses->rrset);
        }
    }
}

/// RFC 2317 5.2: the outer zone's names of the addresses lead to those of the inner zone.
void Assembly::add_cnames(std::size_t network) {
    const Prefix& prefix = *input_.networks[network].key.network;
    const auto outer = input_.layout.outer_of(network);
    if (!outer || source_of(*outer) == nullptr) return;
    const PlannedZone* const from = input_.layout.zone_of(*outer, prefix.first());
    const PlannedZone* const to = input_.layout.zone_of(network, prefix.first());
    if (from == nullptr || to == nullptr) return;
    ZoneBuilder& builder = *builder_at(from->apex);
    // A zone at or below this name has its NS here, or the name itself; what the operator wrote is
    // used in place of the CNAME.
    const auto is_free = [&](const Name& owner) {
        return input_.layout.closest_zone(owner) == from && !builder.find_way_out(owner) &&
               find_rrset(builder.find(owner), RrType::cname) == nullptr;
    };
    const Ttl ttl = model_of(*outer)->ttl;
    const bool fits = arpad::add_cnames(builder, prefix, {to->apex, *to->base}, ttl, {}, is_free);
    ensure(fits, "laid out names fit 255 octets");
}

void Assembly::add_defaults() {
    const InventoryModel& inventory = *input_.inventory;
    for (const ServerModel& server : inventory.servers) {
        for (const PrimaryModel& primary : server.primaries) {
            const auto network = input_.layout.network_of(primary.address);
            if (!network || source_of(*network) == nullptr) continue;
            const PlannedZone* const zone = input_.layout.zone_of(*network, primary.address);
            if (zone == nullptr) continue;
            builder_at(zone->apex)
                ->add_default({primary.address, inventory.ttl.value_or(model_of(*network)->ttl),
                               NamesView(server.host_name), primary.place});
        }
    }
}

}  // namespace arpad
