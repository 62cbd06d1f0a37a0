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

#include "app/status_json.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "dns/message.hpp"

namespace arpad {
namespace {

namespace json = boost::json;
using Respond = ControlServer::Respond;

json::object json_of(const Counters& counters) {
    json::object replies;
    for (std::size_t i = 0; i < counters.by_rcode.size(); ++i) {
        if (counters.by_rcode[i] == 0) continue;
        replies[to_text(static_cast<Rcode>(i))] = counters.by_rcode[i].value();
    }
    return {{"replies", std::move(replies)},
            {"truncated", counters.truncated.value()},
            {"silent", counters.silent.value()}};
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
    const auto* const octets = reinterpret_cast<const char*>(reply.data());
    respond({200, std::string(octets, outcome.octets), "application/dns-message"});
}

}  // namespace

void add_control_api(ControlServer& server, Reloader& reloader, Responder& responder,
                     ServerFacts facts) {
    const auto started = std::chrono::steady_clock::now();
    const auto about = [facts, started] {
        const std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - started;
        return json::object{{"version", std::string(program_version)},
                            {"process", ::getpid()},
                            {"uptime_seconds", uptime.count()},
                            {"workers", facts.workers},
                            {"state", facts.is_state_durable ? "durable" : "in memory"}};
    };
    server.add("GET", "/v1/status", [about, &reloader](const std::string&, Respond respond) {
        reloader.inspect([](const Networks& networks) { return json_of(networks); },
                         [about, respond](const json::object& networks, std::uint64_t generation) {
                             json::object status = about();
                             status["generation"] = generation;
                             status.insert(networks.begin(), networks.end());
                             respond({200, json::serialize(status)});
                         });
    });
    server.add("POST", "/v1/reload", [&reloader](const std::string&, Respond respond) {
        spdlog::info("reloading on request of arpactl");
        reloader.reload(Trigger::request, [respond](const ReloadOutcome& outcome) {
            respond({200, json::serialize(json_of(outcome))});
        });
    });
    server.add("POST", "/v1/plan", [&reloader](const std::string&, Respond respond) {
        reloader.plan([](const NetworksUpdate& update,
                         const Networks& networks) { return json_of(update, networks); },
                      [respond](const json::object& plan, std::uint64_t) {
                          respond({200, json::serialize(plan)});
                      });
    });
    server.add("GET", "/v1/stats", [about, facts](const std::string&, const Respond& respond) {
        json::object stats = about();
        const json::object counted = json_of(facts.counters());
        stats.insert(counted.begin(), counted.end());
        stats["tcp_connections"] = facts.tcp_connections();
        respond({200, json::serialize(stats)});
    });
    server.add("POST", "/v1/query", [&responder](const std::string& body, const Respond& respond) {
        answer(responder, body, respond);
    });
    server.add("PUT", "/v1/log-level", [](const std::string& body, const Respond& respond) {
        change_log_level(body, respond);
    });
}

}  // namespace arpad
