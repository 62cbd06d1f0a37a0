/// \file  Other nameservers, as they are written in zone files and the server configuration.
#pragma once

#include <optional>
#include <string_view>

#include "dns/name.hpp"
#include "load/file_findings.hpp"
#include "load/yaml_document.hpp"
#include "zone/remote.hpp"

namespace arpad {

/// Reads `192.0.2.54`, `192.0.2.54:5353` or `{address: 192.0.2.54, port: 5353, key: NAME}`. `what`
/// is how messages call it.
[[nodiscard]] std::optional<Remote> read_remote(YamlNode node, std::string_view what,
                                                FileFindings& findings);

/// Reads `notify`: a list of these, and of the word `nameservers`.
[[nodiscard]] NotifyList read_notify(YamlNode list, FileFindings& findings);

/// Reads the name of a key.
[[nodiscard]] std::optional<Name> read_key_name(YamlNode node, FileFindings& findings);

}  // namespace arpad
