#include "adopt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/counted.hpp"
#include "base/standard_error.hpp"
#include "configured.hpp"
#include "load/record_text.hpp"
#include "load/zone_file.hpp"
#include "zone/allocations.hpp"
#include "zone/range_index.hpp"

namespace arpad {
namespace {

struct Arguments {
    std::string config;
    std::string network;
};

/// The network that is called so, or whose file is; none if there is none.
std::optional<std::size_t> find_network(const BuildInput& input, const std::string& name) {
    for (std::size_t i = 0; i < input.networks.size(); ++i) {
        const NetworkEntry& network = input.networks[i];
        if (display_name(network.key) == name || network.file == name) return i;
    }
    return std::nullopt;
}

/// What edits have the addresses of network number `index` have.
std::vector<RecordEntry> entries_of(const BuildInput& input, std::size_t index) {
    const NetworkModel& model = *input.networks[index].model;
    std::vector<RecordEntry> entries;
    input.edits->for_each_edit(range_of(*input.networks[index].key.network), [&](const Edit& edit) {
        const auto record = model.records.view().find(edit.address);
        const bool is_heard = edit.type == RrType::ptr && edit.layer == EditLayer::edit &&
                              !edit.is_hole && !(record && record->locked) &&
                              is_awake(edit, input.inventory) &&
                              input.layout.network_of(edit.address) == index;
        if (!is_heard) return;
        const Ttl ttl = edit.ttl.value_or(edit_ttl(model));
        entries.push_back(
            {edit.address, targets_of(edit), ttl == model.ttl ? std::nullopt : std::optional(ttl)});
    });
    return entries;
}

/// An entry as it reads.
std::string text_of(const RecordView& record) {
    std::string text = record.address.to_text();
    for (const NameView name : record.names) text += " " + name.to_text();
    if (record.ttl) text += fmt::format(" {}", record.ttl->seconds);
    return text + (record.locked ? " locked" : "");
}

std::string text_of(const RecordEntry& entry) {
    std::string text = entry.address.to_text();
    for (const Name& name : entry.names) text += " " + name.to_text();
    if (entry.ttl) text += fmt::format(" {}", entry.ttl->seconds);
    return text;
}

/// What `records` are with `entries` in their place, sorted.
std::vector<std::string> expected(RecordsView records, const std::vector<RecordEntry>& entries) {
    std::vector<std::string> texts;
    for (const RecordView record : records) {
        const bool is_there =
            std::ranges::find(entries, record.address, &RecordEntry::address) != entries.end();
        if (!is_there) texts.push_back(text_of(record));
    }
    for (const RecordEntry& entry : entries) texts.push_back(text_of(entry));
    std::ranges::sort(texts);
    return texts;
}

/// Whether `text` says what `model` does, with `entries` in place of its records.
bool says(const std::string& file, const std::string& text, const ZoneDefaults& defaults,
          const NetworkModel& model, const std::vector<RecordEntry>& entries) {
    Diagnostics ignored;
    const ZoneFile read = read_zone_file(file, text, defaults, ignored);
    return read.model &&
           expected(read.model->records.view(), {}) == expected(model.records.view(), entries);
}

int adopt(const Arguments& arguments) {
    const auto networks = ConfiguredNetworks::read(arguments.config);
    if (networks == nullptr) return 1;
    const BuildInput input = networks->input();
    const auto index = find_network(input, arguments.network);
    const auto fail = [](const std::string& what) {
        print_error("arpactl: {}\n", what);
        return 1;
    };
    if (!index) return fail(fmt::format("there is no network {}", arguments.network));
    const NetworkEntry& network = input.networks[*index];
    const std::string* const text = networks->text_of(network.file);
    if (network.model == nullptr || text == nullptr || !network.key.network ||
        network.model->transfer.is_secondary()) {
        return fail(fmt::format("{} has no records that could be written", network.file));
    }
    const std::vector<RecordEntry> entries = entries_of(input, *index);
    const auto adopted = with_records(*text, entries);
    if (!adopted) {
        const auto& [place, reason] = adopted.error();
        return fail(place.line == 0 ? fmt::format("{}: {}", network.file, reason)
                                    : fmt::format("{}:{}: {}", network.file, place.line, reason));
    }
    if (!says(network.file, *adopted, networks->config().zone_defaults, *network.model, entries)) {
        return fail(
            fmt::format("{}: its `records` are written in a way that is not understood here: "
                        "write one entry on each line, and try again",
                        network.file));
    }
    fmt::print("{}", *adopted);
    print_error(
        "arpactl: {} of edits written into it; once it is in place of {}: `arpactl reload`, "
        "then `arpactl edits reset {}`\n",
        counted(entries.size(), "name"), network.file, display_name(network.key));
    return 0;
}

}  // namespace

void add_adopt_command(CLI::App& app, std::function<int()>& command) {
    CLI::App* const added = app.add_subcommand(
        "adopt",
        "Print a zone file with the names that its addresses were given beside it written into it");
    const auto arguments = std::make_shared<Arguments>();
    add_config_option(*added, arguments->config);
    added->add_option("NETWORK", arguments->network, "Prefix or file of a network")
        ->type_name("PREFIX|FILE")
        ->required();
    added->callback([&command, arguments] { command = [arguments] { return adopt(*arguments); }; });
}

}  // namespace arpad
