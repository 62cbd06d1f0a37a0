/// \file  arpactl status, reload, plan, stats, query and log: commands that ask a running server.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace arpad {

/// Adds the commands to `app`; the one that is chosen sets `command`, which returns the exit
/// status.
void add_server_commands(CLI::App& app, std::function<int()>& command);

}  // namespace arpad
