/// \file  One zone as it is served.
///
/// Made by zone/zone_builder, held by zone/snapshot, searched by answer/lookup. Addresses stand in
/// the address index, all other names in the name index beside it; the apex node is kept apart.
/// Threads: immutable; any number of readers, no locks.
#pragma once

#include <bitset>
#include <cstddef>
#include <memory>
#include <optional>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/arpa_name.hpp"
#include "reverse/prefix.hpp"
#include "zone/address_index.hpp"
#include "zone/name_index.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// Distances below an apex, in labels.
using DepthSet = std::bitset<max_labels + 1>;

/// What a Zone is made of.
struct ZoneParts {
    Name apex;                   ///< In lower case.
    std::optional<Prefix> base;  ///< Aligned prefix that the apex stands for; none: no addresses.
    NodeStore nodes;
    NodeId apex_node{};      ///< Holds the SOA.
    AddressIndex addresses;  ///< Without the apex, should that be an address itself.
    NameIndex names;         ///< In lower case; without the apex and without addresses.
    DepthSet cuts;           ///< Where a name below the apex has NS.
};

/// See above.
class Zone {
public:
    /// A zone in service.
    explicit Zone(ZoneParts parts);

    /// A zone that we should serve and cannot: every question in it gets SERVFAIL.
    [[nodiscard]] static std::shared_ptr<const Zone> make_unavailable(const Name& apex);

    [[nodiscard]] bool is_available() const noexcept { return available_; }
    [[nodiscard]] NameView apex() const noexcept { return parts_.apex; }
    [[nodiscard]] unsigned apex_labels() const noexcept { return apex_labels_; }

    /// The SOA RRset. The zone must be available, as for all below.
    [[nodiscard]] RrsetView soa() const noexcept { return RrsetView(soa_); }
    [[nodiscard]] Serial serial() const noexcept;

    /// TTL of the SOA in a negative answer: the smaller of its own and MINIMUM (RFC 2308 5).
    [[nodiscard]] Ttl negative_ttl() const noexcept { return negative_ttl_; }

    /// How far the labels of `name`, which is at or below the apex, read as an address.
    [[nodiscard]] LabelPath read_path(const NameBuffer& name) const noexcept;

    /// The node of the rightmost `labels` labels of `name`, an empty one for an empty non-terminal;
    /// none if that name does not exist. `labels` is at least `apex_labels()`, `path` is
    /// `read_path(name)`. Wildcards are not applied. No allocation.
    [[nodiscard]] std::optional<NodeView> find_node(const NameBuffer& name, unsigned labels,
                                                    const LabelPath& path) const noexcept;

    /// Depths below the apex where delegations are.
    [[nodiscard]] const DepthSet& cuts() const noexcept { return parts_.cuts; }

    /// Addresses with a node of their own.
    [[nodiscard]] std::size_t address_count() const noexcept { return parts_.addresses.size(); }

private:
    struct Unavailable {};
    Zone(Unavailable, const Name& apex);

    [[nodiscard]] std::optional<NodeView> find_by_path(unsigned depth,
                                                       const LabelPath& path) const noexcept;

    ZoneParts parts_;
    unsigned apex_labels_;
    const std::uint8_t* soa_ = nullptr;
    Ttl negative_ttl_;
    bool available_ = true;
};

}  // namespace arpad
