#include "app/options.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/version.hpp"

namespace arpad {
namespace {

constexpr const char* footer =
    "Exit status: 0 stopped in order, or --check found no error; 1 the system refused something\n"
    "(a port in use, a directory that cannot be written); 2 the configuration is wrong, or with\n"
    "--strict or --check a zone file.\n"
    "SIGTERM and SIGINT stop the server in order.";

std::string check_endpoint(const std::string& text) {
    if (Endpoint::from_text(text)) return {};
    return fmt::format("{} is no address and port, such as 192.0.2.53:53 or [2001:db8::53]:53",
                       text);
}

}  // namespace

std::variant<Options, ExitCode> read_options(int argc, const char* const* argv) {
    Options options;
    std::vector<std::string> listen;
    CLI::App app("Authoritative DNS server for reverse zones, from YAML keyed by IP address.",
                 "arpad");
    app.footer(footer);
    app.set_version_flag("--version", fmt::format("arpad {}", program_version));
    app.add_option("-c,--config", options.config, "Server configuration")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_option("--listen", listen, "Listen here instead of on what the configuration says")
        ->type_name("ADDRESS:PORT")
        ->check(check_endpoint);
    app.add_flag("--strict", options.strict, "Do not start if any zone file has an error");
    app.add_flag("--check", options.check_only, "Check configuration and zone files, and exit");
    app.add_option(predecessor_option, options.predecessor)->group("");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? ExitCode::success : ExitCode::configuration;
    }
    for (const std::string& text : listen) {
        options.listen.push_back(*Endpoint::from_text(text));
    }
    return options;
}

}  // namespace arpad
