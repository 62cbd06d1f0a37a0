#include "app/reloader.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "app/privileges.hpp"
#include "base/background_thread.hpp"
#include "base/counted.hpp"
#include "base/log.hpp"
#include "load/config_file.hpp"

namespace arpad {
namespace {

constexpr std::chrono::seconds retry_interval{30};

/// After what cannot be kept; edits that have come to their end are served meanwhile.
constexpr std::chrono::seconds expiry_retry_interval{5};
constexpr std::chrono::milliseconds least_expiry_wait{100};
constexpr std::chrono::hours most_expiry_wait{1};  // clocks are set
constexpr std::size_t most_expired_at_once = 1000;

void log(const Diagnostics& findings) {
    for (const Diagnostic& entry : findings.entries()) {
        const auto level =
            entry.severity == Severity::error ? spdlog::level::err : spdlog::level::warn;
        spdlog::log(level, "{}{}{}{}", entry.location(), entry.message,
                    entry.advice.empty() ? "" : "\n  ", entry.advice);
    }
}

/// Says what is served in place of a file that cannot be used.
void log_standing(const NetworkState& network) {
    switch (network.standing) {
        case Standing::current:
            break;
        case Standing::last_good:
            if (network.is_gone) break;
            spdlog::warn("{}: {} is served from its last good copy until the file is mended",
                         network.file, network.name);
            break;
        case Standing::broken:
            spdlog::warn("{}: queries for {} are answered SERVFAIL until the file is mended",
                         network.file, network.name);
            break;
        case Standing::unknown:
            spdlog::warn("{}: nothing of it is served until it is mended", network.file);
            break;
    }
}

/// Says what is used in place of an inventory that cannot be used.
void log_standing(const InventoryReading& inventory, const std::filesystem::path& file) {
    if (inventory.standing == Standing::last_good) {
        spdlog::warn("{}: default names are those of its last good copy until it is mended",
                     file.string());
    } else if (inventory.standing != Standing::current) {
        spdlog::warn("{}: no address has a default name until it is mended", file.string());
    }
}

void note(bool differs, std::string_view key, std::string& list) {
    if (!differs) return;
    if (!list.empty()) list += ", ";
    list += key;
}

/// The settings in which two configurations differ that only a restart can change.
std::string fixed_differences(const ServerConfig& running, const ServerConfig& read) {
    std::string keys;
    note(running.user != read.user, "user", keys);
    note(running.listen != read.listen, "listen", keys);
    note(running.workers != read.workers, "workers", keys);
    note(running.pins_workers != read.pins_workers, "pin_workers", keys);
    note(running.has_sandbox != read.has_sandbox, "sandbox", keys);
    note(running.allows_core_dumps != read.allows_core_dumps, "core_dumps", keys);
    note(running.zones != read.zones, "zones", keys);
    note(running.inventory != read.inventory, "inventory", keys);
    note(running.state != read.state, "state", keys);
    note(running.serial_format != read.serial_format, "serials", keys);
    note(running.reload != read.reload, "reload", keys);
    note(running.identity != read.identity, "identity", keys);
    note(running.log != read.log, "log", keys);
    note(running.query_log != read.query_log, "query_log", keys);
    note(running.metrics != read.metrics, "metrics", keys);
    note(running.udp != read.udp, "udp", keys);
    note(running.tcp != read.tcp, "tcp", keys);
    note(running.rate_limit != read.rate_limit, "rate_limit", keys);
    const bool has_other_cookies = running.cookies.is_on != read.cookies.is_on ||
                                   running.cookies.secrets_file != read.cookies.secrets_file;
    note(has_other_cookies, "cookies", keys);
    note(running.tls.listen != read.tls.listen, "listen of tls", keys);
    WebConfig web = running.web;
    web.tls = read.web.tls;  // the certificate is exchanged
    web.tls.listen = running.web.tls.listen;
    note(web != read.web, "web", keys);
    return keys;
}

/// What a look came to, in a line.
std::string report_of(Trigger trigger, const NetworksUpdate& update, const ReloadOutcome& outcome) {
    constexpr std::size_t listed = 5;
    std::string zones;
    for (std::size_t i = 0; i < std::min(listed, update.changes.size()); ++i) {
        const auto& [before, after] = update.changes[i];
        const std::string name = (after ? after : before)->apex().to_text();
        if (!after) {
            zones += fmt::format(" {} dropped,", name);
        } else if (after->is_available()) {
            zones += fmt::format(" {} serial {},", name, after->serial().value);
        } else {
            zones += fmt::format(" {} unavailable,", name);
        }
    }
    if (update.changes.size() > listed) zones += " ...,";
    if (!zones.empty()) zones = ":" + zones.substr(0, zones.size() - 1);
    return fmt::format("{}: {} read, {} changed{} ({:.0f} ms)",
                       trigger == Trigger::request ? "reloaded" : "noticed changed files",
                       counted(outcome.files_read, "file"), counted(outcome.zones_changed, "zone"),
                       zones, outcome.seconds * 1000);
}

void log_ignored(const Name& catalog, const std::vector<Name>& members) {
    constexpr std::size_t most_named = 5;
    std::string names;
    for (const Name& member : std::span(members).first(std::min(members.size(), most_named))) {
        names += (names.empty() ? "" : ", ") + member.to_text();
    }
    if (members.size() > most_named) {
        names += fmt::format(" and {} more", members.size() - most_named);
    }
    spdlog::warn(
        "the catalog {} lists what a file or another catalog has already: {}\n  it is served from "
        "there; `arpactl status --json` lists all (`ignored`)",
        catalog.to_text(), names);
}

/// Says which catalogs cannot be used as they are, and which of their members are not taken.
void log_flaws(const Subscriptions& subscriptions) {
    for (const auto& [name, subscription] : subscriptions) {
        if (!subscription.ignored.empty()) log_ignored(name, subscription.ignored);
        if (subscription.flaw.empty()) continue;
        spdlog::error(
            "the catalog {} cannot be used: {}\n  its members stay as they were until it is mended "
            "at its primary",
            name.to_text(), subscription.flaw);
    }
}

std::vector<std::shared_ptr<const Zone>> new_versions(std::span<const ZoneChange> changes) {
    std::vector<std::shared_ptr<const Zone>> zones;
    for (const auto& [before, after] : changes) {
        if (!after || !after->is_available()) continue;
        const bool has_other_serial =
            !before || !before->is_available() || before->serial() != after->serial();
        if (has_other_serial) zones.push_back(after);
    }
    return zones;
}

std::size_t octets_of(const NetworksUpdate& update) {
    std::size_t octets = 0;
    for (const SourceFile& source : update.sources) octets += source.text ? source.text->size() : 0;
    return octets;
}

/// The errors among `findings`, one per line.
std::string text_of_errors(const Diagnostics& findings) {
    std::string text;
    for (const Diagnostic& entry : findings.entries()) {
        if (entry.severity != Severity::error) continue;
        text += fmt::format("{}{}{}: {}", text.empty() ? "" : "\n", entry.location(), entry.message,
                            entry.advice);
    }
    return text;
}

/// Linux keeps capabilities by thread. Where the system refuses to take them, the main thread says
/// so. Whether the workers go first.
bool begin_thread(const char* name, const std::function<void()>& confine) {
    const bool is_behind = become_background_thread(name);
    drop_privileges();
    if (confine) confine();
    return is_behind;
}

/// Gives the system back what loading took. glibc keeps what is freed in small pieces below what is
/// still used, such as the snapshot, and the server is not going to need it again.
void return_memory() {
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

}  // namespace

Reloader::Reloader(boost::asio::io_context& io, ServerConfig config,
                   std::filesystem::path config_file, State& state, Publish publish,
                   std::function<void(const std::vector<std::filesystem::path>&)> looked,
                   TakeCredentials take_credentials, Follow follow,
                   const std::function<void()>& confine)
    : io_(io),
      publish_(std::move(publish)),
      looked_(std::move(looked)),
      take_credentials_(std::move(take_credentials)),
      follow_(std::move(follow)),
      retry_(io),
      expiry_(io),
      config_(std::move(config)),
      config_file_(std::move(config_file)),
      state_(state),
      networks_({config_.zones, config_.inventory},
                {state, state, state, state, state, state, state}) {
    boost::asio::post(thread_, [confine] {
        if (begin_thread("arpad-reloader", confine)) return;
        spdlog::warn(
            "no thread lets the workers go first\n  have the service's unit or the container allow "
            "setpriority(2)");
    });
    boost::asio::post(inspector_, [confine] { begin_thread("arpad-inspect", confine); });
}

Reloader::~Reloader() {
    thread_.join();
    inspector_.join();
}

ReloadOutcome Reloader::load() {
    ReloadOutcome outcome = look(Trigger::start);
    surroundings_ = find_surroundings();
    watch_expiry(state_.next_expiry());
    return outcome;
}

void Reloader::reload(Trigger trigger, Done done) {
    if (!pending_) pending_ = std::make_unique<Pending>();
    if (trigger == Trigger::request) pending_->trigger = trigger;
    if (done) pending_->done.push_back(std::move(done));
    if (!is_busy_ && !is_paused_) begin();
}

void Reloader::exchange(Refresh refresh) {
    refreshed_.insert_or_assign(std::move(refresh.apex), std::move(refresh.version));
    if (!is_busy_ && !is_paused_) begin();
}

void Reloader::apply(ChangeRequest request, EditDone done) {
    if (is_paused_) {
        refuse(std::move(done));
        return;
    }
    edits_.push_back({std::move(request), std::move(done)});
    if (!is_busy_) begin();
}

/// Has what comes to its end be taken away then: `next` is when the next edit does.
void Reloader::watch_expiry(std::optional<Edit::Time> next) {
    if (!next) {
        expiry_.cancel();
        return;
    }
    // Where it could not be taken away it is tried again, though not at once.
    const auto now = std::chrono::system_clock::now();
    const auto wait = std::max<std::chrono::system_clock::duration>(*next - now, least_expiry_wait);
    expiry_.expires_after(std::min<std::chrono::system_clock::duration>(wait, most_expiry_wait));
    expiry_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) apply(Expiry{}, [](const ChangeOutcome&) {});
    });
}

