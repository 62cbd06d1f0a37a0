/// \file  `arpactl import --as leases`: what was updated dynamically, to a server that runs.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "control/control_client.hpp"
#include "import/zone_records.hpp"

namespace arpad {

/// What became of the records of a zone.
struct LeaseImport {
    std::size_t stored = 0;   ///< RRsets.
    std::size_t skipped = 0;  ///< RRsets that the server refused, each of which is a warning.
};

/// Has the server of `options` keep all of `records`, those of a zone called `source`, as leases,
/// but for its SOA and NS. Throws ControlFailure if there is no server.
[[nodiscard]] LeaseImport import_leases(const ControlOptions& options, const ZoneRecords& records,
                                        const std::string& source, Diagnostics& diagnostics);

}  // namespace arpad
