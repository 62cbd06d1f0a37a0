/// \file  The server as a whole: loads, publishes, listens, and stops in order.
///
/// Threads: its own functions run on the main thread; the workers have theirs.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/options.hpp"
#include "base/result.hpp"
#include "load/loader.hpp"
#include "load/server_config.hpp"
#include "net/connection_limits.hpp"
#include "net/worker.hpp"
#include "state/state_store.hpp"

namespace arpad {

/// See above.
class Daemon {
public:
    Daemon(ServerConfig config, Options options);

    /// Serves until SIGTERM or SIGINT. What goes wrong at start is logged, with what to do.
    [[nodiscard]] ExitCode run();

private:
    [[nodiscard]] bool open_state();
    [[nodiscard]] bool claim_endpoints();
    [[nodiscard]] Result<Load, ExitCode> load_networks();
    [[nodiscard]] bool start_workers();
    void pin_workers();
    void publish(const std::shared_ptr<const Snapshot>& snapshot);
    void serve(const std::string& what);
    void stop_workers();

    ServerConfig config_;
    Options options_;
    boost::asio::io_context io_;
    boost::asio::signal_set signals_;  // held to the end, so that a second signal changes nothing
    std::vector<ListenEndpoint> endpoints_;
    std::unique_ptr<StateStore> state_;
    ConnectionLimits limits_;  // outlives the workers
    std::list<Worker> workers_;
};

}  // namespace arpad