void Reloader::change_servers(ServerChange change, ServerDone done) {
    if (is_paused_) {
        refuse(std::move(done));
        return;
    }
    servers_.push_back({std::move(change), std::move(done)});
    if (!is_busy_) begin();
}

/// Who waited for this process might wait for ever: the one that takes over does not know of it.
template <class Outcome>
void Reloader::refuse(std::function<void(const Outcome&)> done) {
    Outcome outcome;
    outcome.failure = "another process is about to take over: send it again in a moment";
    boost::asio::post(io_,
                      [done = std::move(done), outcome = std::move(outcome)] { done(outcome); });
}

void Reloader::pause(std::function<void()> paused) {
    is_paused_ = true;
    retry_.cancel();
    for (PendingEdit& pending : std::exchange(edits_, {})) refuse(std::move(pending.done));
    for (PendingServers& pending : std::exchange(servers_, {})) refuse(std::move(pending.done));
    boost::asio::post(thread_,
                      [this, paused = std::move(paused)] { boost::asio::post(io_, paused); });
}

void Reloader::resume() {
    boost::asio::post(thread_, [this] {
        state_.catch_up();
        boost::asio::post(io_, [this, next_expiry = state_.next_expiry()] {
            is_paused_ = false;
            watch_expiry(next_expiry);
            // What has changed meanwhile was not looked at.
            reload(Trigger::watch);
        });
    });
}

