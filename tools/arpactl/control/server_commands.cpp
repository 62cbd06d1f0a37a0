#include "control/server_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "answer.hpp"
#include "base/counted.hpp"
#include "base/diagnostics.hpp"
#include "base/standard_error.hpp"
#include "control/control_client.hpp"
#include "load/master_name.hpp"
#include "reverse/address.hpp"
#include "reverse/arpa_name.hpp"
#include "reverse/prefix.hpp"

namespace arpad {
namespace {

namespace json = boost::json;

std::uint64_t number_at(const json::object& object, std::string_view key) {
    const json::value* const value = object.if_contains(key);
    return value == nullptr ? 0 : value->to_number<std::uint64_t>();
}

const json::array& list_at(const json::object& object, std::string_view key) {
    static const json::array empty;
    const json::value* const value = object.if_contains(key);
    return value != nullptr && value->is_array() ? value->as_array() : empty;
}

/// "3d 4h", "2h 5m", "17s": the two largest units.
std::string duration_text(double seconds) {
    constexpr std::array<std::pair<std::uint64_t, char>, 4> units{
        {{86'400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
    auto left = static_cast<std::uint64_t>(seconds);
    std::string text;
    for (std::size_t i = 0; i < units.size() && text.find(' ') == std::string::npos; ++i) {
        const auto [length, letter] = units[i];
        if (left < length && text.empty() && length > 1) continue;
        text += fmt::format("{}{}{}", text.empty() ? "" : " ", left / length, letter);
        left %= length;
    }
    return text;
}

/// Prints rows in columns as wide as they need to be.
void print_table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], widths[i]);
        }
        fmt::print("{}\n", line);
    }
}

/// The findings as other commands print them, on standard error.
void print_findings(const json::array& findings) {
    for (const json::value& entry : findings) {
        const json::object& finding = entry.as_object();
        const Diagnostic diagnostic{
            text_at(finding, "severity") == "error" ? Severity::error : Severity::warning,
            text_at(finding, "file"),
            {static_cast<std::uint32_t>(number_at(finding, "line")),
             static_cast<std::uint32_t>(number_at(finding, "column"))},
            text_at(finding, "message"),
            text_at(finding, "advice")};
        print_error("{}\n", diagnostic.to_text());
    }
}

std::string serials_of(const json::object& network) {
    std::string text;
    for (const json::value& entry : list_at(network, "zones")) {
        const json::object& zone = entry.as_object();
        const std::string serial =
            zone.contains("serial") ? std::to_string(number_at(zone, "serial")) : "-";
        if (text.find(serial) == std::string::npos) text += (text.empty() ? "" : ",") + serial;
    }
    return text.empty() ? "-" : text;
}

/// Whether what is served is what the files say.
bool is_sound(const json::object& status) {
    const auto is_current = [](const json::value& entry) {
        const json::object& network = entry.as_object();
        return text_at(network, "standing") == "current" && !network.at("file_is_gone").as_bool();
    };
    const json::value* const inventory = status.if_contains("inventory");
    return std::ranges::all_of(list_at(status, "networks"), is_current) &&
           text_at(status, "state") == "durable" && text_at(status, "failure").empty() &&
           (inventory == nullptr || text_at(inventory->as_object(), "standing") == "current");
}

ControlExit print_status(const ControlOptions& options) {
    const json::object status = request_json(options, "GET", "/v1/status");
    const auto exit = is_sound(status) ? ControlExit::success : ControlExit::failure;
    if (options.as_json) {
        print_json(status);
        return exit;
    }
    fmt::print("arpad {}, process {}, up {}, generation {}, {}, state {}\n",
               text_at(status, "version"), number_at(status, "process"),
               duration_text(status.at("uptime_seconds").to_number<double>()),
               number_at(status, "generation"), counted(number_at(status, "workers"), "worker"),
               text_at(status, "state"));
    fmt::print("{}\n", text_at(status, "summary"));
    std::vector<std::vector<std::string>> rows{
        {"NETWORK", "STANDING", "RECORDS", "SERIAL", "LOADED", "FILE"}};
    for (const json::value& entry : list_at(status, "networks")) {
        const json::object& network = entry.as_object();
        const bool is_gone = network.at("file_is_gone").as_bool();
        rows.push_back({text_at(network, "network"),
                        is_gone ? "file gone" : text_at(network, "standing"),
                        std::to_string(number_at(network, "records")), serials_of(network),
                        network.at("loaded_at").is_null() ? "-" : text_at(network, "loaded_at"),
                        text_at(network, "file")});
    }
    print_table(rows);
    (void)std::fflush(stdout);
    for (const json::value& entry : list_at(status, "networks")) {
        print_findings(list_at(entry.as_object(), "findings"));
    }
    print_findings(list_at(status, "findings"));
    const std::string failure = text_at(status, "failure");
    if (!failure.empty()) {
        print_error("a change is not served, as it cannot be kept: {}\n", failure);
    }
    return exit;
}

