/// \file  All zones of one generation, and the search for the one that answers.
///
/// Built by load/loader, published by app/daemon, read by answer/responder.
/// Threads: immutable once made; any number of readers, no locks.
/// Owns:    its zones, shared with other generations that hold the same ones. What it hands out
///          lives as long as the Snapshot.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// See above.
class Snapshot {
public:
    /// Takes `zones`, no apex twice.
    explicit Snapshot(std::vector<std::shared_ptr<const Zone>> zones);

    Snapshot(const Snapshot&) = delete;  // the keys point into the zones
    Snapshot& operator=(const Snapshot&) = delete;

    /// Zone with the longest apex equal to or above `name`; null if we serve none.
    ///
    /// DS at an apex is the parent's to answer (RFC 4035 3.1.4.1): then the zone above it, if we
    /// serve one, else the child, which has no such data. No allocation.
    [[nodiscard]] const Zone* find_zone(const NameBuffer& name, RrType type) const noexcept;

    [[nodiscard]] std::span<const std::shared_ptr<const Zone>> zones() const noexcept {
        return zones_;
    }

private:
    struct Hash {
        std::size_t operator()(NameView name) const noexcept { return hash_of(name); }
    };

    [[nodiscard]] const Zone* find_apex(NameView apex) const noexcept;

    std::vector<std::shared_ptr<const Zone>> zones_;
    boost::unordered_flat_map<NameView, const Zone*, Hash> by_apex_;
    std::vector<unsigned> apex_labels_;  // label counts that apexes have, descending
};

}  // namespace arpad
