/// \file  `cookies` of the server configuration, and the file of their secrets.
#pragma once

#include <filesystem>

#include "base/diagnostics.hpp"
#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "load/server_config.hpp"

namespace arpad {

/// Reads `cookies`, which may be `off`. The path in it is relative to `base`.
[[nodiscard]] CookieConfig read_cookies(YamlNode node, const std::filesystem::path& base,
                                        FileFindings& findings);

/// Reads the file of secrets that `config` names, if any: one in each line, in hexadecimal, with
/// empty lines and comments after `#` between them. Others than its owner and group must not have
/// access to it. False if anything is wrong.
[[nodiscard]] bool read_cookie_secrets(CookieConfig& config, Diagnostics& diagnostics);

}  // namespace arpad
