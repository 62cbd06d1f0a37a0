/// \file  The command line of arpad.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "load/config_file.hpp"
#include "load/server_config.hpp"

namespace arpad {

/// What arpad ends with; also for scripts and service managers.
enum class ExitCode : int {
    success = 0,        ///< Stopped in order, or --check found no error.
    environment = 1,    ///< The system refused something: a port, a directory.
    configuration = 2,  ///< The configuration is wrong, or with --strict a zone file.
};

/// The command line, read.
struct Options {
    std::filesystem::path config = default_config_file;
    std::vector<Endpoint> listen;    ///< In place of `listen`; empty if not given.
    bool strict = false;             ///< Any error in a zone file ends the start.
    bool check_only = false;         ///< Do not serve.
    std::optional<int> predecessor;  ///< A socket to the arpad whose place this one takes.
};

/// What a running arpad gives the one that it starts in its place, with a descriptor; not for
/// operators.
inline constexpr const char* predecessor_option = "--predecessor";

/// Reads the command line. If there is nothing left to do (--help, --version, a wrong option) the
/// exit code to end with; what it has to say has been printed.
[[nodiscard]] std::variant<Options, ExitCode> read_options(int argc, const char* const* argv);

}  // namespace arpad
