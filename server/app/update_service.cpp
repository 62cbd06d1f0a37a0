#include "app/update_service.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "dns/message.hpp"

namespace arpad {
namespace {

using std::chrono::steady_clock;

/// A message is remembered as long as its signature is good, and at least so long: whoever has
/// captured it cannot have it made once more, when something else has been done meanwhile. Of more
/// than so many those are forgotten whose signatures end first.
constexpr std::chrono::seconds least_remembered_for{60};
constexpr std::size_t most_remembered = 65'536;

/// When `update` may be forgotten. Its time has been checked: it lies within what its client says
/// that the clocks may differ by, which are 18 hours at most.
steady_clock::time_point end_of(const PendingUpdate& update) {
    using std::chrono::seconds;
    const auto good =
        std::chrono::ceil<seconds>(update.good_until() - std::chrono::system_clock::now()) +
        seconds(1);
    return steady_clock::now() + std::max(good, least_remembered_for);
}

UpdateResult result_of(const ChangeOutcome& outcome, const Update& update) {
    if (outcome.refusal) {
        return {outcome.refusal->rcode, outcome.refusal->text + ": " + outcome.refusal->advice};
    }
    if (!outcome.failure.empty()) return {Rcode::serv_fail, outcome.failure};
    return {Rcode::no_error, {}, update.lease ? lifetime_of(update) : std::nullopt};
}

}  // namespace

PendingUpdates::Make UpdateService::maker() {
    return [this](std::shared_ptr<PendingUpdate> update, Done done) {
        boost::asio::post(io_, [this, update = std::move(update), done = std::move(done)] {
            take(update, done);
        });
    };
}

/// The same message once more gets the same reply, and changes nothing.
void UpdateService::take(const std::shared_ptr<PendingUpdate>& update, const Done& done) {
    forget_old();
    const Digest digest = update->signed_content();
    const auto [found, is_new] = recent_.try_emplace(digest);
    Recent& recent = found->second;
    if (recent.result) {
        done(*recent.result);
        return;
    }
    recent.waiting.push_back(done);
    if (!is_new) return;
    order_.emplace(end_of(*update), digest);
    make(*update, [this, digest, update](const UpdateResult& result) {
        ++counts_[result.rcode];
        if (result.rcode != Rcode::no_error && throttle_.admits(steady_clock::now())) {
            spdlog::info("update by {} from {}: {}: {} ({} more not shown)",
                         update->key().to_text(), update->client().to_text(), to_text(result.rcode),
                         result.text, throttle_.take_suppressed());
        }
        const auto known = recent_.find(digest);
        std::vector<Done> waiting = std::exchange(known->second.waiting, {});
        // What failed for want of the disk may succeed the next time.
        if (result.rcode != Rcode::serv_fail) {
            known->second.result = result;
        } else {
            recent_.erase(known);
        }
        for (const Done& each : waiting) each(result);
    });
}

void UpdateService::make(const PendingUpdate& update, const Done& done) {
    const auto policy = policies_->find(update.key());
    if (policy == policies_->end()) {
        done({Rcode::refused, update.key().to_text() +
                                  " may update nothing: write it into `updates` of the server "
                                  "configuration"});
        return;
    }
    auto read = update.read(policy->second);
    if (!read) {
        done({read.error().rcode, read.error().text + ": " + read.error().advice});
        return;
    }
    ChangeOrigin origin{Channel::update, update.key().to_text()};
    reloader_.apply(
        UpdateRequest{*read, std::move(origin)},
        [done, update = *read](const ChangeOutcome& outcome) { done(result_of(outcome, update)); });
}

void UpdateService::forget_old() {
    const auto now = steady_clock::now();
    while (!order_.empty() && (order_.begin()->first < now || order_.size() > most_remembered)) {
        const auto known = recent_.find(order_.begin()->second);
        const bool is_done = known == recent_.end() || known->second.result;
        if (!is_done) return;  // it is still being made
        if (known != recent_.end()) recent_.erase(known);
        order_.erase(order_.begin());
    }
}

}  // namespace arpad
