/// \file  A zone file read in both ways that there are, compared.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "load/zone_file.hpp"

namespace arpad {

/// All that was read of a zone file, and all that was found in it, places included.
[[nodiscard]] std::string to_text(const ZoneFile& file, const Diagnostics& diagnostics);

/// What differs if `text` is read with plain lines taken out first, and by yaml-cpp alone; none if
/// nothing does.
[[nodiscard]] std::optional<std::string> difference_of_readings(std::string_view text);

}  // namespace arpad
