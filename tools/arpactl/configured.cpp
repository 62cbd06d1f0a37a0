#include "configured.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/counted.hpp"
#include "base/standard_error.hpp"
#include "progress.hpp"
#include "state/stored_servers.hpp"

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
    auto edits = KeptEdits::read(made->config_.state);
    if (!edits) {
        print_error("arpactl: {}\n", edits.error());
        return nullptr;
    }
    made->edits_ = std::move(*edits);
    auto servers = read_servers(made->config_.state);
    if (!servers) {
        print_error("arpactl: {}\n", servers.error());
        return nullptr;
    }
    made->servers_ = std::move(*servers);
    made->settle();
    print(made->diagnostics_);
    return made;
}

const std::string* ConfiguredNetworks::text_of(const std::string& file) const {
    const auto found = std::ranges::find(sources_.zones, file, &SourceFile::file);
    return found == sources_.zones.end() || !found->text ? nullptr : &*found->text;
}

void ConfiguredNetworks::settle() {
    Progress progress("reading zone files");
    sources_ = read_sources(config_, diagnostics_);
    progress.enter(fmt::format("checking {}", counted(sources_.zones.size(), "zone file")));
    if (sources_.inventory) {
        inventory_ = read_inventory_or_copy(*sources_.inventory, copies_, servers_, diagnostics_);
    }
    settlement_.emplace(sources_.zones, inventory_ ? &*inventory_ : nullptr, config_.zone_defaults,
                        copies_, diagnostics_, Extent::all, &edits_);
    diagnostics_.sort();
    is_sound_ = diagnostics_.error_count() == 0;
}

}  // namespace arpad
