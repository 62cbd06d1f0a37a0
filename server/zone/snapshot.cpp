#include "zone/snapshot.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/invariant.hpp"

namespace arpad {

Snapshot::Snapshot(std::vector<std::shared_ptr<const Zone>> zones) : zones_(std::move(zones)) {
    by_apex_.reserve(zones_.size());
    for (const auto& zone : zones_) {
        const bool is_new = by_apex_.emplace(zone->apex(), zone.get()).second;
        ensure(is_new, "an apex has one zone");
        apex_labels_.push_back(zone->apex_labels());
    }
    std::ranges::sort(apex_labels_, std::greater<>());
    const auto repeated = std::ranges::unique(apex_labels_);
    apex_labels_.erase(repeated.begin(), repeated.end());
}

const Zone* Snapshot::find_apex(NameView apex) const noexcept {
    const auto found = by_apex_.find(apex);
    return found == by_apex_.end() ? nullptr : found->second;
}

const Zone* Snapshot::find_zone(const NameBuffer& name, RrType type) const noexcept {
    const Zone* child = nullptr;
    for (const unsigned labels : apex_labels_) {
        if (labels > name.label_count()) continue;
        const Zone* const zone = find_apex(name.suffix(labels));
        if (zone == nullptr) continue;
        if (type != RrType::ds || labels < name.label_count()) return zone;
        child = zone;
    }
    return child;
}

}  // namespace arpad
