#include "export.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/counted.hpp"
#include "base/standard_error.hpp"
#include "base/text_file.hpp"
#include "base/version.hpp"
#include "configured.hpp"
#include "load/master_writer.hpp"
#include "output_files.hpp"
#include "progress.hpp"
#include "state/served_serials.hpp"
#include "zone/builder.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

struct Arguments {
    std::string config;
    std::string network;
    std::optional<std::string> directory;
    std::uint64_t limit = 1'000'000;
    bool omit_ranges = false;
    bool force = false;
};

using Zones = std::vector<std::shared_ptr<const Zone>>;

/// Whether `planned` is what the operator calls `name`: it by its own name, or the zones of a
/// network by its prefix, its `zone` or its file.
bool is_called(const PlannedZone& planned, const BuildInput& input, const std::string& name) {
    const NetworkEntry& entry = input.networks[planned.network];
    const auto prefix = Prefix::from_text(name);
    const auto zone = Name::from_text(name);
    return entry.file == name || (prefix && entry.key.network == *prefix) ||
           (zone && (planned.apex == *zone || (entry.key.zone && *entry.key.zone == *zone)));
}

/// Those of `zones` that the operator calls `name`.
Zones choose(const Zones& zones, const BuildInput& input, const std::string& name) {
    if (name == "all") return zones;
    Zones chosen;
    for (const auto& zone : zones) {
        const PlannedZone& planned = input.layout.zones().at(Name(zone->apex()));
        if (is_called(planned, input, name)) chosen.push_back(zone);
    }
    return chosen;
}

/// `64_26.2.0.192.in-addr.arpa.zone`: a slash is written as an underscore, and whatever else could
/// mean something in a path or in the configuration of a nameserver as =5f.
std::string file_name_of(NameView apex) {
    std::string name;
    for (const char letter : apex.is_root() ? "root." : apex.to_text()) {
        const bool is_plain = (letter >= 'a' && letter <= 'z') ||
                              (letter >= '0' && letter <= '9') || letter == '-' ||
                              (letter == '.' && !name.empty());
        if (letter == '/') {
            name += '_';
        } else {
            name += is_plain ? std::string(1, letter)
                             : fmt::format("={:02x}", static_cast<unsigned char>(letter));
        }
    }
    return name + "zone";
}

/// The whole zone in master-file form.
std::string master_text(const Zone& zone, RangeWalk ranges) {
    std::string text =
        fmt::format("$ORIGIN {}\n; exported by arpad {}\n", zone.apex().to_text(), program_version);
    if (ranges == RangeWalk::omit && count_range_names(zone) > 0) {
        text += "; without the names that ranges make\n";
    }
    walk(zone, ranges, [&text](NameView owner, RrsetView rrset) {
        for (const auto rdata : rrset) {
            text += master_line(owner, rrset.ttl(), rrset.type(), rdata);
            text += '\n';
        }
    });
    return text;
}

/// Whether the ranges of each zone stay below the limit; says which do not.
bool fits(const Zones& zones, const Arguments& arguments) {
    bool is_fit = true;
    for (const auto& zone : zones) {
        const Uint128 names = count_range_names(*zone);
        if (arguments.omit_ranges || names <= arguments.limit) continue;
        is_fit = false;
        const auto most = Uint128{std::numeric_limits<std::uint64_t>::max()};
        const std::string count =
            names > most ? "more than 2^64" : fmt::format("{}", static_cast<std::uint64_t>(names));
        print_error(
            "arpactl: the ranges of {} make {} names, and the limit is {}\n  raise it with "
            "--limit, or leave them out with --omit-ranges\n",
            zone->apex().to_text(), count, arguments.limit);
    }
    return is_fit;
}

/// Writes each zone to its own of `paths`.
void write_zones(const Zones& zones, RangeWalk ranges,
                 const std::vector<std::filesystem::path>& paths, Overwriting overwriting,
                 Diagnostics& diagnostics) {
    Progress progress("writing zones", zones.size());
    for (std::size_t i = 0; i < zones.size(); ++i) {
        if (const auto error = write_text_file(paths[i], master_text(*zones[i], ranges),
                                               overwriting, Readers::everybody)) {
            diagnostics.error(paths[i].string(), {}, error.message(), cannot_write_advice);
            return;
        }
        progress.advance();
    }
}

