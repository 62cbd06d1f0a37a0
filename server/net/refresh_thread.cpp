#include "net/refresh_thread.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "base/background_thread.hpp"
#include "base/counted.hpp"
#include "base/log.hpp"
#include "net/endpoints.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {

using boost::system::error_code;
using std::chrono::steady_clock;
namespace {

constexpr unsigned most_notices = 10'000;

void log(const RefreshEvent& event) {
    const std::string zone = event.zone.to_text();
    switch (event.kind) {
        case RefreshEvent::Kind::failing:
            spdlog::warn("{} cannot be taken from {}: {}\n  {}", zone, event.primary.to_text(),
                         event.why,
                         event.is_served ? "it is served as it was, until it expires"
                                         : "queries for it are answered SERVFAIL");
            break;
        case RefreshEvent::Kind::working:
            spdlog::info("{} can be taken from {} again", zone, event.primary.to_text());
            break;
        case RefreshEvent::Kind::expired:
            spdlog::error(
                "{} has expired: no primary has confirmed it for as long as its SOA allows: {}\n"
                "  queries for it are answered SERVFAIL until one does",
                zone, event.why.empty() ? "none was reached" : event.why);
            break;
    }
}

/// What a signed zone is for does not come of serving it here.
void warn_of_signatures(const Zone& zone) {
    if (!zone.apex_node().find(RrType::dnskey)) return;
    spdlog::warn(
        "{} is signed (DNSSEC), and arpad does not send signatures with its answers: resolvers "
        "that "
        "validate will reject them\n  have other nameservers serve it",
        zone.apex().to_text());
}

void warn_of_ranges(const Zone& zone) {
    const bool is_refused =
        zone.transfer().has_view(TransferView::foreign) && !are_ranges_transferable(zone);
    if (!is_refused) return;
    spdlog::warn(
        "{} has ranges that foreign nameservers cannot be given: they may not take it from here\n"
        "  write `transfer: {{ranges: omit}}` in its file, or raise `max_range_names` and "
        "`max_zone_names`",
        zone.apex().to_text());
}

/// RefreshThread::Route.
std::pair<Endpoint, std::string> route_to(const Remote& primary) {
    return {primary.endpoint, primary.tls ? primary.tls->to_text() : std::string()};
}

}  // namespace

struct RefreshThread::Running {
    Refresher::Errand errand;
    IncomingTransfer transfer;
    steady_clock::time_point start = steady_clock::now();
};

RefreshThread::RefreshThread(std::vector<Endpoint> listening, std::shared_ptr<const Keyring> keys,
                             TlsContext tls, Take take, const PrimaryPatience& patience)
    : listening_(std::move(listening)),
      keys_(std::move(keys)),
      tls_(std::move(tls)),
      patience_(patience),
      work_(boost::asio::make_work_guard(io_)),
      timer_(io_),
      refresher_(std::move(take), [](const RefreshEvent& event) { arpad::log(event); }) {}

void RefreshThread::start(std::function<void()> prepare) {
    thread_ = std::thread([this, prepare = std::move(prepare)] {
        become_background_thread("arpad-refresh");
        if (prepare) prepare();
        io_.run();
    });
}

void RefreshThread::stop() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
}

void RefreshThread::follow(std::vector<SecondaryZone> zones) {
    boost::asio::post(io_, [this, zones = std::move(zones)]() mutable {
        refresher_.follow(std::move(zones), steady_clock::now());
        proceed();
    });
}

void RefreshThread::notice(NameView apex, const Address& from) {
    if (notices_.fetch_add(1, std::memory_order_relaxed) >= most_notices) {
        notices_.fetch_sub(1, std::memory_order_relaxed);
        return;
    }
    boost::asio::post(io_, [this, apex = Name(apex), from] {
        notices_.fetch_sub(1, std::memory_order_relaxed);
        refresher_.notice(apex, from, steady_clock::now());
        proceed();
    });
}

void RefreshThread::adopt(std::shared_ptr<const Keyring> keys) {
    boost::asio::post(io_, [this, keys = std::move(keys)]() mutable { keys_ = std::move(keys); });
}

void RefreshThread::adopt(TlsContext tls) {
    boost::asio::post(io_, [this, tls = std::move(tls)]() mutable { tls_ = std::move(tls); });
}

