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
/// of one key than so many those are forgotten whose signatures end first.
constexpr std::chrono::seconds least_remembered_for{60};
constexpr std::size_t most_remembered = 65'536;
constexpr std::chrono::seconds longest_fudge{3600};

/// When what is signed so may be forgotten. Its time has been checked: it lies within its fudge.
steady_clock::time_point end_of(const PendingUpdate::Signature& signature) {
    using std::chrono::seconds;
    const auto end = signature.time + signature.fudge;
    const auto good =
        std::chrono::ceil<seconds>(end - std::chrono::system_clock::now()) + seconds(1);
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

void UpdateService::note(const PendingUpdate& update, const UpdateResult& result) {
    ++counts_[result.rcode];
    if (result.rcode == Rcode::no_error || !throttle_.admits(steady_clock::now())) return;
    spdlog::info("update by {} from {}: {}: {} ({} more not shown)", update.key().to_text(),
                 update.client().to_text(), to_text(result.rcode), result.text,
                 throttle_.take_suppressed());
}

/// Why nothing that is signed like `update` is made; none if it may be.
std::optional<UpdateResult> UpdateService::refuse(const PendingUpdate& update,
                                                  const PendingUpdate::Signature& signature) const {
    if (!policies_->contains(update.key())) {
        return UpdateResult{Rcode::refused,
                            update.key().to_text() +
                                " may update nothing: write it into `updates` of the "
                                "server configuration"};
    }
    if (signature.fudge > longest_fudge) {
        return UpdateResult{Rcode::refused,
                            "its signature is good for more than an hour: sign with a fudge of 300 "
                            "seconds"};
    }
    return std::nullopt;
}

/// The same message once more gets the same reply, and changes nothing.
void UpdateService::take(const std::shared_ptr<PendingUpdate>& update, const Done& done) {
    const PendingUpdate::Signature signature = update->signature();
    if (const auto refusal = refuse(*update, signature)) {
        note(*update, *refusal);
        done(*refusal);
        return;
    }
    RecentUpdates& recent = recent_.try_emplace(update->key(), most_remembered).first->second;
    recent.forget_old(steady_clock::now());
    const Digest content = signature.content;
    if (const UpdateResult* const result = recent.find(content)) {
        done(*result);
        return;
    }
    const auto [known, is_new] = under_way_.try_emplace(content);
    known->second.push_back(done);
    if (!is_new) return;
    const auto end = end_of(signature);
    make(*update, [this, update, content, end, &recent](const UpdateResult& result) {
        note(*update, result);
        // What failed, for want of the disk or in a takeover, may succeed the next time.
        if (result.rcode != Rcode::serv_fail) recent.add(content, result, end);
        const auto waiting = under_way_.extract(content);
        for (const Done& each : waiting.mapped()) each(result);
    });
}

void UpdateService::make(const PendingUpdate& update, const Done& done) {
    auto read = update.read(policies_->find(update.key())->second);
    if (!read) {
        done({read.error().rcode, read.error().text + ": " + read.error().advice});
        return;
    }
    ChangeOrigin origin{Channel::update, update.key().to_text()};
    reloader_.apply(
        UpdateRequest{*read, std::move(origin)},
        [done, update = *read](const ChangeOutcome& outcome) { done(result_of(outcome, update)); });
}

}  // namespace arpad
