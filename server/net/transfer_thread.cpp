#include "net/transfer_thread.hpp"

#include <boost/asio/post.hpp>
#include <span>
#include <utility>

#include "base/background_thread.hpp"
#include "dns/message.hpp"

namespace arpad {
namespace {

constexpr std::size_t length_octets = 2;
constexpr std::size_t part_octets = 60'000;  // enough to keep a fast peer busy

void fill(OutgoingTransfer& transfer, TransferThread::Part& part) {
    std::size_t end = 0;
    while (end < part_octets && !transfer.is_finished()) {
        const std::size_t room = end + length_octets + max_message_octets;
        if (part.size() < room) part.resize(room);
        const std::size_t octets =
            transfer.next(std::span(part).subspan(end + length_octets, max_message_octets));
        if (octets == 0) break;  // it has failed
        part[end] = static_cast<std::uint8_t>(octets >> 8U);
        part[end + 1] = static_cast<std::uint8_t>(octets);
        end += length_octets + octets;
    }
    part.resize(end);
}

}  // namespace

void TransferThread::start(std::function<void()> prepare) {
    std::call_once(is_begun_, [this, &prepare] {
        thread_ = std::make_unique<boost::asio::thread_pool>(1);
        boost::asio::post(*thread_, [prepare = std::move(prepare)] {
            become_background_thread("arpad-transfer");
            if (prepare) prepare();
        });
    });
}

TransferThread::~TransferThread() {
    if (thread_) thread_->join();
}

void TransferThread::free(std::unique_ptr<OutgoingTransfer> transfer) {
    start();
    boost::asio::post(*thread_, [transfer = std::move(transfer)] {});
}

void TransferThread::make_part(OutgoingTransfer& transfer, Part room,
                               boost::asio::any_io_executor executor,
                               std::function<void(Part)> done) {
    start();
    boost::asio::post(*thread_, [&transfer, part = std::move(room), executor = std::move(executor),
                                 done = std::move(done)]() mutable {
        fill(transfer, part);
        boost::asio::post(executor, [part = std::move(part), done = std::move(done)]() mutable {
            done(std::move(part));
        });
    });
}

}  // namespace arpad
