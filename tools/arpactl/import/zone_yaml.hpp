/// \file  Writes a ZonePlan as a zone file.
#pragma once

#include <string>

#include "import/zone_plan.hpp"

namespace arpad {

/// The zone file, keys in the order of the manual, entries by address.
[[nodiscard]] std::string zone_yaml(const ZonePlan& plan);

/// `192.0.2.0_24.yaml`, `2001-db8--_32.yaml`, or the name of a zone that is no prefix.
[[nodiscard]] std::string zone_file_name(const ZoneForm& form);

}  // namespace arpad
