#include "app/recent_updates.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/invariant.hpp"

namespace arpad {

std::size_t RecentUpdates::Hash::operator()(const Digest& digest) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

const UpdateResult* RecentUpdates::find(const Digest& content) const {
    const auto found = results_.find(content);
    return found == results_.end() ? nullptr : &found->second;
}

void RecentUpdates::add(const Digest& content, UpdateResult result, TimePoint until) {
    if (kept_.size() == most_) {
        if (until <= kept_.front().until) return;
        forget_first();
    }
    const bool is_new = results_.emplace(content, std::move(result)).second;
    ensure(is_new, "an update is answered once");
    kept_.push_back({until, content});
    std::ranges::push_heap(kept_, ends_later);
}

void RecentUpdates::forget_old(TimePoint now) {
    while (!kept_.empty() && kept_.front().until < now) forget_first();
}

void RecentUpdates::forget_first() {
    std::ranges::pop_heap(kept_, ends_later);
    results_.erase(kept_.back().content);
    kept_.pop_back();
}

}  // namespace arpad
