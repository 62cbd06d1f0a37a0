/// \file  arpactl edits: names of addresses beside the zone files.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace arpad {

/// Adds the commands to `app`; the one that is chosen sets `command`, which returns the exit
/// status.
void add_edit_commands(CLI::App& app, std::function<int()>& command);

}  // namespace arpad
