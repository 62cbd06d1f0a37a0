#include "configured.hpp"

#include <utility>

#include "base/standard_error.hpp"

namespace arpad {

void add_config_option(CLI::App& command, std::string& config) {
    config = default_config_file;
    command.add_option("-c,--config", config, "Server configuration")
        ->type_name("FILE")
        ->capture_default_str();
}

std::unique_ptr<ConfiguredNetworks> ConfiguredNetworks::read(const std::string& file) {
    Diagnostics diagnostics;
    auto config = read_config_file(file, diagnostics);
    if (!config) {
        print(diagnostics);
        return nullptr;
    }
    std::unique_ptr<ConfiguredNetworks> made(new ConfiguredNetworks(std::move(*config)));
    made->diagnostics_ = std::move(diagnostics);
    made->sources_ = read_sources(made->config_, made->diagnostics_);
    if (made->sources_.inventory) {
        made->inventory_ =
            read_inventory_or_copy(*made->sources_.inventory, made->copies_, made->diagnostics_);
    }
    made->settlement_.emplace(made->sources_.zones, made->inventory_ ? &*made->inventory_ : nullptr,
                              made->config_.zone_defaults, made->copies_, made->diagnostics_);
    made->diagnostics_.sort();
    print(made->diagnostics_);
    made->is_sound_ = made->diagnostics_.error_count() == 0;
    return made;
}

}  // namespace arpad
