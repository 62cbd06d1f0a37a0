/// \file  arpactl: the operator's tool beside arpad. One file per command.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <functional>

#include "adopt.hpp"
#include "base/version.hpp"
#include "check.hpp"
#include "completion.hpp"
#include "control/edit_commands.hpp"
#include "control/server_commands.hpp"
#include "control/token_commands.hpp"
#include "explain.hpp"
#include "export.hpp"
#include "import/import.hpp"
#include "key.hpp"

namespace {

constexpr int wrong_usage = 2;

int run(int argc, const char* const* argv) {
    CLI::App app("The operator's tool beside arpad.", "arpactl");
    app.set_version_flag("--version", "arpactl " + std::string(arpad::program_version));
    app.require_subcommand(1);
    std::function<int()> command;
    arpad::add_check_command(app, command);
    arpad::add_explain_command(app, command);
    arpad::add_export_command(app, command);
    arpad::add_import_command(app, command);
    arpad::add_key_command(app, command);
    arpad::add_server_commands(app, command);
    arpad::add_edit_commands(app, command);
    arpad::add_adopt_command(app, command);
    arpad::add_token_commands(app, command);
    arpad::add_completion_command(app, command);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : wrong_usage;
    }
    return command();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "arpactl: %s\n", failure.what());
        return 1;
    }
}
