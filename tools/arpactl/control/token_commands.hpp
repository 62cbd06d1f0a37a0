/// \file  arpactl token: who may use the page and the API for names.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace arpad {

/// Adds the commands to `app`; the one that is chosen sets `command`, which returns the exit
/// status.
void add_token_commands(CLI::App& app, std::function<int()>& command);

}  // namespace arpad
