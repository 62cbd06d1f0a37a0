/// \file  `web` in the server configuration: the page and the API for names.
#pragma once

#include <filesystem>

#include "load/file_findings.hpp"
#include "load/server_config.hpp"
#include "load/yaml_document.hpp"

namespace arpad {

/// Reads `section`; paths are relative to `base`. What is wrong goes to `findings`.
[[nodiscard]] WebConfig read_web(YamlNode section, const std::filesystem::path& base,
                                 FileFindings& findings);

}  // namespace arpad
