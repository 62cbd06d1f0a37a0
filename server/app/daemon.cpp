#include "app/daemon.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <chrono>
#include <iterator>
#include <system_error>
#include <utility>

#include "answer/identity.hpp"
#include "app/control_api.hpp"
#include "app/edit_api.hpp"
#include "app/privileges.hpp"
#include "app/sandbox.hpp"
#include "app/token_api.hpp"
#include "base/counted.hpp"
#include "base/invariant.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "state/passing_state.hpp"
#include "state/state_store.hpp"

namespace arpad {
namespace {

constexpr std::chrono::seconds stop_patience{2};

/// How long TCP connections go on after a takeover.
constexpr std::chrono::seconds connection_patience{60};

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

bool can_be_changed_by_others(const std::filesystem::path& directory) {
    using std::filesystem::perms;
    std::error_code error;
    const auto status = std::filesystem::status(directory, error);
    return !error && (status.permissions() & perms::others_write) != perms::none;
}

/// Those of `wanted` that are inherited, as `find` knows them, and the others, which are claimed.
template <class Find>
Result<std::vector<Endpoint>, ListenFailure> claim_others(const std::vector<Endpoint>& wanted,
                                                          const Find& find, Claim what) {
    std::vector<Endpoint> endpoints;
    std::vector<Endpoint> unclaimed;
    for (const Endpoint& endpoint : wanted) {
        if (const auto inherited = find(endpoint)) {
            endpoints.push_back(*inherited);
        } else {
            unclaimed.push_back(endpoint);
        }
    }
    const auto claimed = claim(unclaimed, what);
    if (!claimed) return claimed.error();
    endpoints.insert(endpoints.end(), claimed->begin(), claimed->end());
    return endpoints;
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

Daemon::Daemon(ServerConfig config, Options options, Invocation invocation)
    : config_(std::move(config)),
      options_(std::move(options)),
      invocation_(std::move(invocation)),
      signals_(io_, SIGINT, SIGTERM),
      hangup_(io_, SIGHUP),
      pool_(io_, config_),
      manager_(io_),
      control_responder_(
          std::make_shared<const Snapshot>(std::vector<std::shared_ptr<const Zone>>()),
          std::make_shared<const Identity>(config_.identity)),
      query_log_(io_, pool_.workers()),
      started_at_(std::chrono::system_clock::now()) {}

ExitCode Daemon::run() {
    spdlog::info("arpad {} starts with {}", program_version, options_.config.string());
    signals_.async_wait([this](const boost::system::error_code&, int signal) {
        spdlog::info("stopping on {}", signal == SIGINT ? "SIGINT" : "SIGTERM");
        io_.stop();
    });
    if (!become_user()) return ExitCode::environment;
    protect_secrets();
    raise_file_limit();
    restrict_files();
    const bool has_its_place = receive_from_predecessor() && open_state() && claim_endpoints();
    if (!has_its_place) return ExitCode::environment;
    if (const auto failure = load_networks()) return *failure;
    if (!open_workers()) return ExitCode::environment;
    publish(reloader_->first_snapshot(), [] {});
    serve(reloader_->summary());
    stop_workers();
    return ExitCode::success;
}

bool Daemon::become_user() {
    if (!config_.user) {
        if (is_root()) {
            spdlog::warn(
                "arpad runs as root\n  write `user: arpad`, or start it as a user without "
                "privileges");
        }
        return true;
    }
    const auto failure = arpad::become_user(*config_.user, config_.state);
    if (failure) spdlog::error("not started: {}", *failure);
    return !failure;
}

/// The process's memory is its own if it holds secrets, and so are its files.
void Daemon::protect_secrets() const {
    constexpr mode_t of_others = 0077;
    ::umask(of_others);
    // Whoever reaches the page or the API shows what it is proved with.
    const bool has_secrets = !config_.keys.empty() || !config_.cookies.secrets.empty() ||
                             config_.tls.key || config_.web.tls.key || !config_.web.listen.empty();
    if (has_secrets && !config_.allows_core_dumps) {
        forbid_core_dumps();
    } else {
        allow_core_dumps();  // one that has become another user leaves none of itself
    }
}

/// Says so if there may not be as many TCP connections as are configured.
void Daemon::raise_file_limit() const {
    // Listening sockets, the state, and the clients of the page and the API.
    const std::size_t others = 100 + config_.web.listen.size() * WebService::max_connections;
    const std::size_t most = arpad::raise_file_limit();
    if (config_.tcp.connections + others <= most) return;
    spdlog::warn(
        "the system allows {} open files, too few for {} TCP connections (`tcp` in the "
        "configuration)\n  raise the limit (`LimitNOFILE=` of the unit, `ulimit -n`), or lower "
        "`connections`",
        most, config_.tcp.connections);
}

/// Before there are other threads, which would not be bound by it.
void Daemon::restrict_files() {
    if (!config_.has_sandbox) return;
    std::error_code ignored;  // StateStore says what is wrong with it
    std::filesystem::create_directories(config_.state, ignored);
    if (const auto failure = forbid_writing_but_to(config_.state)) {
        spdlog::warn(
            "no sandbox for files: {}\n  have the kernel and the service's unit allow Landlock, or "
            "write `sandbox: false`",
            *failure);
    }
}

/// What threads begin with, if they are to be confined: one by one, and one of them says why if
/// that cannot be.
std::function<void()> Daemon::confining(std::optional<std::string> (*confine)()) const {
    if (!config_.has_sandbox) return {};
    return [confine, is_told = std::make_shared<std::atomic_flag>()] {
        const auto failure = confine();
        if (failure && !is_told->test_and_set()) {
            spdlog::warn(
                "no sandbox for threads: {}\n  have the system and the service's unit allow "
                "seccomp(2), or write `sandbox: false`",
                *failure);
        }
    };
}

/// If there is one, which goes on answering until this one does.
bool Daemon::receive_from_predecessor() {
    if (!options_.predecessor) return true;
    predecessor_.emplace(Descriptor(*options_.predecessor));
    auto received = receive_inheritance(*predecessor_);
    if (!received) {
        spdlog::error("not started: {}", received.error());
        return false;
    }
    inherited_ = std::move(*received);
    return true;
}

/// Without a directory that can be written to the server still answers: that is worse than what was
/// asked for, and better than silence.
bool Daemon::open_state() {
    auto state =
        StateStore::open(config_.state, config_.serial_format, std::move(inherited_.state_lock));
    if (state) {
        if (can_be_changed_by_others(config_.state)) {
            spdlog::warn("state directory {0}: everybody may change what is in it\n  chmod o-w {0}",
                         config_.state.string());
        }
        state_ = std::move(*state);
        return true;
    }
    spdlog::error("{}", state.error().text);
    if (state.error().is_conflict || options_.strict || predecessor_) return false;
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
    const auto endpoints = claim_others(
        options_.listen.empty() ? config_.listen : options_.listen,
        [this](const Endpoint& wanted) { return inherited_.find(wanted); }, Claim::udp_and_tcp);
    const auto tls_endpoints = claim_others(
        config_.tls.listen, [this](const Endpoint& wanted) { return inherited_.find_tls(wanted); },
        Claim::tcp);
    for (const auto* const claimed : {&endpoints, &tls_endpoints}) {
        if (!*claimed) spdlog::error("{}", claimed->error().to_text());
    }
    if (!endpoints || !tls_endpoints) return false;
    endpoints_ = {*endpoints, *tls_endpoints};
    return true;
}

void Daemon::make_reloader() {
    reloader_ = std::make_unique<Reloader>(
        io_, config_, options_.config, *state_,
        [this](const std::shared_ptr<const Snapshot>& snapshot,
               const std::vector<std::shared_ptr<const Zone>>& new_versions,
               std::function<void()> published) {
            publish(snapshot, [this, snapshot, new_versions, published = std::move(published)] {
                // Whoever is told may come at once.
                if (notify_thread_) notify_thread_->announce(new_versions);
                if (web_) web_->update(snapshot, new_versions);
                published();
            });
        },
        [this](const std::vector<std::filesystem::path>& directories) {
            watch(directories);
            if (web_) web_->update();
        },
        [this](const Credentials& credentials) { adopt(credentials); },
        [this](std::vector<SecondaryZone> zones) { refresh_thread_->follow(std::move(zones)); },
        confining(&forbid_programs));
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

bool Daemon::open_workers() {
    const Credentials credentials = credentials_of(config_);
    certificate_end_ = credentials.server_end;
    updates_.emplace(io_, *reloader_);
    updates_->adopt(credentials.updates);
    refresh_thread_.emplace(
        endpoints_.plain, credentials.keys, credentials.client, [this](Refresh refresh) {
            boost::asio::post(io_, [this, refresh = std::move(refresh)]() mutable {
                reloader_->exchange(std::move(refresh));
            });
        });
    const auto failure = pool_.open(endpoints_, inherited_, credentials,
                                    {updates_->maker(), [this](NameView apex, const Address& from) {
                                         refresh_thread_->notice(apex, from);
                                     }});
    if (failure) spdlog::error("{}", failure->to_text());
    return !failure;
}

void Daemon::adopt(const Credentials& credentials) {
    pool_.adopt(credentials);
    if (credentials.server) certificate_end_ = credentials.server_end;
    if (!config_.allows_core_dumps) forbid_core_dumps();  // they may be the first
    updates_->adopt(credentials.updates);
    if (notify_thread_) notify_thread_->adopt(credentials.keys);
    refresh_thread_->adopt(credentials.keys);
    refresh_thread_->adopt(credentials.client);
    if (web_ && credentials.web) web_->adopt(credentials.web);
}

void Daemon::publish(const std::shared_ptr<const Snapshot>& snapshot,
                     std::function<void()> published) {
    (void)control_responder_.adopt(snapshot);
    pool_.publish(snapshot, std::move(published));
}

void Daemon::serve(const std::string& what) {
    open_metrics();
    open_web();
    // All sockets are open; threads that start now have what this one has.
    if (const auto reason = drop_privileges()) {
        spdlog::warn(
            "arpad keeps privileges: {}\n  have the service's unit or the container allow "
            "capset(2) and prctl(2)",
            *reason);
    }
    start_worker_log(confining(&forbid_programs));
    pool_.start(confining(&confine_to_answering));
    if (web_) web_->start(reloader_->first_snapshot(), confining(&forbid_programs));
    if (config_.pins_workers) pool_.pin();
    for (const Endpoint& endpoint : endpoints_.plain) {
        spdlog::info("listening on {}", endpoint.to_text());
    }
    for (const Endpoint& endpoint : endpoints_.tls) {
        spdlog::info("listening on {} over TLS", endpoint.to_text());
    }
    log_receive_buffer(pool_.workers().front().receive_octets());
    // Whoever is told that it serves may do everything with it.
    wait_for_hangup();
    open_control();
    if (config_.query_log) query_log_.log(config_.query_log);
    relieve_predecessor();
    spdlog::info("serving {} with {}", what, counted(pool_.size(), "worker"));
    manager_.ready(what, pool_.workers());
    start_notifying();
    start_refreshing();
    forget_secrets();
    if (config_.reload.watches) start_watching();
    io_.run();  // ends when a signal has come, perhaps while loading
    if (!is_handed_over_) ServiceManager::stopping();
    if (watch_) watch_->stop();
    notify_thread_.reset();
    refresh_thread_->stop();
    metrics_.reset();
    control_.reset();
    web_.reset();
}

/// Of all zones at first: whether their last versions were told before this start is not known.
void Daemon::start_notifying() {
    notify_thread_.emplace(endpoints_.plain, std::make_shared<const Keyring>(config_.keys),
                           confining(&forbid_programs));
    NotifyThread::Zones zones;
    std::ranges::copy_if(reloader_->first_snapshot()->zones(), std::back_inserter(zones),
                         [](const auto& zone) { return zone->is_available(); });
    notify_thread_->announce(std::move(zones));
}

/// From here on what primaries have sent can be kept.
void Daemon::start_refreshing() {
    refresh_thread_->start(confining(&forbid_programs));
    refresh_thread_->follow(reloader_->secondaries());
}

/// The reloader has them, and forgets those that a reload takes away; all others have what they
/// need.
void Daemon::forget_secrets() {
    config_.keys.clear();
    config_.cookies.secrets.clear();
    config_.tls.material = {};
    config_.web.tls.material = {};
}

void Daemon::wait_for_hangup() {
    hangup_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        wait_for_hangup();
        if (takeover_) {
            is_reload_missed_ = true;
            return;
        }
        spdlog::info("reloading on SIGHUP");
        ServiceManager::reloading();
        reloader_->reload(Trigger::request, [](const ReloadOutcome& outcome) {
            ServiceManager::reloaded(outcome.summary);
        });
    });
}

/// Without it the server still answers, and cannot be looked into.
void Daemon::open_control() {
    const auto other =
        predecessor_ ? HttpServer::Other::is_replaced : HttpServer::Other::is_respected;
    auto control = HttpServer::open(io_, config_.state / "control.sock", other);
    if (!control) {
        spdlog::error("{}", control.error());
        return;
    }
    control_ = std::move(*control);
    add_control_api(*control_, *reloader_, control_responder_, facts());
    add_edit_api(*control_, *reloader_);
    add_token_api(*control_, [this]() { return web_ ? &*web_ : nullptr; });
}

/// Likewise.
void Daemon::open_metrics() {
    if (!config_.metrics) return;
    auto inherited = inherited_.take_metrics(*config_.metrics);
    auto metrics = inherited ? HttpServer::adopt(io_, std::move(*inherited))
                             : HttpServer::open(io_, *config_.metrics);
    if (!metrics) {
        spdlog::error("metrics: {}", metrics.error());
        return;
    }
    metrics_ = std::move(*metrics);
    add_metrics(*metrics_, *reloader_, facts());
    spdlog::info("metrics at http://{}/metrics", metrics_->endpoint().to_text());
}

/// Likewise.
void Daemon::open_web() {
    if (config_.web.listen.empty()) return;
    web_.emplace(io_, *reloader_, config_.web, config_.state);
    if (auto failure = web_->open(inherited_)) {
        spdlog::error("web: {}", *failure);
        web_.reset();
        return;
    }
    if (const auto credentials = credentials_of(config_); credentials.web) {
        web_->adopt(credentials.web);
    }
    for (const Endpoint& endpoint : web_->endpoints()) {
        spdlog::info("names at http{}://{}/", config_.web.tls.listen.empty() ? "" : "s",
                     endpoint.to_text());
    }
}

/// Whoever asks after that asks this one. Stops if the other has ended: whoever has ended it did
/// not know of this one.
void Daemon::relieve_predecessor() {
    inherited_ = {};
    if (!predecessor_) return;
    std::optional<DescriptorChannel::Message> reply;
    while (!reply && !predecessor_->send(serving_message)) reply = predecessor_->receive();
    if (!reply || reply->text != released_message) {
        spdlog::error("stopping: the arpad that this one was to follow has ended before it let go");
        io_.stop();
    }
    predecessor_.reset();
}

void Daemon::take_over(Takeover::Done done) {
    if (::getpid() == 1) {
        done(
            std::string("arpad is the first process of its container, which would end with it\n  "
                        "start another container, and stop this one when that serves"));
        return;
    }
    if (takeover_) {
        done(std::string("another takeover is under way"));
        return;
    }
    takeover_.emplace(io_, invocation_);
    reloader_->pause([this, done = std::move(done)] {
        takeover_->begin(inheritance(), [this, done](Result<pid_t, std::string> successor) {
            if (successor && !hand_over(*successor)) {
                successor = fmt::format("process {} served, and has ended", *successor);
            }
            if (!successor) carry_on(successor.error());
            done(successor);
        });
    });
}

Inheritance Daemon::inheritance() {
    Inheritance all;
    all.state_lock = state_->share_lock();
    pool_.share_sockets(all);
    if (metrics_) all.metrics = metrics_->share();
    if (web_) all.web = web_->share();
    return all;
}

/// To a process that answers already; whether it still does. What is left is to finish what TCP
/// clients have begun.
bool Daemon::hand_over(pid_t successor) {
    manager_.hand_over(successor);
    if (!takeover_->confirm()) {
        manager_.hand_over(::getpid());
        manager_.ready("as before", pool_.workers());
        return false;
    }
    is_handed_over_ = true;
    notify_thread_.reset();
    refresh_thread_->stop();
    if (watch_) watch_->stop();
    if (metrics_) metrics_->stop_accepting();
    if (web_) web_->stop_accepting();
    if (is_reload_missed_) ::kill(successor, SIGHUP);
    spdlog::info("process {} has taken over; {} go on for at most {} s", successor,
                 counted(pool_.connections().open, "TCP connection"), connection_patience.count());
    pool_.release(connection_patience, [this] { io_.stop(); });
    return true;
}

/// As if nothing had been tried.
void Daemon::carry_on(const std::string& failure) {
    spdlog::error("not taken over: {}\n  this process goes on serving", failure);
    boost::asio::post(io_, [this] {
        takeover_.reset();
        // The new process may have put its own in the place of this one's.
        if (control_ && !control_->is_in_place()) open_control();
    });
    reloader_->resume();
    if (std::exchange(is_reload_missed_, false)) reloader_->reload(Trigger::request);
}

ServerFacts Daemon::facts() {
    return {[this](ServerFacts::Take take) { pool_.report(std::move(take)); },
            [this] { return pool_.connections(); },
            [this] { return refresh_thread_->counts(); },
            [this] { return certificate_end_; },
            [this](const std::optional<QueryLogConfig>& config) { query_log_.log(config); },
            [this](Takeover::Done done) { take_over(std::move(done)); },
            [this] { return takeover_.has_value(); },
            [this](std::function<void(std::optional<PropagationTimes>)> take) {
                if (web_) {
                    web_->tell_times(std::move(take));
                } else {
                    take(std::nullopt);
                }
            },
            [this] { return updates_->counts(); },
            pool_.size(),
            state_->is_durable(),
            started_at_};
}

void Daemon::start_watching() {
    try {
        watch_.emplace(io_, [this] { reloader_->reload(Trigger::watch); });
    } catch (const std::system_error& failure) {
        spdlog::error(
            "changes of files are not noticed: {}\n  reload by hand, or raise "
            "fs.inotify.max_user_instances and restart",
            failure.what());
        return;
    }
    watch(reloader_->directories());
}

void Daemon::watch(const std::vector<std::filesystem::path>& directories) {
    if (!watch_) return;
    std::vector<std::filesystem::path> files{config_.zones};
    if (config_.inventory) files.push_back(*config_.inventory);
    watch_->watch(directories, files);
}

void Daemon::stop_workers() {
    const TelemetryReport done = pool_.stop(stop_patience);
    query_log_.write();
    log_traffic(done.traffic);
}

}  // namespace arpad
