#include "explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "answer.hpp"
#include "base/standard_error.hpp"
#include "configured.hpp"
#include "load/address_text.hpp"
#include "load/master_name.hpp"
#include "state/served_serials.hpp"
#include "zone/builder.hpp"
#include "zone/explanation.hpp"
#include "zone/snapshot.hpp"

namespace arpad {
namespace {

namespace json = boost::json;

constexpr unsigned max_links = 8;  // as many as the server follows
constexpr int wrong_usage = 2;

struct Arguments {
    std::string config;
    std::string subject;
    std::string type = "PTR";
    bool as_json = false;
};

/// What is told about one question.
struct Report {
    std::vector<Explanation> names;  ///< The name asked for, then those that CNAMEs lead to.
    std::string type;
    AnswerText answer;
    std::optional<Serial> serial;  ///< Of the zone of the first name.
};

std::string place_text(const NameFinding& finding) {
    Diagnostic diagnostic;
    diagnostic.file = finding.file;
    diagnostic.place = finding.place;
    std::string text = diagnostic.location();
    if (text.ends_with(": ")) text.resize(text.size() - 2);
    return text;
}

/// "PTR mail.example.net.", "no PTR", "TXT (2 records)".
std::string says(const NameFinding& finding) {
    const std::string type = to_mnemonic(finding.type);
    if (finding.records == 0) return "no " + type;
    if (finding.names.empty()) {
        return fmt::format("{} ({} {})", type, finding.records,
                           finding.records == 1 ? "record" : "records");
    }
    std::string text = type;
    for (const Name& name : finding.names) text += ' ' + name.to_text();
    return text;
}

std::string finding_text(const NameFinding& finding) {
    std::string text = fmt::format("  {} {:<14}  {}", finding.is_effective ? '*' : ' ',
                                   to_text(finding.layer), says(finding));
    if (!finding.owner.empty()) text += fmt::format(" at {}", finding.owner);
    if (finding.ttl) text += fmt::format(", TTL {}", finding.ttl->seconds);
    text += fmt::format("\n{:20}{}", "",
                        finding.file.empty() ? "kept in the state directory" : place_text(finding));
    if (!finding.made_by.empty()) text += fmt::format(", made by {}", finding.made_by);
    return text + '\n';
}

std::string name_text(const Explanation& explanation) {
    std::string text = explanation.name.to_text();
    if (explanation.address) text += fmt::format(" ({})", explanation.address->to_text());
    text += '\n';
    if (!explanation.zone) return text + "  lies in no zone that is served here\n";
    text += fmt::format("  zone {} of network {}, {}\n", explanation.zone->to_text(),
                        explanation.network, explanation.file);
    if (explanation.is_broken)
        return text +
               "  the file has errors: a server that runs answers from its last good copy, else "
               "SERVFAIL\n";
    if (!explanation.primaries.empty()) {
        for (const Remote& primary : explanation.primaries) {
            text += fmt::format("  taken from {}\n", primary.endpoint.to_text());
        }
        return text + "  ask a server that runs: what the primary says is not known here\n";
    }
    for (const NameFinding& finding : explanation.findings) text += finding_text(finding);
    if (explanation.findings.empty()) text += "    nothing says anything about it\n";
    return text;
}

void print_section(const char* name, const std::vector<std::string>& records) {
    for (const std::string& record : records) fmt::print("  {:<10}  {}\n", name, record);
}

void print(const Report& report) {
    for (const Explanation& explanation : report.names) fmt::print("{}", name_text(explanation));
    fmt::print("answer to {} {}: {}{}", report.names.front().name.to_text(), report.type,
               report.answer.rcode, report.answer.is_authoritative ? ", authoritative" : "");
    if (report.serial) fmt::print(", serial {}", report.serial->value);
    fmt::print("\n");
    print_section("answer", report.answer.answer);
    print_section("authority", report.answer.authority);
    print_section("additional", report.answer.additional);
}

json::object json_of(const NameFinding& finding) {
    json::object object;
    object["layer"] = std::string(to_text(finding.layer));
    object["effective"] = finding.is_effective;
    object["type"] = to_mnemonic(finding.type);
    json::array names;
    for (const Name& name : finding.names) names.emplace_back(name.to_text());
    object["names"] = std::move(names);
    object["records"] = finding.records;
    object["file"] = finding.file;
    if (finding.place.line != 0) {
        object["line"] = finding.place.line;
        object["column"] = finding.place.column;
    }
    if (!finding.owner.empty()) object["owner"] = finding.owner;
    if (finding.ttl) object["ttl"] = finding.ttl->seconds;
    if (!finding.made_by.empty()) object["made_by"] = finding.made_by;
    return object;
}

json::object json_of(const Explanation& explanation) {
    json::object object;
    object["name"] = explanation.name.to_text();
    if (explanation.address) object["address"] = explanation.address->to_text();
    if (explanation.zone) {
        object["zone"] = explanation.zone->to_text();
        object["network"] = explanation.network;
        object["file"] = explanation.file;
        object["broken"] = explanation.is_broken;
    }
    json::array findings;
    for (const NameFinding& finding : explanation.findings) findings.push_back(json_of(finding));
    object["findings"] = std::move(findings);
    return object;
}

json::array json_of(const std::vector<std::string>& records) {
    json::array array;
    for (const std::string& record : records) array.emplace_back(record);
    return array;
}

json::object json_of(const Report& report) {
    json::array names;
    for (const Explanation& explanation : report.names) names.push_back(json_of(explanation));
    json::object answer;
    answer["type"] = report.type;
    answer["rcode"] = report.answer.rcode;
    answer["authoritative"] = report.answer.is_authoritative;
    answer["answer"] = json_of(report.answer.answer);
    answer["authority"] = json_of(report.answer.authority);
    answer["additional"] = json_of(report.answer.additional);
    json::object object;
    object["names"] = std::move(names);
    object["answer"] = std::move(answer);
    if (report.serial) object["serial"] = report.serial->value;
    return object;
}

/// Whether `subject` is meant as an address or prefix: no name looks like that.
bool looks_like_address(const std::string& subject) {
    return subject.find(':') != std::string::npos ||
           subject.find_first_not_of("0123456789./") == std::string::npos;
}

/// The name that `subject`, an address or a name, stands for; none, with a message, if it is
/// neither.
std::optional<Name> name_of(const BuildInput& input, const std::string& subject) {
    if (const auto address = Address::from_text(subject)) return name_to_explain(input, *address);
    if (looks_like_address(subject)) {
        const AddressFlaw flaw = explain_bad_address(subject);
        print_error("arpactl: {}\n  {}\n", flaw.message, flaw.advice);
        return std::nullopt;
    }
    const auto name = Name::from_text(subject);
    if (name) return *name;
    print_error("arpactl: {} is no address or name\n", subject);
    return std::nullopt;
}

/// The name, and what CNAMEs lead on to while they stay in our zones and do not come back.
std::vector<Explanation> follow(const BuildInput& input, const Name& name, RrType type) {
    std::vector<Explanation> names{explain(input, name, type)};
    while (type != RrType::cname && names.back().leads_to && names.size() <= max_links) {
        const Name next = *names.back().leads_to;
        const bool is_known = std::ranges::find(names, next, &Explanation::name) != names.end();
        if (is_known || input.layout.closest_zone(next) == nullptr) break;
        names.push_back(explain(input, next, type));
    }
    return names;
}

int explain_subject(const Arguments& arguments) {
    const auto networks = ConfiguredNetworks::read(arguments.config);
    if (networks == nullptr) return 1;
    const BuildInput input = networks->input();
    const auto name = name_of(input, arguments.subject);
    const auto type = type_from_text(arguments.type);
    if (!type) print_error("arpactl: {} is no type\n", arguments.type);
    if (!name || !type) return wrong_usage;
    auto serials = ServedSerials::read(networks->config().state, networks->config().serial_format);
    if (!serials) {
        print_error("arpactl: {}\n", serials.error());
        return 1;
    }
    Diagnostics known;
    const auto snapshot = snapshot_of(build_zones(networks->assembly(), *serials, known));
    Report report{follow(input, *name, *type), to_mnemonic(*type), ask(snapshot, *name, *type), {}};
    NameBuffer question;
    question.assign(*name);
    const Zone* const zone = snapshot->find_zone(question, *type);
    if (zone != nullptr && zone->is_available()) report.serial = zone->serial();
    if (arguments.as_json) {
        fmt::print("{}\n", json::serialize(json_of(report)));
    } else {
        print(report);
    }
    return 0;
}

}  // namespace

void add_explain_command(CLI::App& app, std::function<int()>& run) {
    CLI::App* const command = app.add_subcommand(
        "explain",
        "Say why an address or name is answered as it is: what each layer says about it, with file "
        "and line, which one is heard (*), and the answer");
    const auto arguments = std::make_shared<Arguments>();
    add_config_option(*command, arguments->config);
    command->add_option("SUBJECT", arguments->subject, "IP address or domain name")->required();
    command->add_option("--type", arguments->type, "The type asked for")
        ->type_name("TYPE")
        ->capture_default_str();
    command->add_flag("--json", arguments->as_json, "Print JSON");
    command->callback(
        [arguments, &run] { run = [arguments] { return explain_subject(*arguments); }; });
}

}  // namespace arpad
