/// \file  Which metrics there are. docs/guide.md lists them for operators.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "answer/telemetry.hpp"
#include "app/update_service.hpp"
#include "control/propagation_watch.hpp"
#include "load/networks.hpp"
#include "net/connection_limits.hpp"

namespace arpad {

/// The media type of Prometheus' text format.
inline constexpr const char* metrics_type = "text/plain; version=0.0.4; charset=utf-8";

/// What is told of the process as a whole.
struct ServerMetrics {
    ConnectionLimits::Counts connections;
    TransferCounts transfers_in;
    std::optional<std::chrono::sys_seconds> certificate_end;
    std::size_t workers = 0;
    bool is_state_durable = true;
    bool is_reload_failing = false;
    std::chrono::system_clock::time_point started_at;
    std::uint64_t generation = 0;
    std::optional<PropagationTimes> propagation;  ///< None if no nameserver is asked.
    UpdateCounts updates;
};

/// Of the process.
[[nodiscard]] std::string metrics_of(const ServerMetrics& server);

/// Of what was asked, and of what is served.
[[nodiscard]] std::string metrics_of(const Networks& networks, const TelemetryReport& report);

}  // namespace arpad
