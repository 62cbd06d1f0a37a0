#include "net/pending_updates.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

namespace arpad {

void PendingUpdates::begin(std::unique_ptr<PendingUpdate> update,
                           std::function<void(std::vector<std::uint8_t>)> send) {
    std::shared_ptr<PendingUpdate> pending = std::move(update);
    ++under_way_;
    const auto done = [this, pending, send = std::move(send)](const UpdateResult& result) {
        boost::asio::post(io_, [this, pending, send, result] {
            --under_way_;
            send(pending->reply(result, std::chrono::system_clock::now()));
        });
    };
    if (under_way_ > most) {
        telemetry_.count_update_turned_away();
        done({Rcode::serv_fail, "too many updates wait to be made: send it again later"});
        return;
    }
    make_(std::move(pending), done);
}

}  // namespace arpad
