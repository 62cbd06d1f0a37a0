/// \file  The page and the API for names, on a thread of their own.
///
/// Nothing here keeps a query waiting, and changes are made by the reloader like all others.
/// Threads: public functions are called by the main thread.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "app/inheritance.hpp"
#include "app/reloader.hpp"
#include "base/result.hpp"
#include "control/access.hpp"
#include "control/address_book.hpp"
#include "control/forward_lookup.hpp"
#include "control/http_server.hpp"
#include "control/names_api.hpp"
#include "control/page.hpp"
#include "control/propagation_watch.hpp"
#include "control/servers_api.hpp"
#include "load/server_config.hpp"
#include "state/access_store.hpp"
#include "state/state_reader.hpp"

namespace arpad {

/// See above.
class WebService {
public:
    /// As many as clients may have at once with one of its listeners.
    static constexpr unsigned max_connections = 500;

    /// What it is used for from elsewhere is posted to `main`, where `reloader` is; both outlive
    /// it.
    WebService(boost::asio::io_context& main, Reloader& reloader, const WebConfig& config,
               std::filesystem::path state);

    /// Waits for what is under way, and for nothing that clients do.
    ~WebService();
    WebService(const WebService&) = delete;
    WebService& operator=(const WebService&) = delete;

    /// Opens what it needs, and listens, also on what is inherited of another process. The error
    /// says what failed, and what to do about it.
    [[nodiscard]] std::optional<std::string> open(Inheritance& inherited);

    /// Where it listens.
    [[nodiscard]] std::vector<Endpoint> endpoints() const;

    /// Starts, and shows that `snapshot` is served. `prepare` is called on the thread first.
    void start(std::shared_ptr<const Snapshot> snapshot, std::function<void()> prepare);

    /// Shows that `snapshot` is served since now, in which these zones have new serials.
    void update(std::shared_ptr<const Snapshot> snapshot,
                std::vector<std::shared_ptr<const Zone>> new_versions);

    /// Shows what there is beside it, which may have changed.
    void update();

    /// Has connections that are made from now on use TLS with `context`.
    void adopt(TlsContext context);

    /// Its sockets, for another process.
    [[nodiscard]] std::vector<SharedAcceptor> share();

    /// Leaves further requests to others who have its sockets.
    void stop_accepting();

    /// Calls `work(store)` on its thread, and `done(result)` on the main one.
    template <class Work, class Done>
    void with_access(Work work, Done done) {
        boost::asio::post(io_, [this, work = std::move(work), done = std::move(done)]() mutable {
            boost::asio::post(main_, [done = std::move(done), result = work(*store_)]() mutable {
                done(std::move(result));
            });
        });
    }

    /// Calls `take` with how long nameservers have taken, on the main thread.
    void tell_times(std::function<void(const PropagationTimes&)> take);

private:
    [[nodiscard]] NamesBackend backend();
    [[nodiscard]] HttpServer::BodyGrant grant_for(const HttpRequest& request);
    void show(std::vector<std::shared_ptr<const Zone>> new_versions);

    boost::asio::io_context& main_;
    Reloader& reloader_;
    const WebConfig& config_;
    std::filesystem::path state_directory_;
    std::shared_ptr<const Snapshot> snapshot_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        io_.get_executor()};

    // Of its thread, once that has started.
    std::unique_ptr<AccessStore> store_;
    std::unique_ptr<StateReader> state_;
    AddressBook book_;
    ForwardLookup forward_;
    PropagationWatch propagation_;
    std::unique_ptr<Access> access_;
    std::unique_ptr<NamesApi> names_api_;
    std::unique_ptr<ServersApi> servers_api_;
    std::unique_ptr<Page> page_;
    std::vector<std::unique_ptr<HttpServer>> servers_;
    std::set<std::shared_ptr<const void>> waiting_;  // to be called with what the main thread made

    std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);  // of the main thread
    std::thread thread_;
};

}  // namespace arpad
