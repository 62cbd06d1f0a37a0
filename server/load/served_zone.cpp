#include "load/served_zone.hpp"

#include <algorithm>
#include <utility>

namespace arpad {
namespace {

/// Those that others may take, or that are kept by what has changed in them.
bool has_history(const Zone& zone) {
    return zone.is_available() &&
           (!zone.transfer().allow.empty() || zone.transfer().is_secondary());
}

bool is_same(const ServedZone& before, const ServedZone& after) {
    if (before.zone->unavailability() != after.zone->unavailability()) return false;
    if (before.zone->transfer() != after.zone->transfer()) return false;
    if (!after.zone->is_available()) return true;
    if (before.zone->frame() != after.zone->frame()) return false;
    return before.content == after.content && before.zone->serial() == after.zone->serial();
}

}  // namespace

std::size_t octets_of_history(const Zone& zone) noexcept {
    return zone.history() ? zone.history()->octets() : 0;
}

void ZoneExchange::exchange(const ServedZone* old, ServedZone& zone,
                            std::vector<ZoneChange>& changes) {
    if (old != nullptr && is_same(*old, zone)) {
        zone = *old;
        return;
    }
    zone.zone = old == nullptr ? with_kept_history(zone.zone) : with_longer_history(*old, zone);
    if (old != nullptr) octets_ -= octets_of_history(*old->zone);
    octets_ += octets_of_history(*zone.zone);
    changes.push_back({old == nullptr ? nullptr : old->zone, zone.zone});
}

/// A zone that was not served before, with what is known from another run.
std::shared_ptr<const Zone> ZoneExchange::with_kept_history(
    const std::shared_ptr<const Zone>& zone) const {
    if (!has_history(*zone) || zone->history()) return zone;
    auto history = histories_.history_of(Name(zone->apex()));
    const bool leads_here = history && history->end() == zone->serial();
    return leads_here ? zone->with_history(std::move(history)) : zone;
}

std::shared_ptr<const Zone> ZoneExchange::with_longer_history(const ServedZone& before,
                                                              const ServedZone& after) const {
    const Zone& old = *before.zone;
    if (!old.is_available() || !has_history(*after.zone)) return after.zone;
    const bool shows_the_same = before.content == after.content &&
                                old.serial() == after.zone->serial() &&
                                old.transfer().ranges == after.zone->transfer().ranges;
    if (shows_the_same) return after.zone->with_history(old.history());
    const std::size_t others = octets_ - octets_of_history(old);
    const std::size_t room = limits_.total_octets - std::min(limits_.total_octets, others);
    const std::size_t octets = std::min(limits_.zone_octets, room);
    auto difference = ZoneDifference::between(old, *after.zone, octets);
    if (!difference) return after.zone;
    return after.zone->with_history(ZoneHistory::extend(old.history(), std::move(difference),
                                                        octets, limits_.zone_differences));
}

}  // namespace arpad