void Reloader::begin() {
    is_busy_ = true;
    retry_.cancel();
    constexpr std::array turns{Turn::look, Turn::exchange, Turn::edits, Turn::servers};
    auto turn = std::ranges::find(turns, last_);
    do {
        if (++turn == turns.end()) turn = turns.begin();
    } while (!is_waiting(*turn) && *turn != last_);
    last_ = *turn;
    switch (*turn) {
        case Turn::look:
            begin_look();
            break;
        case Turn::exchange:
            begin_exchange();
            break;
        case Turn::edits:
            begin_edits();
            break;
        case Turn::servers:
            begin_servers();
            break;
    }
}

bool Reloader::is_waiting(Turn turn) const {
    switch (turn) {
        case Turn::look:
            return pending_ != nullptr;
        case Turn::exchange:
            return !refreshed_.empty();
        case Turn::edits:
            return !edits_.empty();
        case Turn::servers:
            return !servers_.empty();
    }
    return false;
}

void Reloader::begin_exchange() {
    std::vector<Refresh> refreshed;
    for (auto& [apex, version] : std::exchange(refreshed_, {})) {
        refreshed.push_back({apex, std::move(version)});
    }
    boost::asio::post(thread_, [this, refreshed = std::move(refreshed)] {
        const ExchangeOutcome outcome = take(refreshed);
        boost::asio::post(io_, [this, outcome, refreshed, snapshot = networks_.snapshot()] {
            const auto complete = [this, outcome, refreshed] {
                this->complete(outcome, refreshed);
            };
            if (outcome.is_anything_new) {
                publish_(snapshot, outcome.new_versions, complete);
            } else {
                complete();
            }
        });
    });
}

