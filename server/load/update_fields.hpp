/// \file  `updates`: which keys may change names by UPDATE (RFC 2136), and which names.
#pragma once

#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "load/server_config.hpp"

namespace arpad {

/// Reads a mapping from keys to what their holders may do.
[[nodiscard]] std::vector<UpdaterConfig> read_updates(YamlNode section, FileFindings& findings);

}  // namespace arpad
