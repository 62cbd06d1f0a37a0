/// \file  Finds the delegations of a zone, those of RFC 2317 among them.
#pragma once

#include <vector>

#include "import/zone_plan.hpp"

namespace arpad {

/// What was found.
struct FoundDelegations {
    std::vector<PlannedDelegation> delegations;  ///< By prefix; none overlap.
    std::vector<bool> is_lifted;  ///< For each record, whether a delegation makes it.
};

/// Looks at `sorted` (by owner and type, RRsets of one TTL each). A delegation is found only where
/// it makes exactly records that are there: all NS of a name, all CNAMEs of a block. What is only
/// part of one is left as it is.
[[nodiscard]] FoundDelegations find_delegations(const ZoneForm& form,
                                                const std::vector<ZoneRecord>& sorted);

}  // namespace arpad
