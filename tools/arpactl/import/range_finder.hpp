/// \file  Finds the addresses whose names follow one template.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "import/zone_plan.hpp"

namespace arpad {

/// Addresses of a range at least, and so many names must follow its template.
inline constexpr std::size_t least_range_names = 16;

/// What was found.
struct FoundRanges {
    std::vector<PlannedRange> ranges;  ///< Disjoint, by address.
    std::vector<bool> is_ranged;       ///< For each of the names, whether a range makes it.
    std::vector<Address> holes;        ///< Addresses in ranges that have no name, ascending.
    std::uint64_t ranged_names = 0;
};

/// Looks at `names`, sorted by address, whose targets are in `records`. No range covers an address
/// of `barred`, which is sorted and disjoint, or goes beyond what the names show: each name that a
/// range makes was compared with the one in the zone, octet by octet. Addresses in `named` have a
/// PTR elsewhere (in `extra`) and are no holes; sorted.
[[nodiscard]] FoundRanges find_ranges(const std::vector<AddressName>& names,
                                      const ZoneRecords& records,
                                      const std::vector<AddressRange>& barred,
                                      const std::vector<Address>& named);

}  // namespace arpad
