#include "app/daemon.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "answer/identity.hpp"
#include "base/counted.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "load/config_file.hpp"
#include "net/cores.hpp"

namespace arpad {
namespace {

constexpr std::chrono::seconds stop_patience{2};

void log(const Diagnostic& entry) {
    const auto level = entry.severity == Severity::error ? spdlog::level::err : spdlog::level::warn;
    spdlog::log(level, "{}{}{}{}", entry.location(), entry.message,
                entry.advice.empty() ? "" : "\n  ", entry.advice);
}

/// Keeps copies of the files that are in service as they are.
std::vector<GoodCopy> good_copies(const Sources& sources, const Load& load) {
    std::vector<GoodCopy> copies;
    for (const LoadedNetwork& network : load.networks) {
        if (network.standing != Standing::current) continue;
        const SourceFile& source = sources.zones[network.source];
        copies.push_back({source.key, *source.text});
    }
    if (load.inventory && load.inventory->standing == Standing::current) {
        copies.push_back({sources.inventory->key, *sources.inventory->text});
    }
    return copies;
}

/// Says what is served in place of a file that cannot be used.
void log_standing(const LoadedNetwork& network, const SourceFile& source) {
    switch (network.standing) {
        case Standing::current:
            break;
        case Standing::last_good:
            spdlog::warn("{}: {} is served from its last good copy until the file is mended",
                         source.file, network.name);
            break;
        case Standing::broken:
            spdlog::warn("{}: queries for {} are answered SERVFAIL until the file is mended",
                         source.file, network.name);
            break;
        case Standing::unknown:
            spdlog::warn("{}: nothing of it is served until it is mended", source.file);
            break;
    }
}

/// Says what is used in place of an inventory that cannot be used.
void log_standing(const LoadedInventory& inventory, const SourceFile& source) {
    if (inventory.standing == Standing::last_good) {
        spdlog::warn("{}: default names are those of its last good copy until it is mended",
                     source.file);
    } else if (inventory.standing != Standing::current) {
        spdlog::warn("{}: no address has a default name until it is mended", source.file);
    }
}

/// Says how many queries may wait while a worker is busy.
void log_receive_buffer(int octets) {
    constexpr int kibi = 1024;
    if (octets < wanted_receive_octets) {
        spdlog::warn(
            "UDP receive buffers of {} KiB, where {} KiB are wanted: bursts may be lost\n"
            "  raise net.core.rmem_max, or start with CAP_NET_ADMIN",
            octets / kibi, wanted_receive_octets / kibi);
    } else {
        spdlog::info("UDP receive buffers of {} KiB", octets / kibi);
    }
}

void log_counters(const Counters& counters) {
    std::string replies;
    for (std::size_t i = 0; i < counters.by_rcode.size(); ++i) {
        if (counters.by_rcode[i] == 0) continue;
        replies += fmt::format(" {} {},", counters.by_rcode[i], to_text(static_cast<Rcode>(i)));
    }
    spdlog::info("answered:{} {} truncated; no reply to {}", replies, counters.truncated,
                 counted(counters.silent, "message"));
}

/// Gives the system back what loading took. glibc keeps what is freed in small pieces below what
/// is still used, such as the snapshot, and the server is not going to need it again.
void return_memory() {
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

}  // namespace

Daemon::Daemon(ServerConfig config, Options options)
    : config_(std::move(config)),
      options_(std::move(options)),
      signals_(io_, SIGINT, SIGTERM),
      limits_(config_.tcp.connections, config_.tcp.connections_per_client) {}

ExitCode Daemon::run() {
    spdlog::info("arpad {} starts with {}", program_version, options_.config.string());
    signals_.async_wait([](const boost::system::error_code&, int signal) {
        spdlog::info("stopping on {}", signal == SIGINT ? "SIGINT" : "SIGTERM");
    });
    if (!open_state() || !claim_endpoints()) return ExitCode::environment;
    auto load = load_networks();
    if (!load) return load.error();
    if (!start_workers()) return ExitCode::environment;
    const std::string summary = summary_of(*load);
    publish(std::exchange(*load, {}).snapshot);
    return_memory();
    serve(summary);
    stop_workers();
    return ExitCode::success;
}

bool Daemon::open_state() {
    auto state = StateStore::open(config_.state, config_.serial_format);
    if (!state) {
        spdlog::error("{}", state.error());
        return false;
    }
    state_ = std::move(*state);
    return true;
}

/// Before the zones are loaded, which may take a while: a port that is taken should be known at
/// once.
bool Daemon::claim_endpoints() {
    auto endpoints = claim(config_.listen);
    if (!endpoints) {
        spdlog::error("{}", endpoints.error().to_text());
        return false;
    }
    endpoints_ = std::move(*endpoints);
    return true;
}

Result<Load, ExitCode> Daemon::load_networks() {
    Diagnostics reading;
    const Sources sources = read_sources(config_, reading);
    const bool is_readable = !reading.has_error_in(config_.zones.string());
    Load load = load_zones(sources, config_.zone_defaults, *state_, *state_);
    load.diagnostics.append(std::move(reading));
    for (const Diagnostic& entry : load.diagnostics.entries()) log(entry);
    if (!is_readable) {
        spdlog::error("not started: the zones directory cannot be read");
        return ExitCode::environment;
    }
    if (options_.strict && load.diagnostics.error_count() > 0) {
        spdlog::error("not started: {}, and --strict was given",
                      counted(load.diagnostics.error_count(), "error"));
        return ExitCode::configuration;
    }
    // Nothing is answered before it is certain that its serial will not be given to other content.
    if (const auto failure = state_->commit(good_copies(sources, load))) {
        spdlog::error("{}", *failure);
        return ExitCode::environment;
    }
    for (const LoadedNetwork& network : load.networks) {
        log_standing(network, sources.zones[network.source]);
    }
    if (load.inventory) log_standing(*load.inventory, *sources.inventory);
    return load;
}

bool Daemon::start_workers() {
    const auto identity = std::make_shared<const Identity>(config_.identity);
    const unsigned count =
        config_.workers.value_or(std::max(1U, std::thread::hardware_concurrency()));
    for (unsigned i = 0; i < count; ++i) {
        Worker& worker = workers_.emplace_back(identity, config_.udp, config_.tcp, limits_);
        if (const auto failure = worker.listen(endpoints_)) {
            spdlog::error("{}", failure->to_text());
            return false;
        }
    }
    return true;
}

void Daemon::publish(const std::shared_ptr<const Snapshot>& snapshot) {
    for (Worker& worker : workers_) {
        worker.adopt(snapshot, [this](std::shared_ptr<const Snapshot> retired) {
            // Freeing a large snapshot takes a while: that is the main thread's work.
            boost::asio::post(io_, [retired = std::move(retired)] {});
        });
    }
}

void Daemon::serve(const std::string& what) {
    for (Worker& worker : workers_) worker.start();
    if (config_.pins_workers) pin_workers();
    for (const ListenEndpoint& endpoint : endpoints_) {
        spdlog::info("listening on {}", endpoint.to_text());
    }
    log_receive_buffer(workers_.front().receive_octets());
    spdlog::info("serving {} with {}", what, counted(workers_.size(), "worker"));
    io_.run();  // ends when a signal has come, perhaps while loading: nothing else is waited for
}

void Daemon::pin_workers() {
    const std::vector<unsigned> cores = usable_cores();
    if (cores.empty()) return;
    std::size_t next = 0;
    for (Worker& worker : workers_) {
        const unsigned core = cores[next++ % cores.size()];
        if (const auto error = worker.pin(core)) {
            spdlog::warn("a worker is not kept on core {}: {}", core, error.message());
        }
    }
}

void Daemon::stop_workers() {
    for (Worker& worker : workers_) worker.stop(stop_patience);
    Counters total;
    for (Worker& worker : workers_) {
        worker.join();
        total.add(worker.counters());
    }
    log_counters(total);
}

}  // namespace arpad
