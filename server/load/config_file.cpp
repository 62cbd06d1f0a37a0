#include "load/config_file.hpp"

#include "base/text_file.hpp"

namespace arpad {

std::optional<ServerConfig> read_config_file(const std::filesystem::path& path,
                                             Diagnostics& diagnostics) {
    const auto text = read_text_file(path);
    if (text) return read_server_config(path.string(), *text, diagnostics);
    diagnostics.error(path.string(), {}, text.error().message(),
                      "name the server configuration with -c FILE");
    return std::nullopt;
}

Sources read_sources(const ServerConfig& config, Diagnostics& diagnostics) {
    Sources sources{read_zone_directory(config.zones, diagnostics), std::nullopt};
    if (config.inventory) sources.inventory = read_inventory_source(*config.inventory, diagnostics);
    return sources;
}

}  // namespace arpad