int write_files(const Zones& zones, RangeWalk ranges, const std::filesystem::path& directory,
                Overwriting overwriting) {
    Diagnostics diagnostics;
    std::vector<std::filesystem::path> paths;
    for (const auto& zone : zones) paths.push_back(directory / file_name_of(zone->apex()));
    prepare_output(paths, overwriting, diagnostics);
    if (diagnostics.is_empty()) write_zones(zones, ranges, paths, overwriting, diagnostics);
    print(diagnostics);
    if (!diagnostics.is_empty()) return 1;
    fmt::print("{} written to {}\n", counted(zones.size(), "zone"), directory.string());
    return 0;
}

int print_zone(const Zone& zone, RangeWalk ranges) {
    std::string text;
    {
        const Progress progress("writing the zone");
        text = master_text(zone, ranges);
    }
    fmt::print("{}", text);
    return std::fflush(stdout) == 0 ? 0 : 1;
}

int write(const Zones& zones, const Arguments& arguments) {
    const RangeWalk ranges = arguments.omit_ranges ? RangeWalk::omit : RangeWalk::expand;
    if (!fits(zones, arguments)) return 1;
    if (arguments.directory) {
        return write_files(zones, ranges, *arguments.directory,
                           arguments.force ? Overwriting::allowed : Overwriting::refused);
    }
    if (zones.size() != 1) {
        print_error(
            "arpactl: {} has {}, and standard output takes one\n  write them to files with "
            "-o DIR\n",
            arguments.network, counted(zones.size(), "zone"));
        return 1;
    }
    return print_zone(*zones.front(), ranges);
}

Zones build(ConfiguredNetworks& networks, ServedSerials& serials, Diagnostics& warnings) {
    const Progress progress("building zones");
    const auto snapshot = snapshot_of(build_zones(networks.assembly(), serials, warnings));
    return {snapshot->zones().begin(), snapshot->zones().end()};
}

int export_networks(const Arguments& arguments) {
    const auto networks = ConfiguredNetworks::read(arguments.config);
    if (networks == nullptr) return 1;
    if (!networks->is_sound()) {
        print_error("arpactl: nothing is exported while files have errors\n");
        return 1;
    }
    auto serials = ServedSerials::read(networks->config().state, networks->config().serial_format);
    if (!serials) {
        print_error("arpactl: {}\n", serials.error());
        return 1;
    }
    Diagnostics warnings;
    const BuildInput input = networks->input();
    const Zones zones = choose(build(*networks, *serials, warnings), input, arguments.network);
    print(warnings);
    if (!zones.empty()) return write(zones, arguments);
    print_error(
        "arpactl: nothing is served as {}\n  write the prefix of a network, the name of a "
        "zone, a file, or `all`\n",
        arguments.network);
    return 1;
}

}  // namespace

void add_export_command(CLI::App& app, std::function<int()>& run) {
    CLI::App* const command = app.add_subcommand("export",
                                                 "Write networks as master files, as NSD, Knot and "
                                                 "BIND load them, with the serials that the "
                                                 "server gives its zones");
    const auto arguments = std::make_shared<Arguments>();
    add_config_option(*command, arguments->config);
    command
        ->add_option("NETWORK", arguments->network,
                     "Prefix or file of a network, or name of a zone, or `all`")
        ->type_name("PREFIX|FILE|NAME")
        ->required();
    CLI::Option* const output =
        command
            ->add_option(
                "-o,--output", arguments->directory,
                "Write a file for each zone into this directory; without it the one zone goes "
                "to standard output")
            ->type_name("DIR");
    command
        ->add_option("--limit", arguments->limit,
                     "How many names the ranges of a zone may make; more is an error")
        ->type_name("NAMES")
        ->capture_default_str();
    command
        ->add_flag("--force", arguments->force, "With -o: write over files that are there already")
        ->needs(output);
    command->add_flag("--omit-ranges", arguments->omit_ranges,
                      "Leave out the names that ranges make");
    command->callback(
        [arguments, &run] { run = [arguments] { return export_networks(*arguments); }; });
}

}  // namespace arpad
