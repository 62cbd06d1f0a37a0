#include "app/control_api.hpp"

#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/metrics.hpp"
#include "app/status_json.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "dns/message.hpp"

namespace arpad {
namespace {

namespace json = boost::json;
using Respond = HttpServer::Respond;

/// What is listed of the most frequent addresses.
constexpr std::size_t listed_addresses = 100;

json::array json_of(const std::vector<HeavyHitter<Address>>& hitters) {
    json::array list;
    for (const HeavyHitter<Address>& entry : hitters) {
        if (list.size() == listed_addresses) break;
        list.push_back({{"address", entry.key.to_text()},
                        {"at_most", entry.count},
                        {"at_least", entry.count - entry.excess}});
    }
    return list;
}

json::object json_of(const TelemetryReport& report) {
    const Traffic::Channel total = report.traffic.total();
    json::object replies;
    total.for_each_rcode(
        [&](const std::string& rcode, std::uint64_t count) { replies[rcode] = count; });
    json::object types;
    report.traffic.for_each_type(
        [&](const std::string& type, std::uint64_t count) { types[type] = count; });
    return {{"replies", std::move(replies)},
            {"types", std::move(types)},
            {"truncated", total.truncated},
            {"silent", total.silent},
            {"held_back", report.rate_limit.held_back()},
            {"missing", json_of(report.missing)},
            {"missing_clients", json_of(report.missing_clients)}};
}

/// The strings in the list `key` of `request`, each read by `read`. False if any cannot be.
template <class Entry, class Read>
bool read_list(const json::object& request, std::string_view key, std::vector<Entry>& entries,
               const Read& read) {
    const json::value* const list = request.if_contains(key);
    if (list == nullptr) return true;
    if (!list->is_array()) return false;
    for (const json::value& value : list->as_array()) {
        const auto entry =
            value.is_string() ? read(std::string_view(value.as_string())) : std::nullopt;
        if (!entry) return false;
        entries.push_back(*entry);
    }
    return true;
}

/// What a request to log queries says; none if that cannot be read.
std::optional<QueryLogConfig> query_log_of(const std::string& body) {
    boost::system::error_code error;
    const json::value parsed = json::parse(body, error);
    if (error || !parsed.is_object()) return std::nullopt;
    const json::object& request = parsed.as_object();
    QueryLogConfig config;
    if (const json::value* const sample = request.if_contains("sample")) {
        if (!sample->is_int64() || sample->as_int64() < 1) return std::nullopt;
        config.sample = static_cast<std::uint64_t>(sample->as_int64());
    }
    const bool is_read = read_list(request, "rcodes", config.rcodes, &rcode_from_text) &&
                         read_list(request, "networks", config.networks, &prefix_or_address) &&
                         read_list(request, "clients", config.clients, &prefix_or_address);
    return is_read ? std::optional(std::move(config)) : std::nullopt;
}

/// The log level that a request names; none if it names none.
std::optional<LogLevel> level_of(const std::string& body) {
    boost::system::error_code error;
    const json::value request = json::parse(body, error);
    if (error || !request.is_object()) return std::nullopt;
    const json::value* const level = request.as_object().if_contains("level");
    if (level == nullptr || !level->is_string()) return std::nullopt;
    return log_level_from_text(std::string(level->as_string()));
}

void change_log_level(const std::string& body, const Respond& respond) {
    const auto level = level_of(body);
    if (!level) {
        respond(problem_reply(400, "no such log level", "name debug, info, warning or error"));
        return;
    }
    set_log_level(*level);
    respond({200, body});
}

void answer(Responder& responder, const std::string& body, const Respond& respond) {
    const std::vector<std::uint8_t> query(body.begin(), body.end());
    std::vector<std::uint8_t> reply(max_message_octets);
    const Outcome outcome = responder.respond({query, Transport::tcp}, reply);
    if (outcome.kind == Outcome::Kind::silence) {
        respond(problem_reply(400, "no query", "send a DNS message with QR clear"));
        return;
    }
    if (outcome.kind == Outcome::Kind::transfer) {
        (void)responder.take_transfer();
        respond(problem_reply(400, "a transfer", "ask for it over TCP, or use arpactl export"));
        return;
    }
    const auto* const octets = reinterpret_cast<const char*>(reply.data());
    respond({200, std::string(octets, outcome.octets), "application/dns-message"});
}

void answer_metrics(Reloader& reloader, const ServerFacts& facts, const Respond& respond) {
    const auto finish = [&reloader, facts, respond](const std::string& text,
                                                    std::uint64_t generation) {
        facts.propagation([&reloader, facts, respond, text,
                           generation](const std::optional<PropagationTimes>& propagation) {
            const ServerMetrics server{facts.connections(),
                                       facts.transfers_in(),
                                       facts.certificate_end(),
                                       facts.workers,
                                       facts.is_state_durable,
                                       !reloader.failure().empty(),
                                       facts.started_at,
                                       generation,
                                       propagation,
                                       facts.updates()};
            respond({200, metrics_of(server) + text, metrics_type});
        });
    };
    facts.report([&reloader, finish](const TelemetryReport& report) {
        reloader.inspect(
            [report](const Networks& networks) { return metrics_of(networks, report); }, finish);
    });
}

}  // namespace

void add_metrics(HttpServer& server, Reloader& reloader, ServerFacts facts) {
    server.add("GET", "/metrics",
               [&reloader, facts = std::move(facts)](const HttpRequest&, const Respond& respond) {
                   answer_metrics(reloader, facts, respond);
               });
}

void add_control_api(HttpServer& server, Reloader& reloader, Responder& responder,
                     ServerFacts facts) {
    const auto about = [facts, started = std::chrono::steady_clock::now()] {
        const std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - started;
        return json::object{{"version", std::string(program_version)},
                            {"process", ::getpid()},
                            {"uptime_seconds", uptime.count()},
                            {"workers", facts.workers},
                            {"state", facts.is_state_durable ? "durable" : "in memory"}};
    };
    server.add("GET", "/v1/status", [about, &reloader](const HttpRequest&, const Respond& respond) {
        reloader.inspect(
            [](const Networks& networks) { return json_of(networks); },
            [about, respond, &reloader](const json::object& networks, std::uint64_t generation) {
                json::object status = about();
                status["failure"] = reloader.failure();
                status["generation"] = generation;
                status.insert(networks.begin(), networks.end());
                respond({200, json::serialize(status)});
            });
    });
    server.add(
        "POST", "/v1/reload", [&reloader, facts](const HttpRequest&, const Respond& respond) {
            if (facts.is_handing_over()) {
                respond(problem_reply(409, "not reloaded",
                                      "a new process is about to take over, and reads all files"));
                return;
            }
            spdlog::info("reloading on request of arpactl");
            reloader.reload(Trigger::request, [respond](const ReloadOutcome& outcome) {
                respond({200, json::serialize(json_of(outcome))});
            });
        });
    server.add("POST", "/v1/takeover", [facts](const HttpRequest&, const Respond& respond) {
        facts.take_over([respond](const Result<pid_t, std::string>& successor) {
            if (successor) {
                respond({200, json::serialize(json::object{{"process", *successor},
                                                           {"predecessor", ::getpid()}})});
            } else {
                respond(problem_reply(500, "not taken over", successor.error()));
            }
        });
    });
    server.add("POST", "/v1/plan", [&reloader](const HttpRequest&, const Respond& respond) {
        reloader.plan([](const NetworksUpdate& update,
                         const Networks& networks) { return json_of(update, networks); },
                      [respond](const json::object& plan, std::uint64_t) {
                          respond({200, json::serialize(plan)});
                      });
    });
    server.add("GET", "/v1/stats", [about, facts](const HttpRequest&, const Respond& respond) {
        facts.report([about, facts, respond](const TelemetryReport& report) {
            json::object stats = about();
            const json::object counted = json_of(report);
            stats.insert(counted.begin(), counted.end());
            stats["tcp_connections"] = facts.connections().open;
            stats["tcp_refused"] = facts.connections().refused;
            respond({200, json::serialize(stats)});
        });
    });
    server.add("PUT", "/v1/query-log", [facts](const HttpRequest& request, const Respond& respond) {
        auto config = query_log_of(request.body);
        if (!config) {
            respond(problem_reply(400, "no query log", "give sample, rcodes, networks, clients"));
            return;
        }
        facts.log_queries(std::move(config));
        respond({200, "{}"});
    });
    server.add("DELETE", "/v1/query-log", [facts](const HttpRequest&, const Respond& respond) {
        facts.log_queries(std::nullopt);
        respond({200, "{}"});
    });
    add_metrics(server, reloader, facts);
    server.add("POST", "/v1/query",
               [&responder](const HttpRequest& request, const Respond& respond) {
                   answer(responder, request.body, respond);
               });
    server.add("PUT", "/v1/log-level", [](const HttpRequest& request, const Respond& respond) {
        change_log_level(request.body, respond);
    });
}

}  // namespace arpad
