#include "control/attempt_limit.hpp"

namespace arpad {

bool AttemptLimit::admits(const Prefix& client, Time now) {
    const auto found = failures_.find(counted_as(client));
    return found == failures_.end() || now - found->second.begin >= window ||
           found->second.count < failures_at_once;
}

void AttemptLimit::note_failure(const Prefix& client, Time now) {
    if (failures_.size() >= max_clients) forget_old(now);
    Failures& failures = failures_[counted_as(client)];
    if (failures.count == 0 || now - failures.begin >= window) failures = {now, 0};
    ++failures.count;
}

/// The client itself, if there is room for it.
Prefix AttemptLimit::counted_as(const Prefix& client) const {
    return failures_.size() < max_clients || failures_.contains(client) ? client : Prefix();
}

void AttemptLimit::forget_old(Time now) {
    std::erase_if(failures_,
                  [now](const auto& entry) { return now - entry.second.begin >= window; });
}

}  // namespace arpad
