/// \file  Which zones follow from which networks.
///
/// A network is served as the aligned prefixes that make it up, each a zone of its own; an IPv4
/// network longer than /24 as an RFC 2317 child; a network with a `zone` name as that one zone.
/// Where networks are nested, the inner one's zones are named below the outer's, and the four rules
/// of docs/zone-files.md hold. Only NetworkKeys are needed, so a network whose file is broken still
/// has its place.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "dns/name.hpp"
#include "reverse/prefix.hpp"
#include "zone/model.hpp"

namespace arpad {

/// A network as the layout and the builder see it. Networks are told apart by their position.
struct NetworkEntry {
    std::string file;  ///< As named in diagnostics.
    NetworkKey key;
    const NetworkModel* model = nullptr;  ///< Null if the file is broken.
};

/// One zone that is to be served.
struct PlannedZone {
    Name apex;                      ///< In lower case.
    std::size_t network = 0;        ///< Position of the network it belongs to.
    std::optional<Prefix> base;     ///< Aligned prefix that the apex stands for.
    std::optional<Prefix> covered;  ///< Addresses of the network that the zone holds; in `base`.
};

/// All networks with their zones.
class Layout {
public:
    /// Lays out `networks`, which must outlive the layout, and reports those that contradict each
    /// other: the same network twice, a zone that two networks claim, names that would get too
    /// long. Such networks are not sound; a layout with one of them is good for further checks
    /// only.
    Layout(std::span<const NetworkEntry> networks, Diagnostics& diagnostics);

    /// Zones by apex.
    using Zones = std::map<Name, PlannedZone, CanonicalLess>;
    [[nodiscard]] const Zones& zones() const noexcept { return zones_; }

    /// Network number `network` as it was given.
    [[nodiscard]] const NetworkEntry& entry_of(std::size_t network) const {
        return networks_[network];
    }

    /// Whether nothing was reported of network number `network`.
    [[nodiscard]] bool is_sound(std::size_t network) const { return is_sound_[network]; }

    /// The zone with the longest apex equal to or above `name`; null if there is none.
    [[nodiscard]] const PlannedZone* closest_zone(NameView name) const;

    /// The zone that is closest above `apex`, itself not counted; null if there is none.
    [[nodiscard]] const PlannedZone* parent_of(NameView apex) const;

    /// The smallest network that contains `address`.
    [[nodiscard]] std::optional<std::size_t> network_of(Address address) const;

    /// The smallest network that contains network number `network` and is not it.
    [[nodiscard]] std::optional<std::size_t> outer_of(std::size_t network) const {
        return outer_[network];
    }

    /// The zone of network number `network` that holds `address`; null if another network took it.
    /// A network that takes a zone contains all its addresses.
    [[nodiscard]] const PlannedZone* zone_of(std::size_t network, Address address) const;

    /// The zones that network number `network` was laid out as, those included that an inner
    /// network took.
    [[nodiscard]] std::span<const PlannedZone> zones_of(std::size_t network) const {
        return planned_[network];
    }

    /// The zone of network number `network` with the longest apex equal to or above `name`,
    /// whatever zones other networks have there; null if there is none, or another network took it.
    [[nodiscard]] const PlannedZone* zone_above(std::size_t network, NameView name) const;

    /// Whether the names that the outer networks have for the addresses of network number `network`
    /// lead to its own names by CNAME: it is an IPv4 network longer than /24 whose zone is not at
    /// such a name itself.
    [[nodiscard]] bool is_reached_by_cname(std::size_t network) const;

private:
    void order_networks(Diagnostics& diagnostics);
    void plan(std::size_t network, Diagnostics& diagnostics);
    [[nodiscard]] std::vector<PlannedZone> zones_for(std::size_t network, Diagnostics& diagnostics);
    [[nodiscard]] PlannedZone named_zone(std::size_t network, Diagnostics& diagnostics);
    [[nodiscard]] Result<Name, NameError> name_in_outer(std::size_t network, const Prefix& aligned,
                                                        const Prefix& piece) const;
    void claim(PlannedZone zone, Diagnostics& diagnostics);
    [[nodiscard]] const PlannedZone* held(const PlannedZone& planned) const;
    void report(std::size_t network, std::string message, std::string advice,
                Diagnostics& diagnostics);
    [[nodiscard]] bool is_inside(std::size_t inner, std::size_t outer) const;

    std::span<const NetworkEntry> networks_;
    std::vector<bool> is_sound_;                     // by network
    std::vector<std::size_t> by_prefix_;             // outer directly before inner
    std::vector<std::optional<std::size_t>> outer_;  // by network
    std::vector<std::vector<PlannedZone>> planned_;  // by network, before inner ones take any
    Zones zones_;
};

}  // namespace arpad