/// Makes durable what primaries have sent, and takes it over.
Reloader::ExchangeOutcome Reloader::take(std::vector<Refresh> refreshed) {
    ReceivedUpdate update = networks_.exchange(std::move(refreshed));
    ExchangeOutcome outcome;
    state_.note_histories(update.changes);
    state_.note_versions(update.refreshed);
    if (auto failure = state_.commit({})) {
        state_.forget_decisions();
        outcome.failure = std::move(*failure);
        spdlog::error("{}\n  zones are served as they were; arpad tries again", outcome.failure);
        return outcome;
    }
    outcome.is_anything_new = !update.changes.empty();
    outcome.new_versions = new_versions(update.changes);
    const bool has_other_secondaries = update.subscriptions.has_value();
    if (update.subscriptions) log_flaws(*update.subscriptions);
    const std::scoped_lock lock(adoption_);
    if (outcome.is_anything_new) ++generation_;
    networks_.adopt(std::move(update));
    if (has_other_secondaries) outcome.secondaries = networks_.secondaries();
    return outcome;
}

void Reloader::complete(const ExchangeOutcome& outcome, const std::vector<Refresh>& refreshed) {
    // Unless newer ones have come meanwhile.
    if (!outcome.failure.empty()) {
        for (const auto& [apex, version] : refreshed) refreshed_.try_emplace(apex, version);
    }
    if (outcome.secondaries) follow_(*outcome.secondaries);
    if (!failed_look_) failure_ = outcome.failure;
    go_on(outcome.failure.empty());
}

void Reloader::begin_edits() {
    std::vector<ChangeRequest> requests;
    std::vector<EditDone> calls;
    for (PendingEdit& pending : std::exchange(edits_, {})) {
        requests.push_back(std::move(pending.request));
        calls.push_back(std::move(pending.done));
    }
    boost::asio::post(thread_, [this, requests = std::move(requests), calls = std::move(calls)] {
        const EditsOutcome outcome = make(requests);
        boost::asio::post(io_, [this, outcome, calls, snapshot = networks_.snapshot()] {
            const auto complete = [this, outcome, calls] { this->complete(outcome, calls); };
            if (outcome.is_anything_new) {
                publish_(snapshot, outcome.new_versions, complete);
            } else {
                complete();
            }
        });
    });
}

/// Makes changes durable, and takes them over.
Reloader::EditsOutcome Reloader::make(std::vector<ChangeRequest> requests) {
    EditsOutcome outcome;
    outcome.outcomes.resize(requests.size());
    const auto fail = [&outcome](const std::string& failure) {
        for (ChangeOutcome& each : outcome.outcomes) {
            if (!each.refusal) each.failure = failure;
        }
    };
    if (!state_.is_durable()) {
        fail("the state directory cannot be written to: no name can be changed");
        return outcome;
    }
    for (ChangeRequest& request : requests) {
        if (auto* const expiry = std::get_if<Expiry>(&request)) {
            const auto now =
                std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
            expiry->edits = state_.expired_edits(now, most_expired_at_once);
        }
    }
    EditUpdate update = networks_.edit(requests);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        auto& result = update.results[i];
        if (result) {
            outcome.outcomes[i].change = *result;
        } else {
            outcome.outcomes[i].refusal = result.error();
        }
    }
    state_.note_changes(update.made);
    state_.note_histories(update.changes);
    if (const auto failure = state_.commit({})) {
        state_.forget_decisions();
        spdlog::error("{}\n  changes of names are refused until then", *failure);
        fail(*failure);
        outcome.next_expiry = std::chrono::floor<std::chrono::seconds>(
            std::chrono::system_clock::now() + expiry_retry_interval);
        return outcome;
    }
    outcome.next_expiry = state_.next_expiry();
    outcome.is_anything_new = !update.changes.empty();
    outcome.new_versions = new_versions(update.changes);
    const std::scoped_lock lock(adoption_);
    if (outcome.is_anything_new) ++generation_;
    networks_.adopt(std::move(update));
    for (ChangeOutcome& each : outcome.outcomes) each.generation = generation_;
    return outcome;
}

