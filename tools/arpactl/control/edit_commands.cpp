#include "control/edit_commands.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/standard_error.hpp"
#include "configured.hpp"
#include "control/control_client.hpp"
#include "load/config_file.hpp"
#include "load/server_config.hpp"
#include "state/kept_edits.hpp"
#include "zone/range_index.hpp"

namespace arpad {
namespace {

namespace json = boost::json;

/// What addresses are to be named.
struct Naming {
    std::vector<std::string> addresses;
    std::vector<std::string> names;  ///< None: as the files say.
    std::optional<std::uint32_t> ttl;
};

/// Of which addresses the names are listed.
struct Listing {
    std::string config;
    std::string prefix;  ///< Empty for all.
    bool as_json = false;
};

ControlExit change(const ControlOptions& options, const Naming& naming) {
    json::array edits;
    for (const std::string& address : naming.addresses) {
        json::object edit{{"address", address}, {"names", json::value_from(naming.names)}};
        if (naming.ttl) edit["ttl"] = *naming.ttl;
        edits.push_back(std::move(edit));
    }
    const json::object outcome = request_json(
        options, "POST", "/v1/edits", json::serialize(json::object{{"edits", std::move(edits)}}));
    if (options.as_json) {
        print_json(outcome);
    } else {
        fmt::print("served, generation {}\n", outcome.at("generation").to_number<std::uint64_t>());
    }
    return ControlExit::success;
}

void print_edit(const Edit& edit) {
    std::string text = edit.address.to_text();
    for (const Name& name : edit.names) text += " " + name.to_text();
    if (edit.ttl) text += fmt::format(" (ttl {})", edit.ttl->seconds);
    fmt::print("{}\n", text);
}

json::object json_of(const Edit& edit) {
    json::array names;
    for (const Name& name : edit.names) names.emplace_back(name.to_text());
    json::object object{{"address", edit.address.to_text()}, {"names", std::move(names)}};
    if (edit.ttl) object["ttl"] = edit.ttl->seconds;
    return object;
}

std::vector<AddressRange> ranges_of(const Listing& listing) {
    if (!listing.prefix.empty()) return {range_of(*prefix_or_address(listing.prefix))};
    return {range_of(Prefix()), range_of(Prefix(Address(Family::ipv6, 0), 0))};
}

int list(const Listing& listing) {
    Diagnostics diagnostics;
    const auto config = read_config_file(listing.config, diagnostics);
    print(diagnostics);
    if (!config) return static_cast<int>(ControlExit::failure);
    auto edits = KeptEdits::read(config->state);
    if (!edits) {
        print_error("arpactl: {}\n", edits.error());
        return static_cast<int>(ControlExit::failure);
    }
    json::array array;
    for (const AddressRange& range : ranges_of(listing)) {
        edits->for_each_edit(range, [&](const Edit& edit) {
            if (listing.as_json) {
                array.push_back(json_of(edit));
            } else {
                print_edit(edit);
            }
        });
    }
    if (listing.as_json) print_json({{"edits", std::move(array)}});
    return static_cast<int>(ControlExit::success);
}

/// Adds a command that changes names.
CLI::App* add_change(CLI::App& edits, const std::string& name, const std::string& description,
                     const std::shared_ptr<Naming>& naming, std::function<int()>& command) {
    CLI::App* const added = edits.add_subcommand(name, description);
    const auto options = add_control_options(*added);
    added->callback([&command, options, naming] {
        command = [options, naming] {
            return report_failure([&] { return change(*options, *naming); });
        };
    });
    return added;
}

void add_list(CLI::App& edits, std::function<int()>& command) {
    CLI::App* const added =
        edits.add_subcommand("list", "List the names that addresses have been given");
    const auto listing = std::make_shared<Listing>();
    add_config_option(*added, listing->config);
    added->add_option("PREFIX", listing->prefix, "Only those of addresses in it")
        ->check(CLI::Validator(
            [](std::string& text) {
                return prefix_or_address(text) ? std::string() : text + " is no address or prefix";
            },
            {}));
    added->add_flag("--json", listing->as_json, "Print JSON");
    added->callback([&command, listing] { command = [listing] { return list(*listing); }; });
}

}  // namespace

void add_edit_commands(CLI::App& app, std::function<int()>& command) {
    CLI::App* const edits =
        app.add_subcommand("edits", "Names that addresses are given beside the zone files");
    edits->require_subcommand(1);
    const auto set = std::make_shared<Naming>();
    CLI::App* const setting =
        add_change(*edits, "set", "Name an address, whatever the zone files say", set, command);
    setting
        ->add_option_function<std::string>(
            "ADDRESS", [set](const std::string& address) { set->addresses = {address}; },
            "IP address")
        ->required();
    setting->add_option("NAME", set->names, "Host names that its PTR records point to")
        ->required()
        ->expected(1, -1);
    setting->add_option("--ttl", set->ttl, "TTL, instead of the network's edit_ttl")
        ->type_name("SECONDS");
    const auto reset = std::make_shared<Naming>();
    CLI::App* const resetting = add_change(
        *edits, "reset", "Have addresses named again as the zone files say", reset, command);
    resetting->add_option("ADDRESS", reset->addresses, "IP addresses")->required()->expected(1, -1);
    add_list(*edits, command);
}

}  // namespace arpad
