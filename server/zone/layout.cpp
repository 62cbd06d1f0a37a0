#include "zone/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reverse/arpa_name.hpp"
#include "reverse/classless.hpp"

namespace arpad {
namespace {

constexpr unsigned last_octet_cut = 24;

/// "192.0.2.0/24 (zones/a.yaml:1)": a network as another file's message calls it.
std::string reference_to(const NetworkEntry& entry) {
    return fmt::format("{} ({}:{})", display_name(entry.key), entry.file, entry.key.place.line);
}

/// Whether a network is served as an RFC 2317 child zone: /25 to /31, and a /32 that asks for it.
bool is_classless_child(const NetworkKey& key) {
    return is_classless(*key.network) || (key.style && !key.zone);
}

/// The prefix that the apex of a zone with a name of its own stands for: what the name itself says,
/// if it reads as a prefix around the network, else the next label boundary; /24 for an IPv4
/// network longer than that, so that its last octets stand below the apex.
Prefix base_of_named_zone(const Name& apex, const Prefix& network) {
    const auto named = prefix_of_arpa_name(apex);
    if (named && named->contains(network)) return *named;
    if (network.family() == Family::ipv4 && network.length() > last_octet_cut) {
        return {network.first(), last_octet_cut};
    }
    return network.aligned_outward();
}

}  // namespace

Layout::Layout(std::span<const NetworkEntry> networks, Diagnostics& diagnostics)
    : networks_(networks),
      is_sound_(networks.size(), true),
      outer_(networks.size()),
      planned_(networks.size()) {
    order_networks(diagnostics);
    // Outer networks first, since the inner ones' zones are named after theirs and may take them.
    for (const std::size_t network : by_prefix_) plan(network, diagnostics);
    for (std::size_t network = 0; network < networks_.size(); ++network) {
        if (!networks_[network].key.network) plan(network, diagnostics);
    }
}

void Layout::order_networks(Diagnostics& diagnostics) {
    std::vector<std::size_t> all;
    for (std::size_t network = 0; network < networks_.size(); ++network) {
        if (networks_[network].key.network) all.push_back(network);
    }
    const auto prefix_of = [this](std::size_t network) { return *networks_[network].key.network; };
    std::ranges::stable_sort(all, {}, prefix_of);

    std::vector<std::size_t> around;  // the networks that contain the current one
    for (const std::size_t network : all) {
        while (!around.empty() && !prefix_of(around.back()).contains(prefix_of(network))) {
            around.pop_back();
        }
        if (!around.empty() && prefix_of(around.back()) == prefix_of(network)) {
            const NetworkEntry& first = networks_[around.back()];
            report(
                network,
                fmt::format("{} is already the network of {}:{}",
                            display_name(networks_[network].key), first.file, first.key.place.line),
                "put the entries of both files into one, and remove the other", diagnostics);
            continue;
        }
        if (!around.empty()) outer_[network] = around.back();
        around.push_back(network);
        by_prefix_.push_back(network);
    }
}

void Layout::plan(std::size_t network, Diagnostics& diagnostics) {
    planned_[network] = zones_for(network, diagnostics);
    if (!is_sound_[network]) return;
    for (const PlannedZone& zone : planned_[network]) claim(zone, diagnostics);
}

std::vector<PlannedZone> Layout::zones_for(std::size_t network, Diagnostics& diagnostics) {
    const NetworkEntry& entry = networks_[network];
    if (entry.key.zone) return {named_zone(network, diagnostics)};
    const Prefix& prefix = *entry.key.network;
    std::vector<PlannedZone> zones;
    Result<Name, NameError> apex = Name();
    if (is_classless_child(entry.key)) {
        const Prefix base(prefix.first(), last_octet_cut);
        apex = name_in_outer(network, base, prefix);
        if (apex) {
            apex = apex->below(
                classless_label(prefix, entry.key.style.value_or(ClasslessStyle::slash)));
        }
        if (apex) zones.push_back({apex->lower_case(), network, base, prefix});
    } else {
        for (const Prefix& piece : split_at_labels(prefix)) {
            apex = name_in_outer(network, piece, piece);
            if (!apex) break;
            zones.push_back({apex->lower_case(), network, piece, piece});
        }
    }
    const bool fits =
        apex && std::ranges::all_of(zones, [](const PlannedZone& zone) {
            return address_name(zone.apex, *zone.base, zone.covered->last()).has_value();
        });
    if (fits) return zones;
    report(network, fmt::format("the names of {} are longer than 255 octets", prefix.to_text()),
           "give a shorter `zone` name to it or to the network around it", diagnostics);
    return {};
}

PlannedZone Layout::named_zone(std::size_t network, Diagnostics& diagnostics) {
    const NetworkKey& key = networks_[network].key;
    PlannedZone zone{key.zone->lower_case(), network, std::nullopt, std::nullopt};
    if (!key.network) return zone;
    const Prefix& prefix = *key.network;
    zone.base = base_of_named_zone(zone.apex, prefix);
    zone.covered = prefix;
    const auto named = prefix_of_arpa_name(zone.apex);
    if (named && !named->contains(prefix)) {
        report(network,
               fmt::format("zone {} stands for {}, which does not contain {}", zone.apex.to_text(),
                           named->to_text(), prefix.to_text()),
               "leave out `zone`, or name the zone of this network", diagnostics);
    } else if (!address_name(zone.apex, *zone.base, prefix.last())) {
        report(network,
               fmt::format("the names of {} below {} are longer than 255 octets", prefix.to_text(),
                           zone.apex.to_text()),
               "shorten the `zone` name", diagnostics);
    }
    return zone;
}

void Layout::report(std::size_t network, std::string message, std::string advice,
                    Diagnostics& diagnostics) {
    const NetworkEntry& entry = networks_[network];
    diagnostics.error(entry.file, entry.key.place, std::move(message), std::move(advice));
    is_sound_[network] = false;
}

/// The name of `aligned` in the zone of the network around `network`, or in the reverse tree if
/// there is none; `piece` is what the new zone covers.
Result<Name, NameError> Layout::name_in_outer(std::size_t network, const Prefix& aligned,
                                              const Prefix& piece) const {
    if (!outer_[network]) return arpa_name(aligned);
    for (const PlannedZone& zone : planned_[*outer_[network]]) {
        if (zone.covered->contains(piece) && zone.base->contains(aligned)) {
            return prefix_name(zone.apex, *zone.base, aligned);
        }
    }
    return arpa_name(aligned);
}

void Layout::claim(PlannedZone zone, Diagnostics& diagnostics) {
    const auto found = zones_.find(zone.apex);
    if (found == zones_.end()) {
        Name apex = zone.apex;
        zones_.emplace(std::move(apex), std::move(zone));
        return;
    }
    PlannedZone& holder = found->second;
    const std::string name = zone.apex.to_text();
    const std::string other = reference_to(networks_[holder.network]);
    if (!is_inside(zone.network, holder.network)) {
        report(zone.network, fmt::format("zone {} is already the zone of {}", name, other),
               "give one of the two another `zone` name, or remove it", diagnostics);
    } else if (zone.covered != holder.covered) {
        report(zone.network,
               fmt::format("zone {} is the zone of {}, and this network is only a part of it", name,
                           other),
               "leave out `zone`, or choose a name below that zone", diagnostics);
    } else {
        holder = std::move(zone);  // rule 1: the inner network takes the zone
    }
}

bool Layout::is_inside(std::size_t inner, std::size_t outer) const {
    for (auto around = outer_[inner]; around; around = outer_[*around]) {
        if (*around == outer) return true;
    }
    return false;
}

const PlannedZone* Layout::closest_zone(NameView name) const {
    for (;; name = name.parent()) {
        const auto found = zones_.find(name);
        if (found != zones_.end()) return &found->second;
        if (name.is_root()) return nullptr;
    }
}

const PlannedZone* Layout::parent_of(NameView apex) const {
    return apex.is_root() ? nullptr : closest_zone(apex.parent());
}

std::optional<std::size_t> Layout::network_of(Address address) const {
    const auto prefix_of = [this](std::size_t network) { return *networks_[network].key.network; };
    // The last network that starts at or before the address contains it, or one around it does.
    const Prefix longest(address, address.bits());
    const auto after = std::ranges::upper_bound(by_prefix_, longest, {}, prefix_of);
    if (after == by_prefix_.begin()) return std::nullopt;
    std::optional<std::size_t> network = *(after - 1);
    while (network && !prefix_of(*network).contains(address)) network = outer_[*network];
    return network;
}

/// `planned` as it is served; null if another network took it.
const PlannedZone* Layout::held(const PlannedZone& planned) const {
    const auto found = zones_.find(planned.apex);
    const bool is_held = found != zones_.end() && found->second.network == planned.network;
    return is_held ? &found->second : nullptr;
}

const PlannedZone* Layout::zone_of(std::size_t network, Address address) const {
    for (const PlannedZone& planned : planned_[network]) {
        if (planned.covered && planned.covered->contains(address)) return held(planned);
    }
    return nullptr;
}

const PlannedZone* Layout::zone_above(std::size_t network, NameView name) const {
    // The zones of one network lie beside each other: at most one apex is above any name.
    for (const PlannedZone& planned : planned_[network]) {
        if (name.is_at_or_below(planned.apex)) return held(planned);
    }
    return nullptr;
}

bool Layout::is_reached_by_cname(std::size_t network) const {
    if (planned_[network].size() != 1) return false;
    const PlannedZone& zone = planned_[network].front();
    return zone.covered && zone.covered->family() == Family::ipv4 &&
           zone.covered->length() > last_octet_cut && zone.base != zone.covered;
}

}  // namespace arpad
