#include "app/update_service.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "dns/message.hpp"

namespace arpad {
namespace {

using std::chrono::steady_clock;

/// Clients that get no reply send the same message again for so long. A signature is good for
/// longer, but an update says the same thing then.
constexpr std::chrono::seconds remembered_for{60};
constexpr std::size_t most_remembered = 65'536;

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
    Digester digester;
    digester.add(update->message());
    const Digest digest = digester.finish();
    const auto [found, is_new] = recent_.try_emplace(digest);
    Recent& recent = found->second;
    if (recent.result) {
        done(*recent.result);
        return;
    }
    recent.waiting.push_back(done);
    if (!is_new) return;
    order_.emplace_back(steady_clock::now(), digest);
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
    const auto oldest = steady_clock::now() - remembered_for;
    while (!order_.empty() && (order_.front().first < oldest || order_.size() > most_remembered)) {
        const auto known = recent_.find(order_.front().second);
        const bool is_done = known == recent_.end() || known->second.result;
        if (!is_done) return;  // it is still being made
        if (known != recent_.end()) recent_.erase(known);
        order_.pop_front();
    }
}

}  // namespace arpad
