/// \file  `rate_limit` and `tcp` of the server configuration: what clients may have, at most.
#pragma once

#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "load/server_config.hpp"

namespace arpad {

/// Reads `rate_limit`, which may be `off`.
[[nodiscard]] RateLimitConfig read_rate_limit(YamlNode node, FileFindings& findings);

/// Reads `tcp`.
[[nodiscard]] TcpConfig read_tcp(YamlNode node, FileFindings& findings);

}  // namespace arpad
