/// \file  The server as a whole: loads, publishes, listens, reloads, and stops in order.
///
/// Threads: its own functions run on the main thread; the workers and the reloader have theirs.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "answer/responder.hpp"
#include "app/control_api.hpp"
#include "app/credentials.hpp"
#include "app/file_watch.hpp"
#include "app/inheritance.hpp"
#include "app/options.hpp"
#include "app/query_log_writer.hpp"
#include "app/reloader.hpp"
#include "app/service_manager.hpp"
#include "app/takeover.hpp"
#include "app/update_service.hpp"
#include "app/web_service.hpp"
#include "app/worker_pool.hpp"
#include "control/http_server.hpp"
#include "load/server_config.hpp"
#include "net/notify_thread.hpp"
#include "net/refresh_thread.hpp"
#include "state/state.hpp"

namespace arpad {

/// See above.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): members are ended in a certain order
class Daemon {
public:
    /// A server that was started as `invocation` says.
    Daemon(ServerConfig config, Options options, Invocation invocation);

    /// Serves until SIGTERM or SIGINT, or until another process has taken over, and reloads on
    /// SIGHUP. What goes wrong at start is logged, with what to do.
    [[nodiscard]] ExitCode run();

private:
    [[nodiscard]] bool become_user();
    [[nodiscard]] bool receive_from_predecessor();
    void protect_secrets() const;
    void raise_file_limit() const;
    void restrict_files();
    [[nodiscard]] std::function<void()> confining(std::optional<std::string> (*confine)()) const;
    [[nodiscard]] bool open_state();
    void do_without_state();
    [[nodiscard]] bool claim_endpoints();
    [[nodiscard]] std::optional<ExitCode> load_networks();
    void make_reloader();
    [[nodiscard]] bool open_workers();
    void adopt(const Credentials& credentials);
    void publish(const std::shared_ptr<const Snapshot>& snapshot, std::function<void()> published);
    void serve(const std::string& what);
    void wait_for_hangup();
    void start_notifying();
    void start_refreshing();
    void forget_secrets();
    void start_watching();
    void open_control();
    void open_metrics();
    void open_web();
    void relieve_predecessor();
    void take_over(Takeover::Done done);
    [[nodiscard]] Inheritance inheritance();
    [[nodiscard]] bool hand_over(pid_t successor);
    void carry_on(const std::string& failure);
    [[nodiscard]] ServerFacts facts();
    void watch(const std::vector<std::filesystem::path>& directories);
    void stop_workers();

    ServerConfig config_;
    Options options_;
    Invocation invocation_;
    std::optional<DescriptorChannel> predecessor_;  // until this one serves
    Inheritance inherited_;
    boost::asio::io_context io_;
    boost::asio::signal_set signals_;  // held to the end, so that a second signal changes nothing
    boost::asio::signal_set hangup_;
    std::optional<std::chrono::sys_seconds> certificate_end_;
    WorkerPool::Endpoints endpoints_;
    std::unique_ptr<State> state_;
    std::optional<RefreshThread> refresh_thread_;  // outlives the workers
    WorkerPool pool_;
    std::optional<NotifyThread> notify_thread_;  // while this one serves
    std::unique_ptr<Reloader> reloader_;
    std::optional<UpdateService> updates_;
    std::optional<FileWatch> watch_;
    ServiceManager manager_;
    Responder control_responder_;
    QueryLogWriter query_log_;
    std::unique_ptr<HttpServer> control_;
    std::unique_ptr<HttpServer> metrics_;
    std::optional<WebService> web_;
    std::optional<Takeover> takeover_;  // under way, or done
    bool is_handed_over_ = false;
    bool is_reload_missed_ = false;  // asked for by SIGHUP during the takeover
    const std::chrono::system_clock::time_point started_at_;
};

}  // namespace arpad
