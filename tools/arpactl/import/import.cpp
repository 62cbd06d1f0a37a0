#include "import/import.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/counted.hpp"
#include "base/diagnostics.hpp"
#include "base/standard_error.hpp"
#include "base/text_file.hpp"
#include "control/control_client.hpp"
#include "import/axfr.hpp"
#include "import/lease_import.hpp"
#include "import/named_conf.hpp"
#include "import/zone_planner.hpp"
#include "import/zone_yaml.hpp"
#include "load/host_name.hpp"
#include "output_files.hpp"
#include "progress.hpp"

namespace arpad {
namespace {

constexpr int failure = 1;
constexpr int wrong_usage = 2;

struct Arguments {
    std::vector<std::string> sources;  // master files; with --axfr zones
    std::optional<std::string> origin;
    std::optional<std::string> axfr;
    std::optional<std::string> named_conf;
    std::optional<std::string> view;
    std::optional<std::string> directory;
    bool force = false;
    bool skip_bad = false;
    std::string form = "files";  // what they become
    std::shared_ptr<ControlOptions> server = std::make_shared<ControlOptions>();

    [[nodiscard]] bool makes_leases() const { return form == "leases"; }
};

/// One zone to import.
struct Job {
    std::string source;                     ///< What messages call it.
    std::optional<Name> name;               ///< If known beforehand.
    std::function<void(MasterSink&)> read;  ///< Gives its records to the sink.
};

/// A zone that was imported.
struct ImportedZone {
    std::string file_name;
    std::string yaml;
    std::string summary;
};

/// Finds what $INCLUDE names: beside the file that it stands in, else below `directory`.
IncludeReader include_below(std::filesystem::path directory) {
    return
        [directory = std::move(directory)](
            std::string_view name, std::string_view from) -> Result<IncludedText, IncludeFailure> {
            const std::filesystem::path beside = std::filesystem::path(from).parent_path() / name;
            std::error_code ignored;
            const auto path = std::filesystem::exists(beside, ignored) ? beside : directory / name;
            auto text = read_text_file(path);
            if (text) return IncludedText{path.string(), std::move(*text)};
            return IncludeFailure{fmt::format("{}: {}", path.string(), text.error().message())};
        };
}

/// Reads the master file `path` into a sink.
void read_file_into(MasterSink& sink, const std::string& path, const std::optional<Name>& origin,
                    const std::filesystem::path& directory) {
    const auto text = read_text_file(path);
    if (!text) {
        sink.take_flaw({path, {}, text.error().message(), "check its name and its mode"});
        return;
    }
    MasterOptions options;
    options.origin = origin;
    options.missing_ttl = MissingTtl::soa_minimum;
    options.include = include_below(directory);
    options.max_generated_records = usual_generated_records;
    read_master_file(path, *text, options, sink);
}

std::optional<Name> read_zone_name(const std::string& text, Diagnostics& diagnostics) {
    auto name = zone_name_from_text(text);
    if (name) return std::move(*name);
    diagnostics.error({}, {}, name.error().message, name.error().advice);
    return std::nullopt;
}

// What there is to import

std::vector<Job> jobs_of_files(const Arguments& arguments, Diagnostics& diagnostics) {
    std::optional<Name> origin;
    if (arguments.origin) origin = read_zone_name(*arguments.origin, diagnostics);
    std::vector<Job> jobs;
    jobs.reserve(arguments.sources.size());
    for (const std::string& file : arguments.sources) {
        jobs.push_back({file, {}, [file, origin](MasterSink& sink) {
                            read_file_into(sink, file, origin, {});
                        }});
    }
    return jobs;
}

std::vector<Job> jobs_of_transfers(const Arguments& arguments, Diagnostics& diagnostics) {
    const auto server = axfr_server_from_text(*arguments.axfr);
    if (!server) {
        diagnostics.error({}, {}, fmt::format("`{}` is no server", *arguments.axfr),
                          "write an address or a name, and :PORT if it is not 53");
        return {};
    }
    std::vector<Job> jobs;
    for (const std::string& text : arguments.sources) {
        const auto name = read_zone_name(text, diagnostics);
        if (!name) continue;
        jobs.push_back({server->host, name, [server = *server, name = *name](MasterSink& sink) {
                            transfer_zone(server, name, sink);
                        }});
    }
    return jobs;
}

std::vector<Job> jobs_of_named_conf(const Arguments& arguments, Diagnostics& diagnostics) {
    const auto conf = read_named_conf(*arguments.named_conf, diagnostics);
    if (!conf) return {};
    std::vector<Job> jobs;
    for (const NamedZone& zone : conf->zones) {
        if (arguments.view && zone.view != *arguments.view) continue;
        jobs.push_back(
            {zone.file.string(), zone.name, [zone, directory = conf->directory](MasterSink& sink) {
                 read_file_into(sink, zone.file.string(), zone.name, directory);
             }});
    }
    if (jobs.empty()) {
        diagnostics.error(*arguments.named_conf, {}, "no reverse zone of type primary is in it",
                          "name the file that has the zone statements, and the right --view");
    }
    return jobs;
}

// Importing

std::string summary_of(const ZonePlan& plan) {
    return fmt::format("{} records: {}, ranges: {} for {}, delegations: {}, extra: {}",
                       plan.form.apex.to_text(), plan.records.size(), plan.ranges.size(),
                       counted(plan.ranged_names, "name"), plan.delegations.size(),
                       plan.extra.size());
}

std::optional<ImportedZone> import_zone(const Job& job, BadRecords bad_records,
                                        Diagnostics& diagnostics) {
    Diagnostics findings;
    RecordCollector collector(bad_records, findings);
    job.read(collector);
    std::optional<ZonePlan> plan;
    // Without some of its lines a zone has further faults that are none.
    if (findings.error_count() == 0) {
        plan = plan_zone(std::move(collector.records()), job.source, bad_records, findings);
    }
    if (plan && job.name && plan->form.apex != *job.name) {
        findings.error(job.source, {},
                       fmt::format("it holds the zone {}, not {}", plan->form.apex.to_text(),
                                   job.name->to_text()),
                       "correct the owner of the SOA record");
        plan.reset();
    }
    diagnostics.append(std::move(findings));
    if (!plan) return std::nullopt;
    return ImportedZone{zone_file_name(plan->form), zone_yaml(*plan), summary_of(*plan)};
}

std::vector<ImportedZone> import_all(const std::vector<Job>& jobs, BadRecords bad_records,
                                     Diagnostics& diagnostics) {
    Progress progress(jobs.size() == 1 ? "importing " + jobs.front().source : "importing zones",
                      jobs.size());
    std::vector<ImportedZone> zones;
    for (const Job& job : jobs) {
        if (auto zone = import_zone(job, bad_records, diagnostics)) {
            zones.push_back(std::move(*zone));
        }
        progress.advance();
    }
    return zones;
}

/// Two zones that would be written to one file: two views of one zone, for example.
void report_clashes(const std::vector<ImportedZone>& zones, Diagnostics& diagnostics) {
    std::map<std::string, std::string> seen;
    for (const ImportedZone& zone : zones) {
        const auto [first, is_new] = seen.emplace(zone.file_name, zone.summary);
        if (is_new) continue;
        diagnostics.error(zone.file_name, {}, "two of the zones would be written to this file",
                          "import them one by one; choose among views with --view");
    }
}

// Output

int write_files(const std::vector<ImportedZone>& zones, const std::filesystem::path& directory,
                Overwriting overwriting) {
    Diagnostics diagnostics;
    std::vector<std::filesystem::path> paths;
    paths.reserve(zones.size());
    for (const ImportedZone& zone : zones) paths.push_back(directory / zone.file_name);
    prepare_output(paths, overwriting, diagnostics);
    if (diagnostics.is_empty()) {
        for (const ImportedZone& zone : zones) {
            const auto path = directory / zone.file_name;
            if (const auto error =
                    write_text_file(path, zone.yaml, overwriting, Readers::everybody)) {
                diagnostics.error(path.string(), {}, error.message(), cannot_write_advice);
                break;
            }
            print_error("{}\n  {}\n", path.string(), zone.summary);
        }
    }
    print(diagnostics);
    return diagnostics.is_empty() ? 0 : failure;
}

int write_output(const std::string& yaml) {
    const bool is_written =
        std::fwrite(yaml.data(), 1, yaml.size(), stdout) == yaml.size() && std::fflush(stdout) == 0;
    if (is_written) return 0;
    print_error("the standard output cannot be written\n");
    return failure;
}

std::vector<Job> find_jobs(const Arguments& arguments, Diagnostics& diagnostics) {
    if (arguments.named_conf) return jobs_of_named_conf(arguments, diagnostics);
    if (arguments.axfr) return jobs_of_transfers(arguments, diagnostics);
    return jobs_of_files(arguments, diagnostics);
}

/// What is wrong with how the command was called; empty if nothing.
std::string_view misuse(const Arguments& arguments) {
    if (arguments.named_conf && !arguments.sources.empty()) {
        return "--from names all zones: leave the other arguments out";
    }
    if (!arguments.named_conf && arguments.sources.empty()) {
        return arguments.axfr ? "name the zones to transfer" : "name the master files to import";
    }
    if (arguments.view && !arguments.named_conf) return "--view needs --from";
    if (arguments.origin && (arguments.axfr || arguments.sources.size() != 1)) {
        return "--origin is for one master file";
    }
    if (arguments.force && !arguments.directory) return "--force needs -o";
    if (arguments.makes_leases() && arguments.directory) {
        return "leases are kept by the server: leave -o out";
    }
    return {};
}

/// Has the server keep what the zones hold, zone by zone.
int store_leases(const Arguments& arguments, const std::vector<Job>& jobs,
                 Diagnostics& diagnostics) {
    const auto bad_records = arguments.skip_bad ? BadRecords::skip : BadRecords::stop;
    const int outcome = report_failure([&] {
        Progress progress("storing leases", jobs.size());
        for (const Job& job : jobs) {
            Diagnostics findings;
            RecordCollector collector(bad_records, findings);
            job.read(collector);
            if (findings.error_count() == 0) {
                const auto [stored, skipped] =
                    import_leases(*arguments.server, collector.records(), job.source, findings);
                print_error("{}: {} stored, {} skipped\n", job.source, counted(stored, "RRset"),
                            skipped);
            }
            diagnostics.append(std::move(findings));
            progress.advance();
        }
        return ControlExit::success;
    });
    print(diagnostics);
    return diagnostics.error_count() > 0 ? failure : outcome;
}

int import_zones(const Arguments& arguments) {
    if (const auto wrong = misuse(arguments); !wrong.empty()) {
        print_error("{}\nRun with --help for more information.\n", wrong);
        return wrong_usage;
    }
    Diagnostics diagnostics;
    const auto jobs = find_jobs(arguments, diagnostics);
    if (arguments.makes_leases()) return store_leases(arguments, jobs, diagnostics);
    if (jobs.size() > 1 && !arguments.directory) {
        print_error("{} need a directory to be written to: -o DIR\n", counted(jobs.size(), "zone"));
        return wrong_usage;
    }
    const auto bad_records = arguments.skip_bad ? BadRecords::skip : BadRecords::stop;
    const auto zones = import_all(jobs, bad_records, diagnostics);
    report_clashes(zones, diagnostics);
    print(diagnostics);
    if (diagnostics.error_count() > 0) {
        print_error("nothing was written: {}\n", counted(diagnostics.error_count(), "error"));
        return failure;
    }
    if (!arguments.directory) return write_output(zones.front().yaml);
    return write_files(zones, *arguments.directory,
                       arguments.force ? Overwriting::allowed : Overwriting::refused);
}

void add_options(CLI::App& command, Arguments& arguments) {
    command
        .add_option("SOURCE", arguments.sources,
                    "Master files to import, one zone each; with --axfr the zones to transfer")
        ->type_name("FILE|NAME");
    command
        .add_option("--origin", arguments.origin,
                    "Name that relative names are below until $ORIGIN; needed where a file has "
                    "none before its first record")
        ->type_name("NAME");
    const auto axfr = command
                          .add_option("--axfr", arguments.axfr,
                                      "Transfer the zones from this server (SERVER or SERVER:PORT) "
                                      "instead of reading files")
                          ->type_name("SERVER");
    command
        .add_option("--from", arguments.named_conf,
                    "Import all reverse zones of type primary in this named.conf of BIND")
        ->type_name("FILE")
        ->excludes(axfr);
    command.add_option("--view", arguments.view, "With --from: only the zones of this view")
        ->type_name("NAME");
    command
        .add_option("-o,--output", arguments.directory,
                    "Write a file such as 192.0.2.0_24.yaml for each zone into this directory "
                    "instead of one to standard output")
        ->type_name("DIR");
    command
        .add_option("--as", arguments.form,
                    "What to make of them: zone `files`, or `leases` of the server that runs, for "
                    "zones that were updated dynamically")
        ->check(CLI::IsMember({"files", "leases"}))
        ->capture_default_str();
    command
        .add_option("-c,--config", arguments.server->config,
                    "With --as leases: the configuration of the server")
        ->type_name("FILE");
    command
        .add_option("--socket", arguments.server->socket,
                    "With --as leases: its control socket, instead of the configuration's")
        ->type_name("PATH");
    command.add_flag("--force", arguments.force,
                     "With -o: write over files that are there already");
    command.add_flag("--skip-bad", arguments.skip_bad,
                     "Leave out lines that cannot be imported, with a warning for each, instead of "
                     "stopping");
}

}  // namespace

void add_import_command(CLI::App& app, std::function<int()>& run) {
    CLI::App* const command = app.add_subcommand(
        "import",
        "Turn master files, or zones of a running server, into zone files. Nothing is lost: what "
        "no other key expresses goes to `extra`");
    const auto arguments = std::make_shared<Arguments>();
    add_options(*command, *arguments);
    command->callback(
        [arguments, &run] { run = [arguments] { return import_zones(*arguments); }; });
}

}  // namespace arpad
