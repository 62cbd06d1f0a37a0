/// \file  `cookies` of the server configuration, and the file of their secrets.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "load/server_config.hpp"

namespace arpad {

/// Reads `cookies`, which may be `off`. The path in it is relative to `base`.
[[nodiscard]] CookieConfig read_cookies(YamlNode node, const std::filesystem::path& base,
                                        FileFindings& findings);

/// The secrets in `text`, the content of `file`: one in each line, in hexadecimal, with empty lines
/// and comments after `#` between them.
[[nodiscard]] std::vector<Secret> read_cookie_secrets(const std::string& file,
                                                      std::string_view text,
                                                      Diagnostics& diagnostics);

/// Reads the file of secrets that `config` names, if any, which others than its owner and group
/// must not have access to. False if anything is wrong.
[[nodiscard]] bool read_cookie_secrets(CookieConfig& config, Diagnostics& diagnostics);

}  // namespace arpad