void Reloader::complete(const EditsOutcome& outcome, const std::vector<EditDone>& calls) {
    watch_expiry(outcome.next_expiry);
    for (std::size_t i = 0; i < calls.size(); ++i) calls[i](outcome.outcomes[i]);
    go_on(true);
}

/// Goes on with what has been asked for meanwhile, unless it has just failed; later with what has.
void Reloader::go_on(bool has_succeeded) {
    is_busy_ = false;
    if (is_paused_) return;
    const bool is_asked = pending_ || !edits_.empty() || !servers_.empty();
    if (is_asked || (has_succeeded && !refreshed_.empty())) {
        begin();
        return;
    }
    if (!failed_look_ && refreshed_.empty()) return;
    retry_.expires_after(retry_interval);
    retry_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        if (failed_look_) {
            reload(*failed_look_);
        } else if (!is_busy_ && !is_paused_) {
            begin();
        }
    });
}

void Reloader::begin_servers() {
    auto pending = std::make_shared<PendingServers>(std::move(servers_.front()));
    servers_.pop_front();
    boost::asio::post(thread_, [this, pending] {
        ServerOutcome outcome;
        const ReloadOutcome look = put(pending->change, outcome);
        boost::asio::post(io_, [this, outcome, look, pending, snapshot = networks_.snapshot(),
                                surroundings = find_surroundings()] {
            surroundings_ = surroundings;
            const auto complete = [this, outcome, look, pending] {
                if (!look.report.empty()) spdlog::info("{}", look.report);
                looked_(directories_);
                if (look.secondaries) follow_(*look.secondaries);
                pending->done(outcome);
                go_on(true);
            };
            if (look.zones_changed > 0 && outcome.refusal.empty() && outcome.failure.empty()) {
                publish_(snapshot, look.new_versions, complete);
            } else {
                complete();
            }
        });
    });
}

/// Makes durable what servers are to be known, and takes over what follows from it.
ReloadOutcome Reloader::put(const ServerChange& change, ServerOutcome& outcome) {
    const auto start = std::chrono::steady_clock::now();
    if (!config_.inventory) {
        outcome.refusal =
            "there is no inventory, which has the products: write `inventory` into the "
            "server configuration";
        return {};
    }
    if (!state_.is_durable()) {
        outcome.failure = "the state directory cannot be written to";
        return {};
    }
    NetworksUpdate update =
        networks_.look(config_.zone_defaults, are_defaults_new_, Networks::Missing::keep,
                       catalog_plan(config_), with_change(state_.stored_servers(), change));
    if (!update.inventory || update.inventory->reading.standing != Standing::current) {
        if (update.inventory) outcome.refusal = text_of_errors(update.inventory->findings);
        state_.forget_decisions();
        return {};
    }
    state_.note_servers(change);
    ReloadOutcome look = take_over(std::move(update), Trigger::watch, start);
    outcome.failure = look.failure;
    return look;
}

void Reloader::begin_look() {
    boost::asio::post(thread_, [this, pending = std::shared_ptr<Pending>(std::move(pending_))] {
        const ReloadOutcome outcome = look(pending->trigger);
        boost::asio::post(io_, [this, outcome, pending, snapshot = networks_.snapshot(),
                                surroundings = find_surroundings()] {
            surroundings_ = surroundings;
            const auto complete = [this, outcome, pending] { this->complete(outcome, *pending); };
            const bool is_new = outcome.zones_changed > 0 && outcome.failure.empty();
            if (is_new) {
                publish_(snapshot, outcome.new_versions, complete);
            } else {
                complete();
            }
        });
    });
}