ControlExit reload(const ControlOptions& options) {
    const json::object outcome = request_json(options, "POST", "/v1/reload");
    const std::string failure = text_at(outcome, "failure");
    const auto errors = number_at(outcome, "errors");
    if (options.as_json) {
        print_json(outcome);
    } else if (!failure.empty()) {
        print_error("arpactl: nothing was changed: {}\n", failure);
    } else {
        fmt::print("{} read, {} changed, {} dropped; {}, {}\n",
                   counted(number_at(outcome, "files_read"), "file"),
                   counted(number_at(outcome, "zones_changed"), "zone"),
                   counted(number_at(outcome, "networks_dropped"), "network"),
                   counted(errors, "error"), counted(number_at(outcome, "warnings"), "warning"));
        if (errors > 0) print_error("arpactl: see `arpactl status` for what is wrong\n");
    }
    return failure.empty() && errors == 0 ? ControlExit::success : ControlExit::failure;
}

ControlExit take_over(const ControlOptions& options) {
    const json::object outcome = request_json(options, "POST", "/v1/takeover");
    if (options.as_json) {
        print_json(outcome);
    } else {
        fmt::print("process {} serves; process {} ends when its TCP connections have\n",
                   number_at(outcome, "process"), number_at(outcome, "predecessor"));
    }
    return ControlExit::success;
}

std::string names_text(const json::value& names) {
    if (names.is_string()) return std::string(names.as_string());
    std::string text;
    for (const json::value& name : names.as_array()) {
        text += (text.empty() ? "" : " ") + std::string(name.as_string());
    }
    return text;
}

void print_change(const json::object& change) {
    const json::value& before = change.at("before");
    const json::value& after = change.at("after");
    const std::string what = text_at(change, "name") + " " + text_at(change, "type");
    if (!before.is_null()) fmt::print("  - {} {}\n", what, names_text(before));
    if (!after.is_null()) fmt::print("  + {} {}\n", what, names_text(after));
}

void print_zone_plan(const json::object& zone) {
    const auto serial = [&zone](std::string_view key) {
        return zone.at(key).is_null() ? std::string("none") : std::to_string(number_at(zone, key));
    };
    fmt::print("{} serial {} -> {}: {} added, {} removed, {} changed{}\n", text_at(zone, "zone"),
               serial("serial_before"), serial("serial_after"), number_at(zone, "added"),
               number_at(zone, "removed"), number_at(zone, "changed"),
               zone.at("ranges_changed").as_bool() ? ", other ranges" : "");
    const std::string ranges = text_at(zone, "ranges_in_transfers");
    if (ranges == "omit") {
        fmt::print("  secondaries say NXDOMAIN where ranges name addresses (ranges: omit)\n");
    } else if (ranges == "wildcard") {
        fmt::print(
            "  secondaries also answer above and below addresses that ranges name "
            "(ranges: wildcard)\n");
    }
    const json::array& names = list_at(zone, "names");
    for (const json::value& name : names) print_change(name.as_object());
    const auto all =
        number_at(zone, "added") + number_at(zone, "removed") + number_at(zone, "changed");
    if (all > names.size()) fmt::print("  ... and {} more\n", all - names.size());
}

ControlExit plan(const ControlOptions& options) {
    const json::object found = request_json(options, "POST", "/v1/plan");
    const json::array& zones = list_at(found, "zones");
    if (options.as_json) {
        print_json(found);
    } else {
        for (const json::value& network : list_at(found, "networks_dropped")) {
            fmt::print("{} would not be served any more\n", std::string(network.as_string()));
        }
        for (const json::value& zone : zones) print_zone_plan(zone.as_object());
        const bool is_nothing = zones.empty() && list_at(found, "networks_dropped").empty();
        if (is_nothing) fmt::print("nothing would change\n");
        (void)std::fflush(stdout);
        print_findings(list_at(found, "findings"));
    }
    if (number_at(found, "errors") > 0) return ControlExit::failure;
    return zones.empty() ? ControlExit::success : ControlExit::changes;
}

