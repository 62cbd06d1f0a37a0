#include "control/edit_commands.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/standard_error.hpp"
#include "configured.hpp"
#include "control/control_client.hpp"
#include "load/config_file.hpp"
#include "load/host_name.hpp"
#include "load/master_name.hpp"
#include "load/master_writer.hpp"
#include "load/server_config.hpp"
#include "reverse/prefix.hpp"
#include "state/edit_log.hpp"
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
    EditLayer layer = EditLayer::edit;
};

/// What of which addresses is listed.
struct Listing {
    std::string config;
    std::string prefix;  ///< Empty for all.
    std::size_t limit = 100;
    bool as_json = false;
};

/// Says which change was made.
ControlExit report(const ControlOptions& options, const json::object& outcome) {
    if (options.as_json) {
        print_json(outcome);
    } else {
        fmt::print("served: change {}, generation {}\n", outcome.at("change").to_number<ChangeId>(),
                   outcome.at("generation").to_number<std::uint64_t>());
    }
    return ControlExit::success;
}

/// The addresses that `naming` is about: of a prefix those that have been given a name.
std::vector<std::string> addresses_of(const ControlOptions& options, const Naming& naming) {
    std::vector<std::string> addresses;
    for (const std::string& written : naming.addresses) {
        const auto prefix = Prefix::from_text(written);
        if (!prefix) {
            addresses.push_back(written);
            continue;
        }
        Diagnostics diagnostics;
        const auto config = read_config_file(options.config, diagnostics);
        print(diagnostics);
        if (!config) throw ControlFailure("the state has to be found for a prefix: write -c FILE");
        auto edits = KeptEdits::read(config->state);
        if (!edits) throw ControlFailure(edits.error());
        edits->for_each_edit(range_of(*prefix), [&](const Edit& edit) {
            if (edit.layer != naming.layer || edit.type != RrType::ptr) return;
            addresses.push_back(edit.address.to_text());
        });
    }
    return addresses;
}

ControlExit change(const ControlOptions& options, const Naming& naming) {
    json::array edits;
    for (const std::string& address : addresses_of(options, naming)) {
        json::object edit{{"address", address}, {"names", json::value_from(naming.names)}};
        if (naming.ttl) edit["ttl"] = *naming.ttl;
        edit["layer"] = to_text(naming.layer);
        edits.push_back(std::move(edit));
    }
    if (edits.empty()) throw ControlFailure("no address there has been given a name");
    return report(options,
                  request_json(options, "POST", "/v1/edits",
                               json::serialize(json::object{{"edits", std::move(edits)}})));
}

ControlExit undo(const ControlOptions& options, ChangeId change) {
    return report(options, request_json(options, "POST", "/v1/undo",
                                        json::serialize(json::object{{"change", change}})));
}

/// "a.example. b.example. (ttl 300)".
std::string text_of(const std::vector<Name>& names, const std::optional<Ttl>& ttl) {
    std::string text;
    for (const Name& name : names) text += (text.empty() ? "" : " ") + name.to_text();
    if (ttl) text += fmt::format(" (ttl {})", ttl->seconds);
    return text;
}

/// The same of records of any type: "TXT \"one\" \"two\" (ttl 300)"; of PTRs the names alone.
std::string text_of(RrType type, const std::vector<Rdata>& rdatas, const std::optional<Ttl>& ttl) {
    if (type == RrType::ptr) return text_of(targets_of(Rrset{type, {}, rdatas}), ttl);
    std::string text = to_mnemonic(type);
    for (const Rdata& rdata : rdatas) text += " " + rdata_to_text(type, rdata);
    if (ttl) text += fmt::format(" (ttl {})", ttl->seconds);
    return text;
}

std::string text_of(const std::optional<Rrset>& rrset) {
    return rrset ? text_of(rrset->type, rrset->rdatas, rrset->ttl) : "nothing";
}

/// "2026-11-20 09:30:05 UTC".
template <class Time>
std::string text_of(Time time) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", std::chrono::floor<std::chrono::seconds>(time));
}

/// What `edit` says, and in which layer if not as an edit of people.
std::string text_of(const Edit& edit) {
    std::string text =
        edit.is_hole ? "no " + to_mnemonic(edit.type) : text_of(edit.type, edit.rdatas, edit.ttl);
    if (edit.layer != EditLayer::edit) text += fmt::format(", {}", to_text(edit.layer));
    if (edit.expires) text += ", until " + text_of(*edit.expires);
    return text;
}

