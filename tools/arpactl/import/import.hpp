/// \file  `arpactl import`: from master files, or a running server, to zone files.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace arpad {

/// Adds the command to `app`. If it is chosen, `run` becomes what carries it out and returns the
/// exit code.
void add_import_command(CLI::App& app, std::function<int()>& run);

}  // namespace arpad