/// The first of a list of addresses with how often they came.
void print_addresses(std::string_view title, const json::array& list) {
    constexpr std::size_t most = 10;
    if (list.empty()) return;
    fmt::print("\n{}\n", title);
    std::vector<std::vector<std::string>> rows;
    for (const json::value& value : list) {
        if (rows.size() == most) break;
        const json::object& entry = value.as_object();
        const auto least = number_at(entry, "at_least");
        const auto most_often = number_at(entry, "at_most");
        rows.push_back({text_at(entry, "address"),
                        least == most_often ? std::to_string(least)
                                            : fmt::format("{} to {}", least, most_often)});
    }
    print_table(rows);
}

ControlExit print_stats(const ControlOptions& options) {
    const json::object stats = request_json(options, "GET", "/v1/stats");
    if (options.as_json) {
        print_json(stats);
        return ControlExit::success;
    }
    std::vector<std::vector<std::string>> rows{
        {"up", duration_text(stats.at("uptime_seconds").to_number<double>())}};
    for (const auto& [rcode, count] : stats.at("replies").as_object()) {
        rows.push_back({std::string(rcode), std::to_string(count.to_number<std::uint64_t>())});
    }
    for (const auto& [type, count] : stats.at("types").as_object()) {
        rows.push_back(
            {"asked for " + std::string(type), std::to_string(count.to_number<std::uint64_t>())});
    }
    rows.push_back({"truncated", std::to_string(number_at(stats, "truncated"))});
    rows.push_back({"no reply", std::to_string(number_at(stats, "silent"))});
    rows.push_back({"held back by limits", std::to_string(number_at(stats, "held_back"))});
    rows.push_back({"TCP refused", std::to_string(number_at(stats, "tcp_refused"))});
    rows.push_back({"TCP connections", std::to_string(number_at(stats, "tcp_connections"))});
    print_table(rows);
    print_addresses("addresses without a PTR that are asked for most:", list_at(stats, "missing"));
    print_addresses("who asks for them:", list_at(stats, "missing_clients"));
    return ControlExit::success;
}

/// What a query is for.
struct Question {
    std::string subject;
    std::string type = "PTR";
};

ControlExit query(const ControlOptions& options, const Question& question) {
    const auto address = Address::from_text(question.subject);
    const auto name =
        address ? Result<Name, NameError>(arpa_name(*address)) : Name::from_text(question.subject);
    const auto type = type_from_text(question.type);
    if (!name || !type) {
        print_error("arpactl: {} is no {}\n", name ? question.type : question.subject,
                    name ? "type" : "address or name");
        return ControlExit::wrong_usage;
    }
    const auto message = make_query(*name, *type);
    const std::string reply =
        request(options, "POST", "/v1/query", std::string(message.begin(), message.end()),
                "application/dns-message");
    const AnswerText answer =
        read_answer({reinterpret_cast<const std::uint8_t*>(reply.data()), reply.size()});
    if (options.as_json) {
        print_json({{"rcode", answer.rcode},
                    {"authoritative", answer.is_authoritative},
                    {"answer", json::value_from(answer.answer)},
                    {"authority", json::value_from(answer.authority)},
                    {"additional", json::value_from(answer.additional)}});
        return ControlExit::success;
    }
    fmt::print("{}{}\n", answer.rcode, answer.is_authoritative ? ", authoritative" : "");
    for (const auto* const section : {&answer.answer, &answer.authority, &answer.additional}) {
        for (const std::string& line : *section) fmt::print("{}\n", line);
    }
    return ControlExit::success;
}

ControlExit set_log_level(const ControlOptions& options, const std::string& level) {
    (void)request_json(options, "PUT", "/v1/log-level",
                       json::serialize(json::object{{"level", level}}));
    return ControlExit::success;
}

/// Which queries are to be logged.
struct LoggedQueries {
    bool is_off = false;
    std::int64_t sample = 1;
    std::vector<std::string> rcodes;
    std::vector<std::string> networks;
    std::vector<std::string> clients;
};

