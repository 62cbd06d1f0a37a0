#include "app/daemon.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "answer/identity.hpp"
#include "app/control_api.hpp"
#include "base/counted.hpp"
#include "base/invariant.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "net/cores.hpp"
#include "state/passing_state.hpp"
#include "state/state_store.hpp"

namespace arpad {
namespace {

constexpr std::chrono::seconds stop_patience{2};

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

void log_traffic(const Traffic& traffic) {
    const Traffic::Channel total = traffic.total();
    std::string replies;
    total.for_each_rcode([&](const std::string& rcode, std::uint64_t count) {
        replies += fmt::format(" {} {},", count, rcode);
    });
    spdlog::info("answered:{} {} truncated; no reply to {}", replies, total.truncated,
                 counted(total.silent, "message"));
}

}  // namespace

Daemon::Daemon(ServerConfig config, Options options)
    : config_(std::move(config)),
      options_(std::move(options)),
      signals_(io_, SIGINT, SIGTERM),
      hangup_(io_, SIGHUP),
      limits_(config_.tcp.connections, config_.tcp.connections_per_client),
      manager_(io_),
      control_responder_(
          std::make_shared<const Snapshot>(std::vector<std::shared_ptr<const Zone>>()),
          std::make_shared<const Identity>(config_.identity)),
      query_log_(io_, workers_),
      started_at_(std::chrono::system_clock::now()) {}

ExitCode Daemon::run() {
    spdlog::info("arpad {} starts with {}", program_version, options_.config.string());
    signals_.async_wait([this](const boost::system::error_code&, int signal) {
        spdlog::info("stopping on {}", signal == SIGINT ? "SIGINT" : "SIGTERM");
        io_.stop();
    });
    if (!open_state() || !claim_endpoints()) return ExitCode::environment;
    if (const auto failure = load_networks()) return *failure;
    if (!start_workers()) return ExitCode::environment;
    publish(reloader_->first_snapshot(), [] {});
    serve(reloader_->summary());
    stop_workers();
    return ExitCode::success;
}

/// Without a directory that can be written to the server still answers: that is worse than what was
/// asked for, and better than silence.
bool Daemon::open_state() {
    auto state = StateStore::open(config_.state, config_.serial_format);
    if (state) {
        state_ = std::move(*state);
        return true;
    }
    spdlog::error("{}", state.error().text);
    if (state.error().is_conflict || options_.strict) return false;
    do_without_state();
    return true;
}

void Daemon::do_without_state() {
    state_ = std::make_unique<PassingState>(config_.state);
    spdlog::error(
        "nothing is kept for the next start: zones that change get the time of their newest file "
        "as serial, and last good copies are lost when arpad stops\n  mend the state directory "
        "and restart arpad");
}

/// Before the zones are loaded, which may take a while: a port that is taken should be known at
/// once.
bool Daemon::claim_endpoints() {
    auto endpoints = claim(options_.listen.empty() ? config_.listen : options_.listen);
    if (!endpoints) {
        spdlog::error("{}", endpoints.error().to_text());
        return false;
    }
    endpoints_ = std::move(*endpoints);
    return true;
}

void Daemon::make_reloader() {
    reloader_ = std::make_unique<Reloader>(
        io_, config_, options_.config, *state_,
        [this](const std::shared_ptr<const Snapshot>& snapshot, std::function<void()> published) {
            publish(snapshot, std::move(published));
        },
        [this](const std::vector<std::filesystem::path>& directories) { watch(directories); });
}

/// The first look at the files; what to end with if the server must not start.
std::optional<ExitCode> Daemon::load_networks() {
    make_reloader();
    ReloadOutcome outcome = reloader_->load();
    if (!outcome.is_readable) {
        spdlog::error("not started: the zones directory cannot be read");
        return ExitCode::environment;
    }
    if (options_.strict && outcome.errors > 0) {
        spdlog::error("not started: {}, and --strict was given", counted(outcome.errors, "error"));
        return ExitCode::configuration;
    }
    if (outcome.failure.empty()) return std::nullopt;
    if (options_.strict) return ExitCode::environment;
    do_without_state();
    make_reloader();
    outcome = reloader_->load();
    ensure(outcome.failure.empty(), "what is kept in memory can be kept");
    return std::nullopt;
}

bool Daemon::start_workers() {
    const auto identity = std::make_shared<const Identity>(config_.identity);
    const unsigned count =
        config_.workers.value_or(std::max(1U, std::thread::hardware_concurrency()));
    const auto detail = config_.metrics ? Telemetry::Detail::all : Telemetry::Detail::counts;
    for (unsigned i = 0; i < count; ++i) {
        Worker& worker = workers_.emplace_back(identity, config_.udp, config_.tcp, detail, limits_);
        if (const auto failure = worker.listen(endpoints_)) {
            spdlog::error("{}", failure->to_text());
            return false;
        }
    }
    return true;
}

void Daemon::publish(const std::shared_ptr<const Snapshot>& snapshot,
                     std::function<void()> published) {
    (void)control_responder_.adopt(snapshot);
    const auto waited_for = std::make_shared<std::size_t>(workers_.size());
    for (Worker& worker : workers_) {
        worker.adopt(
            snapshot, [this, waited_for, published](std::shared_ptr<const Snapshot> retired) {
                // Freeing a large snapshot takes a while: that is the main thread's work.
                boost::asio::post(io_, [retired = std::move(retired), waited_for, published] {
                    if (--*waited_for == 0) published();
                });
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
    // Whoever is told that it serves may do everything with it.
    wait_for_hangup();
    open_control();
    open_metrics();
    if (config_.query_log) query_log_.log(config_.query_log);
    spdlog::info("serving {} with {}", what, counted(workers_.size(), "worker"));
    manager_.ready(what, workers_);
    if (config_.reload.watches) start_watching();
    io_.run();  // ends when a signal has come, perhaps while loading
    ServiceManager::stopping();
    if (watch_) watch_->stop();
    metrics_.reset();
    control_.reset();
}

void Daemon::wait_for_hangup() {
    hangup_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        spdlog::info("reloading on SIGHUP");
        ServiceManager::reloading();
        reloader_->reload(Trigger::request, [](const ReloadOutcome& outcome) {
            ServiceManager::reloaded(outcome.summary);
        });
        wait_for_hangup();
    });
}

/// Without it the server still answers, and cannot be looked into.
void Daemon::open_control() {
    auto control = HttpServer::open(io_, config_.state / "control.sock");
    if (!control) {
        spdlog::error("{}", control.error());
        return;
    }
    control_ = std::move(*control);
    add_control_api(*control_, *reloader_, control_responder_, facts());
}

/// Likewise.
void Daemon::open_metrics() {
    if (!config_.metrics) return;
    auto metrics = HttpServer::open(io_, *config_.metrics);
    if (!metrics) {
        spdlog::error("metrics: {}", metrics.error());
        return;
    }
    metrics_ = std::move(*metrics);
    add_metrics(*metrics_, *reloader_, facts());
    spdlog::info("metrics at http://{}/metrics", metrics_->endpoint().to_text());
}

ServerFacts Daemon::facts() {
    return {[this](ServerFacts::Take take) { report(std::move(take)); },
            [this] { return limits_.counts(); },
            [this](const std::optional<QueryLogConfig>& config) { query_log_.log(config); },
            workers_.size(),
            state_->is_durable(),
            started_at_};
}

/// Calls `done` with what all workers tell, once the last has told.
void Daemon::report(std::function<void(const TelemetryReport&)> done) {
    const auto total = std::make_shared<TelemetryReport>();
    const auto waited_for = std::make_shared<std::size_t>(workers_.size());
    for (Worker& worker : workers_) {
        worker.report([this, total, waited_for, done](TelemetryReport report) {
            boost::asio::post(io_, [total, waited_for, done, report = std::move(report)] {
                total->add(report);
                if (--*waited_for == 0) done(*total);
            });
        });
    }
}

void Daemon::start_watching() {
    watch_.emplace(io_, [this] { reloader_->reload(Trigger::watch); });
    watch(reloader_->directories());
}

void Daemon::watch(const std::vector<std::filesystem::path>& directories) {
    if (!watch_) return;
    std::vector<std::filesystem::path> files{config_.zones};
    if (config_.inventory) files.push_back(*config_.inventory);
    watch_->watch(directories, files);
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
    TelemetryReport total;
    for (Worker& worker : workers_) {
        worker.join();
        worker.report([&total](const TelemetryReport& report) { total.add(report); });
    }
    query_log_.write();
    log_traffic(total.traffic);
}

}  // namespace arpad