/// What was found is served: says so, and goes on with what has been asked for meanwhile.
void Reloader::complete(const ReloadOutcome& outcome, const Pending& pending) {
    if (!outcome.report.empty()) spdlog::info("{}", outcome.report);
    looked_(directories_);
    if (outcome.secondaries) follow_(*outcome.secondaries);
    failure_ = outcome.failure;
    failed_look_.reset();
    if (!outcome.failure.empty()) failed_look_ = pending.trigger;
    for (const Done& call : pending.done) call(outcome);
    go_on(outcome.failure.empty());
}

/// Looks at the files, makes durable what has changed, and takes it over.
ReloadOutcome Reloader::look(Trigger trigger) {
    const auto start = std::chrono::steady_clock::now();
    if (trigger == Trigger::request) read_config_again();
    const bool drops = trigger != Trigger::watch || config_.reload.drops_removed;
    return take_over(networks_.look(config_.zone_defaults, are_defaults_new_,
                                    drops ? Networks::Missing::drop : Networks::Missing::keep,
                                    catalog_plan(config_)),
                     trigger, start);
}

/// Makes durable what a look has found, and takes it over.
ReloadOutcome Reloader::take_over(NetworksUpdate update, Trigger trigger,
                                  std::chrono::steady_clock::time_point start) {
    ReloadOutcome outcome;
    outcome.is_readable = update.is_readable;
    outcome.files_read = update.files_read;
    outcome.networks_loaded = update.loaded.size();
    outcome.networks_dropped = update.dropped.size();
    outcome.zones_changed = update.changes.size();
    outcome.new_versions = new_versions(update.changes);
    directories_ = update.directories;
    log_findings(update);
    // Nothing is answered before it is certain that its serial will not be given to other content.
    state_.note_histories(update.changes);
    if (auto failure = state_.commit(good_copies(update))) {
        state_.forget_decisions();
        outcome.failure = std::move(*failure);
        outcome.summary = summary_of(networks_);
        outcome.generation = generation_;
        spdlog::error("{}{}", outcome.failure,
                      trigger == Trigger::start ? "" : "\n  all zones are served as they were");
        return outcome;
    }
    log_missing(update);
    if (update.subscriptions) log_flaws(*update.subscriptions);
    constexpr std::size_t much = 1 << 20;
    const bool was_much = octets_of(update) >= much;
    for (const auto& [key, state] : update.loaded) log_standing(state);
    if (update.inventory) log_standing(update.inventory->reading, *config_.inventory);
    outcome.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const bool is_news =
        trigger == Trigger::request || update.files_read > 0 || update.changes_zones();
    if (trigger != Trigger::start && is_news) outcome.report = report_of(trigger, update, outcome);
    const bool has_other_secondaries = concerns_secondaries(update);
    adopt(std::move(update));
    if (has_other_secondaries) outcome.secondaries = networks_.secondaries();
    outcome.generation = generation_;
    are_defaults_new_ = false;
    outcome.summary = summary_of(networks_);
    count_findings(outcome);
    if (was_much) return_memory();
    return outcome;
}

/// Whether there may be other zones that have primaries afterwards, or others for the same zones.
bool Reloader::concerns_secondaries(const NetworksUpdate& update) const {
    const auto was_secondary = [](const ZoneChange& change) {
        return change.before && change.before->transfer().is_secondary();
    };
    return update.subscriptions || !update.received.empty() ||
           std::ranges::any_of(update.changes, was_secondary);
}

void Reloader::adopt(NetworksUpdate update) {
    const std::scoped_lock lock(adoption_);
    if (update.changes_zones()) ++generation_;
    networks_.adopt(std::move(update));
}

Reloader::Surroundings Reloader::find_surroundings() const {
    const auto& inventory = networks_.inventory();
    return {inventory ? inventory->reading.model : nullptr, networks_.classless()};
}

/// What a reload that is asked for would do, without a trace.
NetworksUpdate Reloader::look_ahead() {
    Diagnostics findings;
    const auto config = read_config_file(config_file_, findings);
    const ZoneDefaults& defaults = config ? config->zone_defaults : config_.zone_defaults;
    NetworksUpdate update =
        networks_.look(defaults, are_defaults_new_ || defaults != config_.zone_defaults,
                       Networks::Missing::drop, catalog_plan(config ? *config : config_));
    state_.forget_decisions();
    update.findings.append(std::move(findings));
    return update;
}

