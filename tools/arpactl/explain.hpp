/// \file  `arpactl explain`: why an address or name is answered as it is.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace arpad {

/// Adds the command to `app`. If it is chosen, `run` becomes what carries it out and returns the
/// exit code.
void add_explain_command(CLI::App& app, std::function<int()>& run);

}  // namespace arpad
