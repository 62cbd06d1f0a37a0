#include "zone/builder.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/invariant.hpp"
#include "reverse/arpa_name.hpp"
#include "zone/zone_builder.hpp"

namespace arpad {
namespace {

/// What an RRset may take in a message, so that question, SOA and OPT still fit beside it.
constexpr std::size_t max_rrset_octets = 64'000;

Ttl nameservers_ttl(const NetworkModel& model) {
    return model.nameservers_ttl.value_or(model.ttl);
}

Rrset ns_rrset(const NetworkModel& model) {
    Rrset rrset{RrType::ns, nameservers_ttl(model), {}};
    for (const NameserverModel& server : model.nameservers) {
        rrset.rdatas.push_back(name_rdata(server.name));
    }
    return rrset;
}

std::size_t ptr_octets(const RecordModel& record) {
    Rrset rrset{RrType::ptr, {}, {}};
    for (const Name& name : record.names) rrset.rdatas.push_back(name_rdata(name));
    return wire_octets(rrset);
}

/// Checks what one network says against the others and the bounds of a message.
class NetworkCheck {
public:
    NetworkCheck(std::span<const NetworkEntry> networks, const Layout& layout,
                 Diagnostics& diagnostics)
        : networks_(networks), layout_(layout), diagnostics_(diagnostics) {}

    void check(std::size_t network) {
        check_nameservers(network);
        for (const RecordModel& record : networks_[network].model->records) {
            check_place(network, record);
            check_size(network, record);
        }
    }

private:
    void check_nameservers(std::size_t network) {
        const NetworkModel& model = *networks_[network].model;
        if (wire_octets(ns_rrset(model)) <= max_rrset_octets) return;
        diagnostics_.error(model.file, model.key.place,
                           fmt::format("the {} nameservers do not fit into a DNS message",
                                       model.nameservers.size()),
                           "remove some of them");
    }

    void check_place(std::size_t network, const RecordModel& record) {
        const auto innermost = layout_.network_of(record.address);
        if (innermost == network) return;
        const NetworkEntry& inner = networks_[*innermost];
        diagnostics_.error(networks_[network].file, record.place,
                           fmt::format("{} belongs to the nested network {}",
                                       record.address.to_text(), display_name(inner.key)),
                           fmt::format("move it to {}", inner.file));
    }

    void check_size(std::size_t network, const RecordModel& record) {
        if (record.names.size() < 2 || ptr_octets(record) <= max_rrset_octets) return;
        diagnostics_.error(networks_[network].file, record.place,
                           fmt::format("the {} names of {} do not fit into a DNS message",
                                       record.names.size(), record.address.to_text()),
                           "remove some of them");
    }

    std::span<const NetworkEntry> networks_;
    const Layout& layout_;
    Diagnostics& diagnostics_;
};

/// Fills the builders of all zones that can be served.
class Assembly {
public:
    Assembly(std::span<const NetworkEntry> networks, const Layout& layout)
        : networks_(networks), layout_(layout) {
        for (const auto& [apex, zone] : layout_.zones()) add_apex(zone);
        for (const auto& [apex, zone] : layout_.zones()) delegate(zone);
        for (std::size_t network = 0; network < networks_.size(); ++network) {
            if (networks_[network].model != nullptr) add_records(network);
            if (layout_.is_reached_by_cname(network)) add_cnames(network);
        }
    }

    /// The builder of the zone at `apex`; null if its network is broken.
    [[nodiscard]] ZoneBuilder* builder_at(const Name& apex) {
        const auto found = builders_.find(apex);
        return found == builders_.end() ? nullptr : &found->second;
    }

private:
    void add_apex(const PlannedZone& zone) {
        const NetworkModel* const model = networks_[zone.network].model;
        if (model == nullptr) return;
        ZoneBuilder builder(zone.apex, zone.base, model->soa, model->soa.ttl.value_or(model->ttl));
        builder.add(zone.apex, ns_rrset(*model));
        builders_.emplace(zone.apex, std::move(builder));
    }

