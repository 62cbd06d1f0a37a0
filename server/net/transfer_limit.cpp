#include "net/transfer_limit.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/tally.hpp"

namespace arpad {

/// Those who have places.
struct TransferLimit::Line {
    std::mutex mutex;  // of all that follows
    unsigned free;
    unsigned share;  // of one client
    Tally<Prefix, unsigned> under_way;
    std::list<Place*> waiting;

    [[nodiscard]] bool may_begin(const Prefix& client) const {
        return free > 0 && under_way.of(client) < share;
    }

    void begin(const Prefix& client) {
        --free;
        under_way.add(client, 1);
    }

    void end(const Prefix& client) {
        ++free;
        under_way.remove(client, 1);
    }
};

TransferLimit::TransferLimit(unsigned limit) : line_(std::make_shared<Line>()) {
    line_->free = limit;
    line_->share = std::max(1U, limit / 2);
}

std::unique_ptr<TransferLimit::Place> TransferLimit::line_up(const Client& client,
                                                             boost::asio::any_io_executor executor,
                                                             std::function<void()> admitted) {
    return std::unique_ptr<Place>(
        new Place(line_, client, std::move(executor), std::move(admitted)));
}

TransferLimit::Place::Place(std::shared_ptr<Line> line, const Client& client,
                            boost::asio::any_io_executor executor, std::function<void()> admitted)
    : line_(std::move(line)),
      client_(client.host),
      executor_(std::move(executor)),
      admitted_(std::move(admitted)) {
    const std::scoped_lock lock(line_->mutex);
    if (line_->may_begin(client_)) {
        line_->begin(client_);
        is_admitted_ = true;
    } else {
        line_->waiting.push_back(this);
    }
}

TransferLimit::Place::~Place() {
    const std::scoped_lock lock(line_->mutex);
    if (!is_admitted_) {
        line_->waiting.remove(this);
        return;
    }
    line_->end(client_);
    const auto next = std::ranges::find_if(
        line_->waiting, [this](const Place* place) { return line_->may_begin(place->client_); });
    if (next == line_->waiting.end()) return;
    Place& admitted = **next;
    line_->waiting.erase(next);
    line_->begin(admitted.client_);
    admitted.is_admitted_ = true;
    boost::asio::post(admitted.executor_, std::move(admitted.admitted_));
}

}  // namespace arpad
