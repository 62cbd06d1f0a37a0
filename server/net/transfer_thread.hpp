/// \file  Makes the messages of outgoing transfers, off the workers.
///
/// One thread of low priority for all workers: however many transfers there are, queries go first.
/// Each transfer gets one part at a time, and the next when the one before is being sent.
/// Threads: public functions are called by any worker's.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "net/transfer_limit.hpp"
#include "transfer/outgoing_transfer.hpp"

namespace arpad {

/// See above. Begins with the first transfer, unless it was told to before. Outlived by the
/// workers, which must have been joined.
class TransferThread {
public:
    /// Lets `limit` transfers be under way at once.
    explicit TransferThread(unsigned limit) : limit_(limit) {}
    ~TransferThread();  ///< Ends what is being made.
    TransferThread(const TransferThread&) = delete;
    TransferThread& operator=(const TransferThread&) = delete;

    /// Begins, with `prepare` called on the thread first. Does nothing if it has begun.
    void start(std::function<void()> prepare = {});

    /// Tells which transfers may be under way.
    [[nodiscard]] TransferLimit& limit() noexcept { return limit_; }

    /// Framed messages (RFC 1035 4.2.2).
    using Part = std::vector<std::uint8_t>;

    /// Makes the next messages of `transfer`, which must stay until then, in `room`, and calls
    /// `done(part)` on `executor`.
    void make_part(OutgoingTransfer& transfer, Part room, boost::asio::any_io_executor executor,
                   std::function<void(Part)> done);

    /// Frees `transfer`.
    void free(std::unique_ptr<OutgoingTransfer> transfer);

private:
    TransferLimit limit_;
    std::once_flag is_begun_;
    std::unique_ptr<boost::asio::thread_pool> thread_;
};

}  // namespace arpad
