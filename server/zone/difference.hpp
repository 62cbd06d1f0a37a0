/// \file  What two versions of a zone differ in.
///
/// Beside the query path. What both versions share, as an edit leaves nearly everything, costs
/// nothing; of the rest it goes over both once.
#pragma once

#include <functional>
#include <optional>

#include "dns/name.hpp"
#include "zone/rrset.hpp"
#include "zone/zone.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {

/// A name with what it had and has; nodes without RRsets stand for nothing.
struct NameChange {
    NameView owner;
    NodeView before;
    NodeView after;
};

/// An RRset that is not what it was.
struct RrsetChange {
    NameView owner;
    std::optional<RrsetView> before;  ///< None if there was none.
    std::optional<RrsetView> after;   ///< None if there is none any more.
};

/// Calls `visit` for each name that has other octets in one zone than in the other, which may be
/// the same records in another order. Null and unavailable zones have no names. With
/// `RangeWalk::expand` addresses have what ranges make for them, too; ranges themselves are not
/// compared. With `RangeWalk::wildcard` there are their wildcards, too. What it is given lives
/// until it returns. In no order.
void for_each_changed_name(const Zone* before, const Zone* after, RangeWalk ranges,
                           const std::function<void(const NameChange&)>& visit);

/// Calls `visit` for each stored RRset in which the zones differ, their SOA records and what ranges
/// make aside; null stands for no zone. What it is given lives until it returns. In no order.
void for_each_difference(const Zone* before, const Zone* after,
                         const std::function<void(const RrsetChange&)>& visit);

/// Whether the zones, which are available, have other ranges.
[[nodiscard]] bool differ_in_ranges(const Zone& before, const Zone& after);

}  // namespace arpad