ControlExit log_queries(const ControlOptions& options, const LoggedQueries& queries) {
    const char* const target = "/v1/query-log";
    if (queries.is_off) {
        (void)request_json(options, "DELETE", target);
        return ControlExit::success;
    }
    const json::object wanted{{"sample", queries.sample},
                              {"rcodes", json::value_from(queries.rcodes)},
                              {"networks", json::value_from(queries.networks)},
                              {"clients", json::value_from(queries.clients)}};
    (void)request_json(options, "PUT", target, json::serialize(wanted));
    return ControlExit::success;
}

/// Adds a command that takes nothing but where the server is.
void add_command(CLI::App& app, const std::string& name, const std::string& description,
                 std::function<int()>& command, ControlExit (*work)(const ControlOptions&)) {
    CLI::App* const added = app.add_subcommand(name, description);
    const auto options = add_control_options(*added);
    added->callback([&command, options, work] {
        command = [options, work] { return report_failure([&] { return work(*options); }); };
    });
}

void add_query_command(CLI::App& app, std::function<int()>& command) {
    CLI::App* const added = app.add_subcommand("query", "Ask the running server, past its sockets");
    const auto options = add_control_options(*added);
    const auto question = std::make_shared<Question>();
    added->add_option("subject", question->subject, "Address, or name")
        ->type_name("ADDRESS|NAME")
        ->required();
    added->add_option("--type", question->type, "Type of the records")
        ->type_name("TYPE")
        ->capture_default_str();
    added->callback([&command, options, question] {
        command = [options, question] {
            return report_failure([&] { return query(*options, *question); });
        };
    });
}

/// What `read` does not make anything of is no `kind`.
template <class Read>
CLI::Validator validator_of(const Read& read, const std::string& kind) {
    return CLI::Validator(
        [read, kind](std::string& text) {
            return read(text) ? std::string() : fmt::format("{} is no {}", text, kind);
        },
        {});
}

void add_query_log_command(CLI::App& log, std::function<int()>& command) {
    CLI::App* const added = log.add_subcommand("queries", "Log queries, until the server stops");
    const auto options = add_control_options(*added);
    const auto queries = std::make_shared<LoggedQueries>();
    const auto rcode = validator_of(&rcode_from_text, "rcode");
    const auto prefix = validator_of(&prefix_or_address, "address or prefix");
    added->add_flag("--off", queries->is_off, "Log no queries any more");
    added->add_option("--sample", queries->sample, "One in so many")
        ->type_name("N")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    added->add_option("--rcode", queries->rcodes, "Only those answered so")
        ->type_name("RCODE")
        ->check(rcode);
    added->add_option("--network", queries->networks, "Only those about addresses in it")
        ->type_name("PREFIX")
        ->check(prefix);
    added->add_option("--client", queries->clients, "Only those that came from there")
        ->type_name("PREFIX")
        ->check(prefix);
    added->callback([&command, options, queries] {
        command = [options, queries] {
            return report_failure([&] { return log_queries(*options, *queries); });
        };
    });
}

void add_log_command(CLI::App& app, std::function<int()>& command) {
    CLI::App* const log = app.add_subcommand("log", "The log of the running server");
    log->require_subcommand(1);
    add_query_log_command(*log, command);
    CLI::App* const added = log->add_subcommand("level", "Log from this level on, until it stops");
    const auto options = add_control_options(*added);
    const auto level = std::make_shared<std::string>();
    added->add_option("level", *level, "debug, info, warning or error")
        ->required()
        ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
    added->callback([&command, options, level] {
        command = [options, level] {
            return report_failure([&] { return set_log_level(*options, *level); });
        };
    });
}

}  // namespace

void add_server_commands(CLI::App& app, std::function<int()>& command) {
    add_command(app, "status", "What the running server serves, and what is wrong", command,
                print_status);
    add_command(app, "reload", "Have the running server look at its files now", command, reload);
    add_command(app, "plan", "What a reload would change", command, plan);
    add_command(app, "takeover", "Have the program, perhaps a newer one, take over from the server",
                command, take_over);
    add_command(app, "stats", "What the running server has answered", command, print_stats);
    add_query_command(app, command);
    add_log_command(app, command);
}

}  // namespace arpad
