/// \file  arpad: reads the command line and the configuration, and hands over to the daemon.

#include <csignal>
#include <cstdio>
#include <exception>
#include <utility>

#include "app/daemon.hpp"
#include "app/options.hpp"
#include "app/sandbox.hpp"
#include "app/takeover.hpp"
#include "base/log.hpp"
#include "base/standard_error.hpp"
#include "load/check.hpp"

namespace arpad {
namespace {

/// Loads everything as a start with --strict would, and says what is wrong with it.
ExitCode check(const ServerConfig& config) {
    Diagnostics diagnostics;
    const auto sources = read_sources(config, diagnostics);
    const Load load = check_sources(sources, config.zone_defaults, std::move(diagnostics));
    return print_findings(load) ? ExitCode::success : ExitCode::configuration;
}

ExitCode run(int argc, const char* const* argv) {
    const auto options = read_options(argc, argv);
    if (const auto* const code = std::get_if<ExitCode>(&options)) return *code;
    const Options& chosen = std::get<Options>(options);

    Diagnostics diagnostics;
    auto config = read_config_file(chosen.config, diagnostics);
    diagnostics.sort();
    print(diagnostics);
    if (!config) return ExitCode::configuration;
    if (chosen.check_only) return check(*config);
    const LogFormat standard = leads_to_journal() ? LogFormat::journal : LogFormat::text;
    open_log(config->log.format.value_or(standard), config->log.level);
    const ExitCode code = Daemon(std::move(*config), chosen, own_invocation(argc, argv)).run();
    // With the daemon the secrets are gone, and a sanitizer that looks for leaks has to look.
    allow_core_dumps();
    return code;
}

}  // namespace
}  // namespace arpad

int main(int argc, char** argv) {
    (void)std::signal(SIGPIPE, SIG_IGN);  // whoever reads what we say may go away
    try {
        return static_cast<int>(arpad::run(argc, argv));
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "arpad: %s\n", failure.what());
        return static_cast<int>(arpad::ExitCode::environment);
    }
}
