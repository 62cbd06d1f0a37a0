/// \file  From the records of a zone to the zone file that an operator would have written.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostics.hpp"
#include "import/zone_plan.hpp"

namespace arpad {

/// Decides for each record of the zone where it goes. Nothing is lost: what no other key expresses
/// goes to `extra`, and what not even that can hold is reported. None if the zone cannot be
/// imported, which is then in `diagnostics`. `source` is what messages and the zone file call the
/// place the records come from.
[[nodiscard]] std::optional<ZonePlan> plan_zone(ZoneRecords records, const std::string& source,
                                                BadRecords bad_records, Diagnostics& diagnostics);

}  // namespace arpad
