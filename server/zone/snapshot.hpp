/// \file  All zones of one generation, and the search for the one that answers.
///
/// Built by load/loader, published by app/daemon, read by answer/responder.
/// Threads: immutable once made; any number of readers, no locks.
/// Owns:    its zones, shared with other generations that hold the same ones. What it hands out
///          lives as long as the Snapshot.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// See above.
class Snapshot {
public:
    /// Takes `zones`, no apex twice.
    explicit Snapshot(std::vector<std::shared_ptr<const Zone>> zones);

    Snapshot& operator=(const Snapshot&) = delete;

    /// Zone with the longest apex equal to or above `name`; null if we serve none.
    ///
    /// DS at an apex is the parent's to answer (RFC 4035 3.1.4.1): then the zone above it, if we
    /// serve one, else the child, which has no such data. No allocation.
    [[nodiscard]] const Zone* find_zone(const NameBuffer& name, RrType type) const noexcept;

    /// The zone that the reverse name of `address` lies in, if that is the name of the address in
    /// it too: it has a base, and its apex is that base's reverse name. Null if there is none, or
    /// if another zone lies nearer to the name. No allocation.
    [[nodiscard]] const Zone* find_address_zone(Address address) const noexcept;

    /// These zones, with each of `others` in place of the one that has its apex. Costs much less
    /// than a snapshot of all of them.
    [[nodiscard]] std::shared_ptr<const Snapshot> with_zones(
        std::span<const std::shared_ptr<const Zone>> others) const;

    [[nodiscard]] std::span<const std::shared_ptr<const Zone>> zones() const noexcept {
        return zones_;
    }

private:
    struct Hash {
        std::size_t operator()(NameView name) const noexcept { return hash_of(name); }
    };

    Snapshot(const Snapshot&) = default;  // for `with_zones`: the keys point into the zones

    [[nodiscard]] const Zone* find_apex(NameView apex) const noexcept;
    void exchange(const std::shared_ptr<const Zone>& zone);

    /// The zones whose apex is the reverse name of a prefix of one length and family.
    struct AddressZones {
        struct FirstHash {
            std::size_t operator()(Uint128 first) const noexcept;
        };

        Uint128 mask;  // the bits of an address that are in the prefix
        // By the first address. Null for a zone that does not answer for the prefix's addresses.
        boost::unordered_flat_map<Uint128, const Zone*, FirstHash> by_first;
    };

    void note_address_zone(const Zone& zone);

    std::array<std::vector<AddressZones>, 2> address_zones_;  // by family, longest prefixes first
    std::vector<std::shared_ptr<const Zone>> zones_;
    boost::unordered_flat_map<NameView, const Zone*, Hash> by_apex_;
    std::vector<unsigned> apex_labels_;  // label counts that apexes have, descending
};

}  // namespace arpad
