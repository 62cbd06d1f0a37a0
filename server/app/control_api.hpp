/// \file  What the control socket offers: status, reload, plan, statistics, queries, the log level.
///
/// Threads: the main thread.
#pragma once

#include <functional>
#include <memory>

#include "answer/responder.hpp"
#include "app/reloader.hpp"
#include "control/control_server.hpp"

namespace arpad {

/// What only the daemon knows.
struct ServerFacts {
    std::function<Counters()> counters;            ///< Of all workers.
    std::function<std::size_t()> tcp_connections;  ///< That are open.
    std::size_t workers = 0;
    bool is_state_durable = true;
};

/// Adds everything to `server`. `responder` answers what is asked through the socket. All that is
/// given lives as long as the server.
void add_control_api(ControlServer& server, Reloader& reloader, Responder& responder,
                     ServerFacts facts);

}  // namespace arpad
