/// \file  The server configuration as a file, for the server and its tools.
#pragma once

#include <filesystem>
#include <optional>

#include "base/diagnostics.hpp"
#include "load/server_config.hpp"
#include "load/zone_directory.hpp"

namespace arpad {

/// Where the server configuration is looked for if none is named.
inline constexpr const char* default_config_file = "/etc/arpad/arpad.yaml";

/// Reads the server configuration at `path`. None if it cannot be read or used; everything that is
/// wrong is then in `diagnostics`.
[[nodiscard]] std::optional<ServerConfig> read_config_file(const std::filesystem::path& path,
                                                           Diagnostics& diagnostics);

/// Reads all files that `config` names: those of its zones directory, and the inventory.
[[nodiscard]] Sources read_sources(const ServerConfig& config, Diagnostics& diagnostics);

}  // namespace arpad
