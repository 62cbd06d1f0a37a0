/// \file  Lets only so many transfers be under way at once; the others wait for their turn.
///
/// One client gets half of the places at most, so that others do not wait for it alone.
/// Shared by all workers. Threads: any.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

#include "net/connection_limits.hpp"

namespace arpad {

/// See above. May end before its places.
class TransferLimit {
public:
    using Client = ConnectionLimits::Client;

    /// Lets `limit` transfers be under way.
    explicit TransferLimit(unsigned limit);
    TransferLimit(const TransferLimit&) = delete;
    TransferLimit& operator=(const TransferLimit&) = delete;

    class Place;

    /// A place at the end of the line, for `client`; the transfer may begin when none before it
    /// may. If that is not at once, `admitted` is called on `executor` when it is, unless the place
    /// has been given up.
    [[nodiscard]] std::unique_ptr<Place> line_up(const Client& client,
                                                 boost::asio::any_io_executor executor,
                                                 std::function<void()> admitted);

private:
    struct Line;

    std::shared_ptr<Line> line_;
};

/// Held as long as a transfer waits or is under way. Its end lets the next one begin.
class TransferLimit::Place {
public:
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    [[nodiscard]] bool is_admitted() const noexcept { return is_admitted_; }

private:
    friend class TransferLimit;
    Place(std::shared_ptr<Line> line, const Client& client, boost::asio::any_io_executor executor,
          std::function<void()> admitted);

    std::shared_ptr<Line> line_;
    Prefix client_;
    boost::asio::any_io_executor executor_;
    std::function<void()> admitted_;
    std::atomic<bool> is_admitted_ = false;
};

}  // namespace arpad