void RefreshThread::proceed() {
    const auto next = refresher_.proceed(
        steady_clock::now(), [this](Refresher::Errand errand) { start(std::move(errand)); });
    // Whoever keeps connections without need takes them from others.
    for (auto& [primary, connection] : std::exchange(idle_, {})) connection->close();
    if (!next) {
        timer_.cancel();
        return;
    }
    timer_.expires_at(*next);
    timer_.async_wait([this](const error_code& error) {
        if (!error) proceed();
    });
}

void RefreshThread::start(Refresher::Errand errand) {
    std::shared_ptr<const TsigKey> key;
    if (errand.primary.key) key = keys_->find(*errand.primary.key);
    if (errand.primary.key && !key) {
        // Not from within the plan, which is about to start others.
        boost::asio::post(io_, [this, errand = std::move(errand)] {
            refresher_.finish(
                errand, {nullptr, fmt::format("there is no key {}", errand.primary.key->to_text())},
                steady_clock::now());
            proceed();
        });
        return;
    }
    IncomingTransfer transfer(errand.frame, errand.zone, std::move(key));
    const auto connection = connection_to(errand.primary);
    run(std::make_shared<Running>(Running{std::move(errand), std::move(transfer)}), connection);
}

std::shared_ptr<PrimaryConnection> RefreshThread::connection_to(const Remote& primary) {
    const auto idle = idle_.find(route_to(primary));
    if (idle == idle_.end()) return new_connection_to(primary);
    auto connection = std::move(idle->second);
    idle_.erase(idle);
    return connection;
}

std::shared_ptr<PrimaryConnection> RefreshThread::new_connection_to(const Remote& primary) {
    return std::make_shared<PrimaryConnection>(
        io_, primary, tls_, source_for(primary.endpoint.address, listening_), patience_);
}

void RefreshThread::run(const std::shared_ptr<Running>& running,
                        const std::shared_ptr<PrimaryConnection>& connection) {
    connection->run(
        running->transfer, [this, running](PrimaryConnection& primary, const std::string& failure) {
            const Remote& remote = running->errand.primary;
            const bool is_stale = !failure.empty() && primary.is_used() && !primary.has_heard();
            if (is_stale) {
                // The primary closed it while it had nothing to do.
                running->transfer.ask_again();
                run(running, new_connection_to(remote));
                return;
            }
            if (failure.empty()) idle_.emplace(route_to(remote), primary.shared_from_this());
            finish(*running, failure);
        });
}

void RefreshThread::finish(Running& running, const std::string& failure) {
    IncomingTransfer& transfer = running.transfer;
    Refresher::Result result;
    switch (transfer.state()) {
        case IncomingTransfer::State::current:
            break;
        case IncomingTransfer::State::received:
            ++(transfer.is_incremental() ? incremental_ : full_);
            log(running);
            if (!transfer.is_incremental()) {
                warn_of_signatures(*transfer.zone());
                warn_of_ranges(*transfer.zone());
            }
            result.received = transfer.zone();
            break;
        case IncomingTransfer::State::failed:
            ++failed_;
            result.failure = transfer.failure();
            break;
        case IncomingTransfer::State::under_way:
            ++failed_;
            result.failure = failure;
            break;
    }
    refresher_.finish(running.errand, std::move(result), steady_clock::now());
    proceed();
}

void RefreshThread::log(const Running& running) const {
    const IncomingTransfer& transfer = running.transfer;
    const std::chrono::duration<double, std::milli> taken = steady_clock::now() - running.start;
    const std::string zone = running.errand.frame.apex.to_text();
    if (!transfer.detour().empty()) {
        spdlog::info("{}: all of it was taken, not only what has changed: {}", zone,
                     transfer.detour());
    }
    const Remote& primary = running.errand.primary;
    spdlog::info("took {}{} serial {} from {}{}: {}, {} ({:.0f} ms)",
                 transfer.is_incremental() ? "the changes of " : "", zone,
                 transfer.zone()->serial().value, primary.endpoint.to_text(),
                 primary.tls ? " over TLS" : "", counted(transfer.records(), "record"),
                 counted(transfer.messages(), "message"), taken.count());
}

}  // namespace arpad
