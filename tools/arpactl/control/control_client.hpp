/// \file  Requests to a running arpad, over its control socket.
#pragma once

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace arpad {

/// What commands that talk to a server exit with.
enum class ControlExit : int {
    success = 0,
    failure = 1,  ///< No server, or something is wrong with what it serves.
    wrong_usage = 2,
    changes = 3,  ///< `plan`: a reload would change something.
};

/// The server does not do what is asked; what() says why and what to do.
class ControlFailure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Where the server is, and how its reply is printed.
struct ControlOptions {
    std::string config;
    std::string socket;  ///< Instead of the configuration's; empty if not given.
    bool as_json = false;
};

/// Adds `-c`, `--socket` and `--json` to `command`.
std::shared_ptr<ControlOptions> add_control_options(CLI::App& command);

/// Sends a request and waits for the reply, however long that takes; on a terminal a line says so
/// after a second. Returns the body of a reply that is a success, else throws.
[[nodiscard]] std::string request(const ControlOptions& options, std::string_view method,
                                  std::string_view target, std::string body = {},
                                  std::string_view type = "application/json");

/// The same, where the reply is JSON.
[[nodiscard]] boost::json::object request_json(const ControlOptions& options,
                                               std::string_view method, std::string_view target,
                                               std::string body = {});

/// The string `key` of `object`; empty if it has none.
[[nodiscard]] std::string text_at(const boost::json::object& object, std::string_view key);

/// Prints `object` to standard output, on a line of its own.
void print_json(const boost::json::object& object);

/// Runs `work`, and prints what a ControlFailure says.
template <class Work>
int report_failure(const Work& work) {
    try {
        return static_cast<int>(work());
    } catch (const ControlFailure& failure) {
        (void)std::fprintf(stderr, "arpactl: %s\n", failure.what());
        return static_cast<int>(ControlExit::failure);
    }
}

}  // namespace arpad