void Reloader::take_credentials_of(const ServerConfig& config) {
    const bool is_same = config.keys == config_.keys && config.updates == config_.updates &&
                         config.cookies.secrets == config_.cookies.secrets &&
                         config.tls.material == config_.tls.material &&
                         config.web.tls.material == config_.web.tls.material;
    if (is_same) return;
    config_.keys = config.keys;
    config_.updates = config.updates;
    config_.cookies.secrets = config.cookies.secrets;
    config_.tls.material = config.tls.material;
    config_.web.tls.material = config.web.tls.material;
    Credentials credentials = credentials_of(config);
    // What the server does not do yet waits for a restart, as is said of it.
    if (config_.tls.listen.empty()) {
        credentials.server = nullptr;
        credentials.server_end.reset();
    }
    if (config_.web.tls.listen.empty()) credentials.web = nullptr;
    if (config_.cookies.secrets_file != config.cookies.secrets_file) credentials.cookies = nullptr;
    boost::asio::post(
        io_, [this, credentials = std::move(credentials)] { take_credentials_(credentials); });
}

void Reloader::read_config_again() {
    Diagnostics findings;
    const auto config = read_config_file(config_file_, findings);
    findings.sort();
    log(findings);
    if (!config) {
        spdlog::error("{}: the configuration is kept as it was read before", config_file_.string());
        return;
    }
    const std::string keys = fixed_differences(config_, *config);
    if (!keys.empty()) {
        spdlog::warn("{}: changed settings that take effect when arpad is restarted: {}",
                     config_file_.string(), keys);
    }
    take_credentials_of(*config);
    config_.catalog = config->catalog;
    config_.subscriptions = config->subscriptions;
    if (config->zone_defaults == config_.zone_defaults) return;
    config_.zone_defaults = config->zone_defaults;
    are_defaults_new_ = true;
}

/// Logs what is found in what was loaded; what is known from before is not said again.
void Reloader::log_findings(const NetworksUpdate& update) const {
    Diagnostics findings = update.findings;
    if (update.inventory_source) findings.append(update.inventory->findings);
    for (const auto& [key, state] : update.loaded) findings.append(state.findings);
    if (update.coverage) findings.append(*update.coverage);
    findings.sort();
    log(findings);
}

/// Logs which networks were dropped, and which are kept though their files are gone.
void Reloader::log_missing(const NetworksUpdate& update) const {
    std::map<std::string_view, std::string_view> files_by_name;
    if (!update.dropped.empty()) {
        for (const auto& [key, state] : update.loaded)
            files_by_name.emplace(state.name, state.file);
    }
    for (const std::string& key : update.dropped) {
        const NetworkState& state = networks_.files().at(key);
        const auto successor = files_by_name.find(state.name);
        if (successor != files_by_name.end()) {
            spdlog::info("{}: the file is gone: {} is that of {} now", state.file, state.name,
                         successor->second);
            continue;
        }
        spdlog::warn("{}: the file is gone: {} is not served any more", state.file, state.name);
    }
    for (const std::string& key : update.gone) {
        const NetworkState& state = networks_.files().at(key);
        if (state.is_gone) continue;  // said before
        spdlog::warn(
            "{}: the file is gone: {} is served as it was\n  put the file back, or drop the "
            "network with `arpactl reload`",
            state.file, state.name);
    }
}

/// The files that are in service as they are, of those that were loaded.
std::vector<GoodCopy> Reloader::good_copies(const NetworksUpdate& update) const {
    std::vector<GoodCopy> copies;
    for (const SourceFile& source : update.sources) {
        const NetworkState& state = update.loaded.at(source.key);
        if (state.standing != Standing::current) continue;
        copies.push_back({source.key, *source.text, state.seen.digest});
    }
    if (update.inventory_source && update.inventory->reading.standing == Standing::current) {
        const SourceFile& source = *update.inventory_source;
        copies.push_back({source.key, *source.text, update.inventory->seen.digest});
    }
    return copies;
}

void Reloader::count_findings(ReloadOutcome& outcome) const {
    const Diagnostics general = networks_.general_findings();
    outcome.errors = general.error_count();
    outcome.warnings = general.warning_count();
    for (const auto& [key, state] : networks_.files()) {
        outcome.errors += state.findings.error_count();
        outcome.warnings += state.findings.warning_count();
    }
}

}  // namespace arpad
