#include "check.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/counted.hpp"
#include "base/diagnostics.hpp"
#include "base/standard_error.hpp"
#include "base/text_file.hpp"
#include "load/check.hpp"
#include "load/config_file.hpp"
#include "load/zone_directory.hpp"
#include "progress.hpp"
#include "state/kept_edits.hpp"
#include "state/stored_servers.hpp"

namespace arpad {
namespace {

struct Arguments {
    std::optional<std::string> config;
    std::vector<std::string> files;
};

/// The configuration to check with. Zone files may be checked without one, if none is named and
/// none is installed: then they must be complete in themselves.
std::optional<ServerConfig> choose_config(const Arguments& arguments, Diagnostics& diagnostics) {
    if (arguments.config) return read_config_file(*arguments.config, diagnostics);
    if (arguments.files.empty() || std::filesystem::exists(default_config_file)) {
        return read_config_file(default_config_file, diagnostics);
    }
    return ServerConfig{};
}

std::vector<SourceFile> read_named_files(const std::vector<std::string>& files,
                                         Diagnostics& diagnostics) {
    std::vector<SourceFile> sources;
    for (const std::string& file : files) {
        auto text = read_text_file(file);
        if (text) {
            sources.push_back({file, file, std::move(*text)});
        } else {
            diagnostics.error(file, {}, text.error().message(), "check its name and its mode");
        }
    }
    return sources;
}

Load load(const Arguments& arguments, const ServerConfig& config, Diagnostics diagnostics) {
    Progress progress("reading zone files");
    Sources sources;
    if (arguments.files.empty()) {
        sources = read_sources(config, diagnostics);
    } else {
        sources.zones = read_named_files(arguments.files, diagnostics);
    }
    // Whoever may not read the state still learns what is wrong with the files.
    Beside beside;
    auto edits = KeptEdits::read(config.state);
    auto servers = read_servers(config.state);
    const bool has_state = arguments.files.empty() && edits && servers;
    if (has_state) {
        beside.edits = &*edits;
        beside.servers = std::move(*servers);
    } else if (arguments.files.empty()) {
        diagnostics.warning((config.state / "state.db").string(), {},
                            "cannot be read: what was named beside the files is not looked at",
                            "run this as a user that may read the state of the server");
    }
    progress.enter(fmt::format("checking {}", counted(sources.zones.size(), "zone file")));
    return check_sources(sources, config.zone_defaults, std::move(diagnostics), beside);
}

int check(const Arguments& arguments) {
    Diagnostics diagnostics;
    const auto config = choose_config(arguments, diagnostics);
    if (!config) {
        print(diagnostics);
        return 1;
    }
    return print_findings(load(arguments, *config, std::move(diagnostics))) ? 0 : 1;
}

}  // namespace

void add_check_command(CLI::App& app, std::function<int()>& run) {
    CLI::App* const command = app.add_subcommand(
        "check",
        "Check zone files as the server would read them: exit status 0 if none has an error");
    const auto arguments = std::make_shared<Arguments>();
    command
        ->add_option("-c,--config", arguments->config,
                     "Server configuration, for its zones and defaults")
        ->type_name("FILE")
        ->default_str(default_config_file);
    command
        ->add_option("ZONEFILE", arguments->files,
                     "Check these files instead of the zones directory")
        ->type_name("FILE");
    command->callback([arguments, &run] { run = [arguments] { return check(*arguments); }; });
}

}  // namespace arpad
