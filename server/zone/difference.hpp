/// \file  What two versions of a zone differ in.
///
/// Beside the query path: it goes over both, and takes 16 octets of memory for each RRset.
#pragma once

#include <functional>
#include <optional>

#include "dns/name.hpp"
#include "zone/rrset.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// An RRset that is not what it was.
struct RrsetChange {
    NameView owner;
    std::optional<RrsetView> before;  ///< None if there was none.
    std::optional<RrsetView> after;   ///< None if there is none any more.
};

/// Calls `visit` for each stored RRset in which the zones differ, their SOA records and what ranges
/// make aside; null stands for no zone. What it is given lives until it returns. In no order.
void for_each_difference(const Zone* before, const Zone* after,
                         const std::function<void(const RrsetChange&)>& visit);

/// Whether the zones, which are available, have other ranges.
[[nodiscard]] bool differ_in_ranges(const Zone& before, const Zone& after);

}  // namespace arpad
