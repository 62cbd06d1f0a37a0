/// \file  Other nameservers, as they are written in zone files and the server configuration.
#pragma once

#include <optional>
#include <vector>

#include "dns/name.hpp"
#include "load/file_findings.hpp"
#include "load/yaml_document.hpp"
#include "zone/remote.hpp"

namespace arpad {

/// Reads `primaries`: a list of `192.0.2.54`, `192.0.2.54:5353` or `{address: 192.0.2.54, port:
/// 5353, key: NAME, arpad: true, tls: NAME}`, at least one, no two equal.
[[nodiscard]] std::vector<Remote> read_primaries(YamlNode list, FileFindings& findings);

/// Reads `notify`: a list of the same, and of the word `nameservers`.
[[nodiscard]] NotifyList read_notify(YamlNode list, FileFindings& findings);

/// Reads the name of a key.
[[nodiscard]] std::optional<Name> read_key_name(YamlNode node, FileFindings& findings);

}  // namespace arpad
