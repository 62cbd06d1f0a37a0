/// \file  The server as a whole: loads, publishes, listens, reloads, and stops in order.
///
/// Threads: its own functions run on the main thread; the workers and the reloader have theirs.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "answer/rate_limiter.hpp"
#include "answer/responder.hpp"
#include "app/control_api.hpp"
#include "app/credentials.hpp"
#include "app/file_watch.hpp"
#include "app/inheritance.hpp"
#include "app/options.hpp"
#include "app/query_log_writer.hpp"
#include "app/rate_limit_log.hpp"
#include "app/reloader.hpp"
#include "app/service_manager.hpp"
#include "app/takeover.hpp"
#include "app/update_service.hpp"
#include "app/web_service.hpp"
#include "control/http_server.hpp"
#include "load/server_config.hpp"
#include "net/connection_limits.hpp"
#include "net/notify_thread.hpp"
#include "net/refresh_thread.hpp"
#include "net/transfer_thread.hpp"
#include "net/worker.hpp"
#include "state/state.hpp"

namespace arpad {

/// See above.
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
    void begin_answering();
    [[nodiscard]] bool open_state();
    void do_without_state();
    [[nodiscard]] bool claim_endpoints();
    [[nodiscard]] std::optional<ExitCode> load_networks();
    void make_reloader();
    [[nodiscard]] bool start_workers();
    void make_defences(const Credentials& credentials);
    [[nodiscard]] Worker& add_worker(const Credentials& credentials);
    [[nodiscard]] std::optional<ListenFailure> listen(Worker& worker, std::size_t number);
    [[nodiscard]] std::optional<ListenFailure> listen_by_tls(Worker& worker, const TlsContext& tls);
    void adopt(const Credentials& credentials);
    void pin_workers();
    void publish(const std::shared_ptr<const Snapshot>& snapshot, std::function<void()> published);
    void serve(const std::string& what);
    void wait_for_hangup();
    void start_notifying();
    void start_refreshing();
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
    void report(std::function<void(const TelemetryReport&)> done);
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
    std::vector<Endpoint> endpoints_;
    std::vector<Endpoint> tls_endpoints_;
    std::unique_ptr<State> state_;
    ConnectionLimits limits_;                      // outlives the workers
    std::optional<RateLimiter> rate_limiter_;      // likewise; none: off
    std::shared_ptr<const CookieJar> cookies_;     // null: off
    std::optional<RefreshThread> refresh_thread_;  // likewise
    std::list<Worker> workers_;                    // the one for TLS, if there is one, last
    std::size_t plain_workers_ = 0;
    TransferThread transfers_;
    std::optional<NotifyThread> notify_thread_;  // while this one serves
    std::unique_ptr<Reloader> reloader_;
    std::optional<UpdateService> updates_;
    std::optional<FileWatch> watch_;
    ServiceManager manager_;
    Responder control_responder_;
    QueryLogWriter query_log_;
    std::optional<RateLimitLog> rate_limit_log_;
    std::unique_ptr<HttpServer> control_;
    std::unique_ptr<HttpServer> metrics_;
    std::optional<WebService> web_;
    std::optional<Takeover> takeover_;  // under way, or done
    bool is_handed_over_ = false;
    bool is_reload_missed_ = false;  // asked for by SIGHUP during the takeover
    const std::chrono::system_clock::time_point started_at_;
};

}  // namespace arpad
