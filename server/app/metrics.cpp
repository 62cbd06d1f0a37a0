#include "app/metrics.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "base/version.hpp"
#include "control/metrics_text.hpp"

namespace arpad {
namespace {

constexpr std::array transports{Transport::udp, Transport::tcp, Transport::tls};
static_assert(transports.size() == Traffic::transports);
constexpr std::array<std::string_view, Traffic::families> families{"ipv4", "ipv6"};

constexpr std::array usual_rcodes{Rcode::no_error, Rcode::form_err, Rcode::serv_fail,
                                  Rcode::nx_domain, Rcode::refused};

/// So many of the most frequent addresses are told: each is a time series of its own.
constexpr std::size_t told_addresses = 20;

double seconds_since_epoch(std::chrono::system_clock::time_point time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

double to_number(std::uint64_t count) {
    return static_cast<double>(count);
}

/// Calls `put(transport, family, channel)` for each.
template <class Put>
void for_each_channel(const Traffic& traffic, const Put& put) {
    for (std::size_t i = 0; i < transports.size(); ++i) {
        for (std::size_t j = 0; j < families.size(); ++j) {
            put(to_text(transports[i]), families[j], traffic.channels[i][j]);
        }
    }
}

void put_traffic(MetricsText& text, const Traffic& traffic) {
    text.begin("arpad_replies_total", "counter", "Replies sent.");
    for_each_channel(traffic, [&](auto transport, auto family, const Traffic::Channel& channel) {
        const auto add = [&](const std::string& rcode, std::uint64_t count) {
            text.add({{"transport", transport}, {"family", family}, {"rcode", rcode}},
                     to_number(count));
        };
        // A rate needs the zero before the first.
        for (const Rcode rcode : usual_rcodes) {
            const std::uint64_t count = channel.by_rcode[static_cast<std::size_t>(rcode)];
            if (count == 0) add(to_text(rcode), 0);
        }
        channel.for_each_rcode(add);
    });
    text.begin("arpad_unanswered_total", "counter", "Messages that got no reply.");
    for_each_channel(traffic, [&](auto transport, auto family, const Traffic::Channel& channel) {
        text.add({{"transport", transport}, {"family", family}}, to_number(channel.silent));
    });
    text.begin("arpad_truncated_total", "counter", "Replies that did not fit, with TC set.");
    for_each_channel(traffic, [&](auto transport, auto family, const Traffic::Channel& channel) {
        text.add({{"transport", transport}, {"family", family}}, to_number(channel.truncated));
    });
    text.begin("arpad_questions_total", "counter", "Questions answered, by type.");
    traffic.for_each_type([&](const std::string& type, std::uint64_t count) {
        text.add({{"type", type}}, to_number(count));
    });
}

/// `direction` is "in" or "out".
void put_transfers(MetricsText& text, std::string_view direction, std::string_view help,
                   const TransferCounts& counts) {
    const std::string name = fmt::format("arpad_transfers_{}", direction);
    text.begin(name + "_total", "counter", help);
    text.add({{"kind", "full"}}, to_number(counts.full));
    text.add({{"kind", "incremental"}}, to_number(counts.incremental));
    text.put(name + "_failed_total", "counter", "Transfers that were begun or tried in vain.",
             to_number(counts.failed));
}

void put_rate_limit(MetricsText& text, const RateLimitCounts& counts) {
    text.begin("arpad_rate_limited_total", "counter",
               "Replies over UDP that were over the limit of their prefix, by what was done.");
    const auto put = [&text](std::string_view action, const RateLimitCounts::ByClass& by_class) {
        for (std::size_t i = 0; i < answer_classes; ++i) {
            text.add({{"answer", to_text(static_cast<AnswerClass>(i))}, {"action", action}},
                     to_number(by_class[i]));
        }
    };
    put("dropped", counts.dropped);
    put("truncated", counts.truncated);
    put("badcookie", counts.cookie);
    put("dry_run", counts.dry_run);
}

void put_clients(MetricsText& text, const Traffic& traffic) {
    constexpr std::array<std::string_view, 3> standings{"unproved", "new_cookie", "proved"};
    static_assert(standings.size() == std::tuple_size_v<decltype(traffic.by_client)>);
    text.begin(
        "arpad_clients_total", "counter",
        "Replies by what the client showed: nothing, a cookie that was not ours, or one of ours.");
    for (std::size_t i = 0; i < standings.size(); ++i) {
        text.add({{"standing", standings[i]}}, to_number(traffic.by_client[i]));
    }
}

void put_tls(MetricsText& text, const TelemetryReport& report) {
    text.put("arpad_tls_failed_handshakes_total", "counter",
             "Clients that came by TLS and did not agree on it.",
             to_number(report.failed_handshakes));
}

void put_updates(MetricsText& text, const TelemetryReport& report) {
    text.put("arpad_updates_turned_away_total", "counter",
             "Signed updates answered SERVFAIL at once, as too many waited to be made.",
             to_number(report.updates_turned_away));
}

void put_latencies(MetricsText& text, const Traffic& traffic) {
    text.begin("arpad_answer_seconds", "histogram",
               "Time from reading a query to having sent its reply; over TCP to having it ready.");
    for (std::size_t i = 0; i < transports.size(); ++i) {
        const LatencyHistogram& histogram = traffic.latencies[i];
        std::uint64_t sum = 0;
        for (std::size_t slot = 0; slot < histogram.counts().size(); ++slot) {
            sum += histogram.counts()[slot];
            const bool is_bounded = slot < LatencyHistogram::bounds.size();
            const std::string bound =
                is_bounded
                    ? fmt::format(
                          "{}",
                          std::chrono::duration<double>(LatencyHistogram::bounds[slot]).count())
                    : "+Inf";
            text.add({{"transport", to_text(transports[i])}, {"le", bound}}, to_number(sum),
                     "_bucket");
        }
        text.add({{"transport", to_text(transports[i])}},
                 std::chrono::duration<double>(histogram.sum()).count(), "_sum");
        text.add({{"transport", to_text(transports[i])}}, to_number(sum), "_count");
    }
}

/// Addresses that certainly came, the most frequent first.
void put_addresses(MetricsText& text, std::string_view label,
                   const std::vector<HeavyHitter<Address>>& hitters) {
    std::size_t told = 0;
    for (const HeavyHitter<Address>& entry : hitters) {
        if (entry.count == entry.excess || told == told_addresses) break;
        text.add({{label, entry.key.to_text()}}, to_number(entry.count - entry.excess));
        ++told;
    }
}

void put_missing(MetricsText& text, const TelemetryReport& report) {
    text.begin("arpad_missing_ptr_queries", "gauge",
               "Queries since start for the PTR of an address that has none, at least so many; "
               "the addresses asked for most.");
    put_addresses(text, "address", report.missing);
    text.begin("arpad_missing_ptr_client_queries", "gauge",
               "The same by who asked; the clients that ask most.");
    put_addresses(text, "client", report.missing_clients);
}

template <class Value>
void put_by_network(MetricsText& text, const Networks& networks, std::string_view name,
                    std::string_view help, const Value& value) {
    text.begin(name, "gauge", help);
    for (const auto& [key, network] : networks.files()) {
        text.add({{"network", network.name}, {"file", network.file}}, value(network));
    }
}

void put_networks(MetricsText& text, const Networks& networks) {
    put_by_network(text, networks, "arpad_network_records", "Entries of `records` in service.",
                   [](const NetworkState& network) { return to_number(network.records); });
    put_by_network(text, networks, "arpad_network_last_load_timestamp_seconds",
                   "When what is in service was made of the file; 0 if before arpad started.",
                   [](const NetworkState& network) {
                       return network.loaded_at ? seconds_since_epoch(*network.loaded_at) : 0.0;
                   });
    put_by_network(
        text, networks, "arpad_network_errors", "Errors in the file as it is now.",
        [](const NetworkState& network) { return to_number(network.findings.error_count()); });
    put_by_network(
        text, networks, "arpad_network_warnings", "Warnings about the file.",
        [](const NetworkState& network) { return to_number(network.findings.warning_count()); });
    if (const auto& inventory = networks.inventory()) {
        text.put(
            "arpad_inventory_is_current", "gauge",
            "1 if the names of the inventory are those of the file; 0 if its last good copy's.",
            inventory->reading.standing == Standing::current ? 1 : 0);
    }
    put_by_network(text, networks, "arpad_network_is_current",
                   "1 if what is served is what the file says; 0 if its last good copy is, or "
                   "nothing, or the file is gone.",
                   [](const NetworkState& network) {
                       return network.standing == Standing::current && !network.is_gone ? 1.0 : 0.0;
                   });
}

/// Calls `put(apex, zone)` for each zone.
template <class Put>
void for_each_zone(const Networks& networks, const Put& put) {
    for (const auto& zone : networks.snapshot()->zones()) put(zone->apex().to_text(), *zone);
}

/// Of zones that are taken from primaries.
void put_secondaries(MetricsText& text, const Networks& networks) {
    const std::vector<SecondaryZone> zones = networks.secondaries();
    text.begin("arpad_zone_confirmed_timestamp_seconds", "gauge",
               "When a primary last had what there is of a zone; 0 if nothing has come yet.");
    for (const auto& [frame, version] : zones) {
        text.add({{"zone", frame.apex.to_text()}},
                 version.zone ? seconds_since_epoch(version.confirmed_at) : 0.0);
    }
    text.begin("arpad_zone_is_served", "gauge",
               "0 while a zone cannot be served, as nothing has come or it has expired.");
    for_each_zone(networks, [&text](const std::string& apex, const Zone& zone) {
        if (zone.transfer().is_secondary()) text.add({{"zone", apex}}, zone.is_available() ? 1 : 0);
    });
}

void put_zones(MetricsText& text, const Networks& networks, const TelemetryReport& report) {
    text.begin("arpad_zone_serial", "gauge", "The serial of a zone.");
    for_each_zone(networks, [&](const std::string& apex, const Zone& zone) {
        if (zone.is_available()) text.add({{"zone", apex}}, to_number(zone.serial().value));
    });
    const auto put_counts = [&](std::string_view name, std::string_view help,
                                std::uint64_t ZoneTraffic::*count) {
        text.begin(name, "counter", help);
        for_each_zone(networks, [&](const std::string& apex, const Zone& zone) {
            const auto counted = report.zones.find(zone.apex_hash());
            const ZoneTraffic traffic =
                counted == report.zones.end() ? ZoneTraffic() : counted->second;
            text.add({{"zone", apex}}, to_number(traffic.*count));
        });
    };
    put_counts("arpad_zone_replies_total", "Replies about names in a zone.", &ZoneTraffic::replies);
    put_counts("arpad_zone_nxdomain_total", "Of these with NXDOMAIN.", &ZoneTraffic::absent);
}

/// Pages that the process has in memory; 0 if the system does not say.
std::size_t resident_pages() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    statm >> total >> resident;
    return resident;
}

std::size_t open_files() {
    std::error_code ignored;
    const std::filesystem::directory_iterator files("/proc/self/fd", ignored);
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

void put_propagation(MetricsText& text, const PropagationTimes& times) {
    text.begin("arpad_propagation_seconds", "histogram",
               "From a change of a zone until a nameserver of it has been seen to have it.");
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < times.counts.size(); ++i) {
        sum += times.counts[i];
        text.add({{"le", fmt::format("{}", PropagationTimes::bounds[i])}}, to_number(sum),
                 "_bucket");
    }
    text.add({{"le", "+Inf"}}, to_number(times.total), "_bucket");
    text.add({}, times.seconds, "_sum");
    text.add({}, to_number(times.total), "_count");
    text.put("arpad_propagation_late_total", "counter",
             "Changes that a nameserver has been seen to have later than was promised.",
             to_number(times.late));
    text.put("arpad_propagation_waiting", "gauge",
             "Changes that a nameserver has not been seen to have, though the promise is over.",
             to_number(times.overdue));
}

void put_process(MetricsText& text, const ServerMetrics& server) {
    timespec cpu{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    constexpr double nanoseconds_per_second = 1e9;
    text.put("process_cpu_seconds_total", "counter", "CPU time used.",
             static_cast<double>(cpu.tv_sec) +
                 static_cast<double>(cpu.tv_nsec) / nanoseconds_per_second);
    text.put("process_resident_memory_bytes", "gauge", "Memory in use.",
             to_number(resident_pages() * page));
    text.put("process_open_fds", "gauge", "Open file descriptors.", to_number(open_files()));
    text.put("process_start_time_seconds", "gauge", "When the process started.",
             seconds_since_epoch(server.started_at));
}

}  // namespace

std::string metrics_of(const ServerMetrics& server) {
    MetricsText text;
    text.begin("arpad_build_info", "gauge", "1, with the version.");
    text.add({{"version", program_version}}, 1);
    text.put("arpad_workers", "gauge", "Workers.", to_number(server.workers));
    text.put("arpad_generation", "gauge", "Rises with each change of what is served.",
             to_number(server.generation));
    text.put("arpad_state_is_durable", "gauge",
             "1 if serials and last good copies outlive the process.",
             server.is_state_durable ? 1 : 0);
    text.put("arpad_reload_is_failing", "gauge",
             "1 if what the files say is not served, as it cannot be kept in the state directory.",
             server.is_reload_failing ? 1 : 0);
    text.put("arpad_tcp_connections", "gauge", "TCP connections that are open.",
             to_number(server.connections.open));
    text.put("arpad_tcp_accepted_total", "counter", "TCP connections accepted.",
             to_number(server.connections.admitted));
    text.put("arpad_tcp_refused_total", "counter",
             "TCP connections closed at once, as there were too many.",
             to_number(server.connections.refused));
    text.put("arpad_tcp_shed_total", "counter",
             "Idle TCP connections closed to make room for new ones.",
             to_number(server.connections.shed));
    put_transfers(text, "in", "Zones taken from primaries, and changes of zones.",
                  server.transfers_in);
    text.begin(
        "arpad_updates_total", "counter",
        "Signed updates (RFC 2136) that were looked at, by rcode; a repeated one counts once.");
    for (const auto& [rcode, count] : server.updates) {
        text.add({{"rcode", to_text(rcode)}}, to_number(count));
    }
    if (server.certificate_end) {
        text.put("arpad_tls_certificate_end_timestamp_seconds", "gauge",
                 "Until when the certificate that clients are shown is valid.",
                 seconds_since_epoch(*server.certificate_end));
    }
    if (server.propagation) put_propagation(text, *server.propagation);
    put_process(text, server);
    return text.take();
}

std::string metrics_of(const Networks& networks, const TelemetryReport& report) {
    MetricsText text;
    put_traffic(text, report.traffic);
    put_clients(text, report.traffic);
    put_rate_limit(text, report.rate_limit);
    put_tls(text, report);
    put_updates(text, report);
    put_transfers(text, "out", "Zones transferred to others over TCP, and changes of zones.",
                  report.transfers);
    put_latencies(text, report.traffic);
    put_missing(text, report);
    put_networks(text, networks);
    put_secondaries(text, networks);
    put_zones(text, networks, report);
    return text.take();
}

}  // namespace arpad