/// Whose an address is, behind `before`; nothing if it is nobody's.
std::string text_of(const EditHolder& holder, std::string_view before) {
    if (holder.is_nobody()) return {};
    return fmt::format("{}{} ({})", before, holder.server, holder.account);
}

json::array json_of(const std::vector<Name>& names) {
    json::array array;
    for (const Name& name : names) array.emplace_back(name.to_text());
    return array;
}

json::object json_of(const EditHolder& holder) {
    return {{"account", holder.account}, {"server", holder.server}};
}

/// The names of PTRs, or the records of another type as a master file has them.
void put_records(json::object& object, RrType type, const std::vector<Rdata>& rdatas) {
    if (type == RrType::ptr) {
        object["names"] = json_of(targets_of(Rrset{type, {}, rdatas}));
        return;
    }
    json::array records;
    for (const Rdata& rdata : rdatas) records.emplace_back(rdata_to_text(type, rdata));
    object["type"] = to_mnemonic(type);
    object["records"] = std::move(records);
}

json::value json_of(const std::optional<Rrset>& rrset) {
    if (!rrset) return nullptr;
    json::object object;
    put_records(object, rrset->type, rrset->rdatas);
    object["ttl"] = rrset->ttl.seconds;
    return object;
}

json::object json_of(const Edit& edit) {
    json::object object{{edit.name ? "name" : "address", owner_text(edit)}};
    put_records(object, edit.type, edit.rdatas);
    object["layer"] = to_text(edit.layer);
    if (edit.expires) object["expires"] = fmt::format("{:%FT%TZ}", *edit.expires);
    if (edit.ttl) object["ttl"] = edit.ttl->seconds;
    if (!edit.holder.is_nobody()) object["holder"] = json_of(edit.holder);
    object["change"] = edit.change;
    return object;
}

json::object json_of(const HistoryEntry& entry) {
    const auto& [change, made] = entry;
    json::object object{
        {"change", change.id},
        {"time", fmt::format("{:%FT%TZ}", std::chrono::floor<std::chrono::seconds>(change.time))},
        {"channel", to_text(change.origin.channel)},
        {"who", change.origin.who},
        {made.edit.name ? "name" : "address", owner_text(made.edit)},
        {"layer", to_text(made.edit.layer)},
        {"from", json_of(made.served_before)},
        {"to", json_of(made.served)}};
    if (change.undoes) object["undoes"] = *change.undoes;
    if (!made.holder.is_nobody()) object["holder"] = json_of(made.holder);
    return object;
}

void print_entry(const HistoryEntry& entry) {
    const auto& [change, made] = entry;
    fmt::print("{} change {}{} by {} through {}{}\n  {}: {} -> {}\n", text_of(change.time),
               change.id, change.undoes ? fmt::format(", undoes {},", *change.undoes) : "",
               change.origin.who.empty() ? "somebody" : change.origin.who,
               to_text(change.origin.channel), text_of(made.holder, ", address of "),
               owner_text(made.edit), text_of(made.served_before), text_of(made.served));
}

/// The state directory of the configuration; none if that cannot be read, which has been said.
std::optional<std::filesystem::path> state_of(const Listing& listing) {
    Diagnostics diagnostics;
    const auto config = read_config_file(listing.config, diagnostics);
    print(diagnostics);
    if (!config) return std::nullopt;
    return config->state;
}

std::vector<AddressRange> ranges_of(const Listing& listing) {
    if (!listing.prefix.empty()) return {range_of(*prefix_or_address(listing.prefix))};
    return {range_of(all_addresses(Family::ipv4)), range_of(all_addresses(Family::ipv6))};
}

int list(const Listing& listing) {
    const auto state = state_of(listing);
    if (!state) return static_cast<int>(ControlExit::failure);
    auto edits = KeptEdits::read(*state);
    if (!edits) {
        print_error("arpactl: {}\n", edits.error());
        return static_cast<int>(ControlExit::failure);
    }
    json::array array;
    const auto tell = [&](const Edit& edit) {
        if (listing.as_json) {
            array.push_back(json_of(edit));
        } else {
            fmt::print("{} {}{}\n", owner_text(edit), text_of(edit),
                       text_of(edit.holder, ", by the holder of "));
        }
    };
    for (const AddressRange& range : ranges_of(listing)) edits->for_each_edit(range, tell);
    if (listing.prefix.empty()) edits->for_each_named_edit(Name(), tell);
    if (listing.as_json) print_json({{"edits", std::move(array)}});
    return static_cast<int>(ControlExit::success);
}

