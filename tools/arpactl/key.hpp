/// \file  `arpactl key`: keys that nameservers sign their messages with (TSIG, RFC 8945).
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace arpad {

/// Adds the command to `app`. If it is chosen, `run` becomes what carries it out and returns the
/// exit code.
void add_key_command(CLI::App& app, std::function<int()>& run);

}  // namespace arpad
