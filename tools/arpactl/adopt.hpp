/// \file  arpactl adopt: a zone file with the edits of its addresses written into it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace arpad {

/// Adds the command to `app`; if it is chosen, `command` returns the exit status.
void add_adopt_command(CLI::App& app, std::function<int()>& command);

}  // namespace arpad