    /// Rule 2: the zone above has the NS of this one.
    void delegate(const PlannedZone& zone) {
        const NetworkModel* const model = networks_[zone.network].model;
        const PlannedZone* const parent = layout_.parent_of(zone.apex);
        if (model == nullptr || parent == nullptr) return;
        if (ZoneBuilder* const builder = builder_at(parent->apex)) {
            builder->add(zone.apex, ns_rrset(*model));
        }
    }

    void add_records(std::size_t network) {
        const NetworkModel& model = *networks_[network].model;
        for (const RecordModel& record : model.records) {
            if (record.names.empty()) continue;
            const PlannedZone* const zone = layout_.zone_of(network, record.address);
            ensure(zone != nullptr, "a checked record lies in a zone of its network");
            builder_at(zone->apex)
                ->add_ptr(record.address, record.ttl.value_or(model.ttl), record.names);
        }
    }

    /// RFC 2317 5.2: the outer zone's names of the addresses lead to those of the inner zone.
    void add_cnames(std::size_t network) {
        const Prefix& prefix = *networks_[network].key.network;
        const auto outer = layout_.outer_of(network);
        if (!outer || networks_[*outer].model == nullptr) return;
        const Ttl ttl = networks_[*outer].model->ttl;
        for (Uint128 value = prefix.first().value(); value <= prefix.last().value(); ++value) {
            const Address address(prefix.family(), value);
            const PlannedZone* const from = layout_.zone_of(*outer, address);
            const PlannedZone* const to = layout_.zone_of(network, address);
            if (from == nullptr || to == nullptr) continue;
            const auto owner = address_name(from->apex, *from->base, address);
            const auto target = address_name(to->apex, *to->base, address);
            ensure(owner && target, "laid out names fit 255 octets");
            // A zone at or below this name has its NS here, or the name itself.
            if (layout_.closest_zone(*owner) != from) continue;
            builder_at(from->apex)->add(*owner, {RrType::cname, ttl, {name_rdata(*target)}});
        }
    }

    std::span<const NetworkEntry> networks_;
    const Layout& layout_;
    std::map<Name, ZoneBuilder, CanonicalLess> builders_;
};

std::shared_ptr<const Zone> finish(ZoneBuilder& builder, const PlannedZone& zone,
                                   const NetworkModel& model, SerialSource& serials,
                                   Diagnostics& diagnostics) {
    const auto decision = serials.serial_for(zone.apex, model.soa.serial, builder.content());
    if (decision.floor_is_old) {
        diagnostics.warning(
            model.file, model.soa.serial.place,
            fmt::format("the content of {} changed, but `serial` is still {}: serving {}",
                        zone.apex.to_text(), model.soa.serial.value.value, decision.serial.value),
            "raise it with each change, or leave `serial` out: the server keeps it");
    }
    return builder.build(decision.serial);
}

}  // namespace

void check_networks(std::span<const NetworkEntry> networks, const Layout& layout,
                    Diagnostics& diagnostics) {
    NetworkCheck check(networks, layout, diagnostics);
    for (std::size_t network = 0; network < networks.size(); ++network) {
        if (networks[network].model != nullptr && layout.is_sound(network)) check.check(network);
    }
}

std::vector<std::shared_ptr<const Zone>> build_zones(std::span<const NetworkEntry> networks,
                                                     const Layout& layout, SerialSource& serials,
                                                     Diagnostics& diagnostics) {
    Assembly assembly(networks, layout);
    std::vector<std::shared_ptr<const Zone>> zones;
    zones.reserve(layout.zones().size());
    for (const auto& [apex, zone] : layout.zones()) {
        ZoneBuilder* const builder = assembly.builder_at(apex);
        zones.push_back(builder == nullptr ? Zone::make_unavailable(apex)
                                           : finish(*builder, zone, *networks[zone.network].model,
                                                    serials, diagnostics));
    }
    return zones;
}

}  // namespace arpad
