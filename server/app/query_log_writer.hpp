/// \file  Writes the query log: takes from each worker what it has noted, and logs it.
///
/// Threads: the main thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "answer/query_log.hpp"
#include "load/server_config.hpp"
#include "net/worker.hpp"

namespace arpad {

/// See above.
class QueryLogWriter {
public:
    /// Logs nothing yet. `workers` outlive it.
    QueryLogWriter(boost::asio::io_context& io, std::list<Worker>& workers)
        : workers_(workers), timer_(io) {}

    /// Logs from now on what `config` says; none: nothing.
    void log(const std::optional<QueryLogConfig>& config);

    /// Writes what is waiting.
    void write();

private:
    void write_again_later();

    std::list<Worker>& workers_;
    boost::asio::steady_timer timer_;
    std::vector<std::shared_ptr<QueryLogQueue>> queues_;  // one per worker; none: not logging
};

}  // namespace arpad
