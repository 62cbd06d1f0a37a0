/// \file  `delegations` of a network as records of its zones.
///
/// An aligned prefix is cut at its own name, another at each label boundary below it; an IPv4
/// prefix longer than /24 is a child zone by RFC 2317, with a CNAME for each of its addresses.
/// Threads: one at a time.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/diagnostics.hpp"
#include "zone/layout.hpp"
#include "zone/zone_builder.hpp"

namespace arpad {

/// Where the names of addresses are: below `apex`, which stands for the aligned `base`.
struct AddressTree {
    Name apex;
    Prefix base;
};

/// Adds to `builder` a CNAME from the name that each address of `prefix` has there to the name it
/// has in `target`, but not where `is_wanted(owner)` says no. Whether all names fit 255 octets.
template <class IsWanted>
[[nodiscard]] bool add_cnames(ZoneBuilder& builder, const Prefix& prefix, const AddressTree& target,
                              Ttl ttl, const RrsetOrigin& origin, const IsWanted& is_wanted) {
    const Uint128 last = prefix.last().value();
    for (Uint128 value = prefix.first().value(); value <= last; ++value) {
        const Address address(prefix.family(), value);
        const auto owner = address_name(builder.apex(), *builder.base(), address);
        const auto name = address_name(target.apex, target.base, address);
        if (!owner || !name) return false;
        if (!is_wanted(*owner)) continue;
        builder.add(*owner, {RrType::cname, ttl, {name_rdata(*name)}}, origin);
    }
    return true;
}

/// Adds the entries of one network to the builders of its zones.
class DelegationWriter {
public:
    using Builders = std::map<Name, ZoneBuilder, CanonicalLess>;

    /// For network number `network` of `layout`, which has `model`. Entries that have no place in
    /// the network's zones are reported and left out. Borrows everything.
    DelegationWriter(const NetworkModel& model, std::size_t network, const Layout& layout,
                     Builders& builders, Diagnostics& diagnostics);

    /// Adds one entry.
    void add(const DelegationModel& delegation);

private:
    [[nodiscard]] bool is_inside_inner(const DelegationModel& delegation);
    void add_cuts(const DelegationModel& delegation);
    void add_child(const DelegationModel& delegation);
    void add_cut(const DelegationModel& delegation, ZoneBuilder& builder, const Name& apex);
    void add_glue(const DelegationModel& delegation, const DelegatedNameserverModel& server);
    void add_glue_rrset(const DelegatedNameserverModel& server, ZoneBuilder& builder, Rrset rrset);
    [[nodiscard]] ZoneBuilder* builder_around(const DelegationModel& delegation,
                                              const Prefix& piece);
    [[nodiscard]] RrsetOrigin origin_of(const DelegationModel& delegation) const;
    [[nodiscard]] Ttl ttl_of(const DelegationModel& delegation) const;
    void report(Place place, std::string message, std::string advice);

    const NetworkModel& model_;
    std::size_t network_;
    const Layout& layout_;
    Builders& builders_;
    Diagnostics& diagnostics_;
};

}  // namespace arpad
