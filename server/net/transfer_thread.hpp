/// \file  Makes the messages of outgoing transfers, off the workers.
///
/// One thread of low priority for all workers: however many transfers there are, queries go first.
/// Each transfer gets one part at a time, and the next when the one before is being sent.
/// Threads: public functions are called by any worker's.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "transfer/outgoing_transfer.hpp"

namespace arpad {

/// See above. Begins with the first transfer, so that it has no privilege that workers have not.
/// Outlived by the workers, which must have been joined.
class TransferThread {
public:
    /// Lets at most `limit` transfers be under way.
    explicit TransferThread(unsigned limit) noexcept : limit_(limit) {}
    ~TransferThread();  ///< Ends what is being made.
    TransferThread(const TransferThread&) = delete;
    TransferThread& operator=(const TransferThread&) = delete;

    /// A transfer that is under way, as long as this exists.
    class Place {
    public:
        explicit Place(std::atomic<unsigned>& count) noexcept : count_(&count) {}
        ~Place() { --*count_; }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        std::atomic<unsigned>* count_;
    };

    /// Room for one more transfer; null if there is none.
    [[nodiscard]] std::unique_ptr<Place> find_place();

    /// Framed messages (RFC 1035 4.2.2).
    using Part = std::vector<std::uint8_t>;

    /// Makes the next messages of `transfer`, which must stay until then, in `room`, and calls
    /// `done(part)` on `executor`.
    void make_part(OutgoingTransfer& transfer, Part room, boost::asio::any_io_executor executor,
                   std::function<void(Part)> done);

    /// Frees `transfer`.
    void free(std::unique_ptr<OutgoingTransfer> transfer);

private:
    void begin();

    unsigned limit_;
    std::atomic<unsigned> count_ = 0;
    std::once_flag is_begun_;
    std::optional<boost::asio::thread_pool> thread_;
};

}  // namespace arpad
