/// \file  Updates that a worker has handed over, and the way of their replies back to it.
///
/// Threads: the worker's, unless said otherwise.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "answer/pending_update.hpp"
#include "answer/telemetry.hpp"

namespace arpad {

/// See above. Holds a bounded number: what comes above it is counted, and answered SERVFAIL at
/// once.
class PendingUpdates {
public:
    /// Makes an update, and calls `done` on any thread with what came of it; not at all if the
    /// server is about to end.
    using Make = std::function<void(std::shared_ptr<PendingUpdate> update,
                                    std::function<void(const UpdateResult&)> done)>;

    /// Those of the worker that runs `io` and counts in `telemetry`.
    PendingUpdates(boost::asio::io_context& io, Telemetry& telemetry)
        : io_(io), telemetry_(telemetry) {}

    /// Has updates be made by `make`. Before the first.
    void make_with(Make make) { make_ = std::move(make); }

    /// Hands `update` over, and calls `send` with the reply to it later.
    void begin(std::unique_ptr<PendingUpdate> update,
               std::function<void(std::vector<std::uint8_t> reply)> send);

private:
    static constexpr std::size_t most = 1024;

    boost::asio::io_context& io_;
    Telemetry& telemetry_;
    Make make_;
    std::size_t under_way_ = 0;
};

}  // namespace arpad
