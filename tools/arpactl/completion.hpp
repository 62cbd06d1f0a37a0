/// \file  `arpactl completion`: scripts that complete its command line in bash and zsh.
///
/// They are made of the very options that arpactl parses, so they know what it knows.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace arpad {

/// Adds the command to `app`, whose commands and options it will print. If it is chosen, `run`
/// becomes what carries it out and returns the exit code.
void add_completion_command(CLI::App& app, std::function<int()>& run);

}  // namespace arpad