/// `field` as CSV has it (RFC 4180).
std::string csv_field(std::string_view field) {
    std::string quoted = "\"";
    for (const char character : field) {
        if (character == '"') quoted += '"';
        quoted += character;
    }
    return quoted + '"';
}

/// Prints the edits as a table that the page and the API read, too.
int export_table(const Listing& listing) {
    const auto state = state_of(listing);
    auto edits = state ? KeptEdits::read(*state) : Result<KeptEdits, std::string>("");
    if (!edits) {
        if (state) print_error("arpactl: {}\n", edits.error());
        return static_cast<int>(ControlExit::failure);
    }
    fmt::print("address,name,ttl,account,server,change\r\n");
    for (const AddressRange& range : ranges_of(listing)) {
        edits->for_each_edit(range, [](const Edit& edit) {
            // What the page and the API can read.
            const bool is_name = edit.type == RrType::ptr && edit.layer == EditLayer::edit;
            if (!is_name || edit.is_hole) return;
            std::string names;
            for (const Name& name : targets_of(edit)) {
                names += (names.empty() ? "" : " ") + host_name_text(name);
            }
            fmt::print("{},{},{},{},{},{}\r\n", edit.address.to_text(), csv_field(names),
                       edit.ttl ? std::to_string(edit.ttl->seconds) : "",
                       csv_field(edit.holder.account), csv_field(edit.holder.server), edit.change);
        });
    }
    return static_cast<int>(ControlExit::success);
}

int show_history(const Listing& listing) {
    const auto state = state_of(listing);
    if (!state) return static_cast<int>(ControlExit::failure);
    HistoryFilter filter;
    filter.limit = listing.limit;
    if (!listing.prefix.empty()) filter.addresses = range_of(*prefix_or_address(listing.prefix));
    const auto entries = read_history(*state, filter);
    if (!entries) {
        print_error("arpactl: {}\n", entries.error());
        return static_cast<int>(ControlExit::failure);
    }
    json::array array;
    for (const HistoryEntry& entry : *entries) {
        if (listing.as_json) {
            array.push_back(json_of(entry));
        } else {
            print_entry(entry);
        }
    }
    if (listing.as_json) print_json({{"history", std::move(array)}});
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

/// Adds a command that reads the state; its `work` does it.
CLI::App* add_listing(CLI::App& edits, const std::string& name, const std::string& description,
                      const std::shared_ptr<Listing>& listing, int (*work)(const Listing&),
                      std::function<int()>& command) {
    CLI::App* const added = edits.add_subcommand(name, description);
    add_config_option(*added, listing->config);
    added->add_option("PREFIX", listing->prefix, "Only those of addresses in it")
        ->check(CLI::Validator(
            [](std::string& text) {
                return prefix_or_address(text) ? std::string() : text + " is no address or prefix";
            },
            {}));
    added->add_flag("--json", listing->as_json, "Print JSON");
    added->callback(
        [&command, listing, work] { command = [listing, work] { return work(*listing); }; });
    return added;
}

void add_undo(CLI::App& edits, std::function<int()>& command) {
    CLI::App* const added = edits.add_subcommand(
        "undo", "Take back what a change did, if nothing else was done to its addresses since");
    const auto options = add_control_options(*added);
    const auto number = std::make_shared<ChangeId>();
    added->add_option("CHANGE", *number, "Number of the change")->required();
    added->callback([&command, options, number] {
        command = [options, number] {
            return report_failure([&] { return undo(*options, *number); });
        };
    });
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
    resetting
        ->add_option("ADDRESS", reset->addresses,
                     "IP addresses, and prefixes for all addresses in them")
        ->required()
        ->expected(1, -1);
    resetting->add_flag_callback(
        "--leases", [reset] { reset->layer = EditLayer::lease; },
        "Forget what UPDATE has named them, and not what people have");
    add_listing(*edits, "list", "List what names have been given beside the zone files",
                std::make_shared<Listing>(), list, command);
    add_listing(*edits, "export", "Print them as CSV, which the page and the API read",
                std::make_shared<Listing>(), export_table, command);
    const auto listing = std::make_shared<Listing>();
    add_listing(*edits, "history", "List what was changed, the newest first", listing, show_history,
                command)
        ->add_option("--limit", listing->limit, "At most so many")
        ->capture_default_str();
    add_undo(*edits, command);
}

}  // namespace arpad
