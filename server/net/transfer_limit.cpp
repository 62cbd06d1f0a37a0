#include "net/transfer_limit.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace arpad {

TransferLimit::TransferLimit(unsigned limit) : line_(std::make_shared<Line>()) {
    line_->free = limit;
}

std::unique_ptr<TransferLimit::Place> TransferLimit::line_up(boost::asio::any_io_executor executor,
                                                             std::function<void()> admitted) {
    return std::unique_ptr<Place>(new Place(line_, std::move(executor), std::move(admitted)));
}

TransferLimit::Place::Place(std::shared_ptr<Line> line, boost::asio::any_io_executor executor,
                            std::function<void()> admitted)
    : line_(std::move(line)), executor_(std::move(executor)), admitted_(std::move(admitted)) {
    const std::scoped_lock lock(line_->mutex);
    if (line_->free > 0) {
        --line_->free;
        is_admitted_ = true;
    } else {
        line_->waiting.push_back(this);
    }
}

TransferLimit::Place::~Place() {
    const std::scoped_lock lock(line_->mutex);
    if (!is_admitted_) {
        line_->waiting.remove(this);
    } else if (line_->waiting.empty()) {
        ++line_->free;
    } else {
        Place& next = *line_->waiting.front();
        line_->waiting.pop_front();
        next.is_admitted_ = true;
        boost::asio::post(next.executor_, std::move(next.admitted_));
    }
}

}  // namespace arpad
