#include "app/web_service.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "app/privileges.hpp"
#include "base/background_thread.hpp"
#include "base/log.hpp"

namespace arpad {
namespace {

/// A table of a hundred thousand addresses.
constexpr std::uint64_t max_body_octets = 16U << 20U;
constexpr std::uint64_t max_strangers_body_octets = 16U << 10U;

HttpLimits limits_of_web() {
    HttpLimits limits;
    limits.connections = WebService::max_connections;
    limits.connections_per_client = 100;
    limits.body_octets = max_strangers_body_octets;
    return limits;
}

}  // namespace

WebService::WebService(boost::asio::io_context& main, Reloader& reloader, const WebConfig& config,
                       std::filesystem::path state)
    : main_(main),
      reloader_(reloader),
      config_(config),
      state_directory_(std::move(state)),
      forward_(io_, config.resolvers),
      propagation_(io_, config, forward_) {}

WebService::~WebService() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
    is_alive_.reset();
    servers_.clear();
}

std::optional<std::string> WebService::open(Inheritance& inherited) {
    const auto failure_of = [this](std::string_view file, const DatabaseError& failure,
                                   std::string_view loss) {
        return fmt::format(
            "state directory {}: {}: {}\n  make it writable for the user that runs arpad; if it is "
            "damaged, put a copy of it back, or move it away: {}",
            state_directory_.string(), file, failure.what(), loss);
    };
    try {
        state_ = std::make_unique<StateReader>(state_directory_);
    } catch (const DatabaseError& failure) {
        return failure_of("state.db", failure, "all names that were changed are then lost");
    }
    try {
        store_ = std::make_unique<AccessStore>(state_directory_);
    } catch (const DatabaseError& failure) {
        return failure_of("access.db", failure, "all tokens are then to be made anew");
    }
    access_ = std::make_unique<Access>(*store_, config_);
    names_api_ = std::make_unique<NamesApi>(
        NamesApi::Parts{*access_, book_, *state_, forward_, propagation_}, backend());
    servers_api_ = std::make_unique<ServersApi>(*access_, book_, backend());
    page_ = std::make_unique<Page>(*access_, book_, *state_);
    const bool has_tls = !config_.tls.listen.empty();
    for (const Endpoint& endpoint : config_.listen) {
        auto known = inherited.take_web(endpoint);
        auto server = known ? HttpServer::adopt(io_, std::move(*known), limits_of_web())
                            : HttpServer::open(io_, endpoint, limits_of_web());
        if (!server) return server.error();
        HttpServer& opened = *servers_.emplace_back(std::move(*server));
        opened.set_headers(page_headers(has_tls));
        opened.set_body_limit([this](const HttpRequest& request) { return grant_for(request); });
        opened.set_gate([this](const HttpRequest& request) { return access_->refuse(request); });
        names_api_->add_to(opened);
        servers_api_->add_to(opened);
        page_->add_to(opened);
    }
    return std::nullopt;
}

/// Whoever is not known shall not have much kept for them.
HttpServer::BodyGrant WebService::grant_for(const HttpRequest& request) {
    try {
        if (const auto caller = access_->find_caller(request)) {
            const std::string& account = caller->grant.account;
            if (!account.empty()) return {max_body_octets, account};
            return {max_body_octets, "token " + caller->token, BodyRoom::Sender::an_operator};
        }
    } catch (const DatabaseError&) {
        // The handler says why.
    }
    return {max_strangers_body_octets, {}};
}

std::vector<Endpoint> WebService::endpoints() const {
    std::vector<Endpoint> endpoints;
    endpoints.reserve(servers_.size());
    for (const auto& server : servers_) endpoints.push_back(server->endpoint());
    return endpoints;
}

void WebService::start(std::shared_ptr<const Snapshot> snapshot, std::function<void()> prepare) {
    snapshot_ = std::move(snapshot);
    show({});
    thread_ = std::thread([this, prepare = std::move(prepare)] {
        become_background_thread("arpad-web");
        drop_privileges();
        if (prepare) prepare();
        io_.run();
    });
}

void WebService::update(std::shared_ptr<const Snapshot> snapshot,
                        std::vector<std::shared_ptr<const Zone>> new_versions) {
    snapshot_ = std::move(snapshot);
    show(std::move(new_versions));
}

void WebService::update() {
    show({});
}

void WebService::show(std::vector<std::shared_ptr<const Zone>> new_versions) {
    const auto& surroundings = reloader_.surroundings();
    boost::asio::post(io_,
                      [this, served = ServedPtrs(snapshot_, surroundings.classless),
                       inventory = surroundings.inventory, new_versions = std::move(new_versions),
                       now = std::chrono::system_clock::now()]() mutable {
                          book_.update(std::move(inventory), std::move(served));
                          propagation_.announce(new_versions, now);
                      });
}

void WebService::adopt(TlsContext context) {
    boost::asio::post(io_, [this, context = std::move(context)] {
        for (const auto& server : servers_) server->offer_tls(context);
    });
}

std::vector<SharedAcceptor> WebService::share() {
    std::vector<SharedAcceptor> shared;
    shared.reserve(servers_.size());
    for (const auto& server : servers_) shared.push_back(server->share());
    return shared;
}

void WebService::stop_accepting() {
    boost::asio::post(io_, [this] {
        for (const auto& server : servers_) server->stop_accepting();
    });
}

void WebService::tell_times(std::function<void(const PropagationTimes&)> take) {
    boost::asio::post(io_, [this, take = std::move(take)] {
        boost::asio::post(main_, [take, times = propagation_.times()] { take(times); });
    });
}

/// The reloader's, by way of the main thread.
NamesBackend WebService::backend() {
    const auto pass_on = [this](auto work) {
        boost::asio::post(main_, [alive = std::weak_ptr(is_alive_), work = std::move(work)] {
            if (!alive.expired()) work();
        });
    };
    // What is called on the main thread, and is to be done on this service's. It stays here
    // meanwhile: it holds a session, which must not outlive `io_` in a queue of others.
    const auto back = [this](auto done) {
        const auto kept = std::make_shared<const decltype(done)>(std::move(done));
        waiting_.insert(kept);
        return [this, alive = std::weak_ptr(is_alive_),
                waiting = std::weak_ptr(kept)](const auto& result) {
            if (alive.expired()) return;
            boost::asio::post(io_, [this, waiting, result] {
                const auto call = waiting.lock();
                waiting_.erase(call);
                (*call)(result);
            });
        };
    };
    NamesBackend made;
    made.apply = [this, pass_on, back](ChangeRequest request, auto done) {
        pass_on([this, request = std::move(request), done = back(std::move(done))] {
            reloader_.apply(request, done);
        });
    };
    made.preview = [this, pass_on, back](std::vector<ChangeRequest> requests, auto done) {
        pass_on([this, requests = std::move(requests), done = back(std::move(done))] {
            reloader_.preview(requests, done);
        });
    };
    made.change_servers = [this, pass_on, back](ServerChange change, auto done) {
        pass_on([this, change = std::move(change), done = back(std::move(done))] {
            reloader_.change_servers(change, done);
        });
    };
    return made;
}

}  // namespace arpad
