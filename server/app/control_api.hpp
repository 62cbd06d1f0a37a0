/// \file  What the control socket offers: status, reload, plan, takeover, statistics, metrics,
/// queries, logs.
///
/// Threads: the main thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>

#include "answer/responder.hpp"
#include "answer/telemetry.hpp"
#include "app/reloader.hpp"
#include "app/takeover.hpp"
#include "app/update_service.hpp"
#include "control/http_server.hpp"
#include "control/propagation_watch.hpp"
#include "load/server_config.hpp"
#include "net/connection_limits.hpp"

namespace arpad {

/// What only the daemon knows.
struct ServerFacts {
    using Take = std::function<void(const TelemetryReport&)>;

    std::function<void(Take)> report;                       ///< Of all workers, some time.
    std::function<ConnectionLimits::Counts()> connections;  ///< Over TCP.
    std::function<TransferCounts()> transfers_in;           ///< From primaries.
    std::function<std::optional<std::chrono::sys_seconds>()> certificate_end;  ///< None: no TLS.
    std::function<void(std::optional<QueryLogConfig>)> log_queries;  ///< From now on; none: not.
    std::function<void(Takeover::Done)> take_over;                   ///< By a new process.
    std::function<bool()> is_handing_over;                           ///< To a new process.
    /// How long nameservers take to have changes, some time; none if none is asked.
    std::function<void(std::function<void(std::optional<PropagationTimes>)>)> propagation;
    std::function<UpdateCounts()> updates;
    std::size_t workers = 0;
    bool is_state_durable = true;
    std::chrono::system_clock::time_point started_at;
};

/// Adds everything to `server`. `responder` answers what is asked through the socket. All that is
/// given lives as long as the server.
void add_control_api(HttpServer& server, Reloader& reloader, Responder& responder,
                     ServerFacts facts);

/// Adds only the metrics.
void add_metrics(HttpServer& server, Reloader& reloader, ServerFacts facts);

}  // namespace arpad
