/// \file  Takes zones from primaries, off the workers: the sockets and the clock of
/// transfer/refresher and transfer/incoming_transfer.
///
/// One thread of low priority. Threads: public functions are called by any.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "answer/telemetry.hpp"
#include "crypto/tsig.hpp"
#include "net/primary_connection.hpp"
#include "reverse/endpoint.hpp"
#include "transfer/refresher.hpp"

namespace arpad {

/// See above.
class RefreshThread {
public:
    /// Takes what has come, on this thread.
    using Take = std::function<void(Refresh)>;

    /// Asks from the first of the `listening` addresses that can reach a primary, since that is the
    /// one that it knows, and from any if there is none.
    RefreshThread(std::vector<Endpoint> listening, std::shared_ptr<const Keyring> keys,
                  TlsContext tls, Take take, const PrimaryPatience& patience = {});

    ~RefreshThread() { stop(); }
    RefreshThread(const RefreshThread&) = delete;
    RefreshThread& operator=(const RefreshThread&) = delete;

    /// Starts the thread, on which `prepare` is called first. Nothing is asked for before.
    void start(std::function<void()> prepare = {});

    /// Ends it: what was not taken yet is not taken any more.
    void stop();

    /// Keeps to `zones` from now on, and to no others.
    void follow(std::vector<SecondaryZone> zones);

    /// There is said to be a newer version of the zone at `apex` (in lower case), by the one at
    /// `from`, whom the zone's policy allows to say so. More than can be looked at are forgotten.
    void notice(NameView apex, const Address& from);

    /// What has come so far, and what has not.
    [[nodiscard]] TransferCounts counts() const noexcept { return {full_, incremental_, failed_}; }

    /// Signs with `keys` from now on.
    void adopt(std::shared_ptr<const Keyring> keys);

    /// Connects with `tls` from now on, where TLS is asked for.
    void adopt(TlsContext tls);

private:
    /// A zone that is being asked for.
    struct Running;

    /// Where a connection leads to, and the name that TLS has proved; empty without TLS.
    using Route = std::pair<Endpoint, std::string>;

    void proceed();
    void start(Refresher::Errand errand);
    void run(const std::shared_ptr<Running>& running,
             const std::shared_ptr<PrimaryConnection>& connection);
    void finish(Running& running, const std::string& failure);
    void log(const Running& running) const;
    [[nodiscard]] std::shared_ptr<PrimaryConnection> connection_to(const Remote& primary);
    [[nodiscard]] std::shared_ptr<PrimaryConnection> new_connection_to(const Remote& primary);

    std::vector<Endpoint> listening_;
    std::shared_ptr<const Keyring> keys_;
    TlsContext tls_;
    PrimaryPatience patience_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::steady_timer timer_;
    Refresher refresher_;
    /// Open and without work; used at once, or closed.
    std::multimap<Route, std::shared_ptr<PrimaryConnection>> idle_;
    std::atomic<unsigned> notices_ = 0;  // that wait to be looked at
    std::atomic<std::uint64_t> full_ = 0;
    std::atomic<std::uint64_t> incremental_ = 0;
    std::atomic<std::uint64_t> failed_ = 0;
    std::thread thread_;
};

}  // namespace arpad
