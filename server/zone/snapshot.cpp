#include "zone/snapshot.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/invariant.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

void keep_each_descending(std::vector<unsigned>& numbers) {
    std::ranges::sort(numbers, std::greater<>());
    const auto repeated = std::ranges::unique(numbers);
    numbers.erase(repeated.begin(), repeated.end());
}

}  // namespace

Snapshot::Snapshot(std::vector<std::shared_ptr<const Zone>> zones) : zones_(std::move(zones)) {
    by_apex_.reserve(zones_.size());
    for (const auto& zone : zones_) {
        const bool is_new = by_apex_.emplace(zone->apex(), zone.get()).second;
        ensure(is_new, "an apex has one zone");
        apex_labels_.push_back(zone->apex_labels());
        note_address_zone(*zone);
    }
    keep_each_descending(apex_labels_);
    for (auto& zones_of_family : address_zones_) {
        std::ranges::sort(zones_of_family, std::greater<>(), &AddressZones::mask);
    }
}

std::size_t Snapshot::AddressZones::FirstHash::operator()(Uint128 first) const noexcept {
    const auto folded =
        static_cast<std::uint64_t>(first) ^ static_cast<std::uint64_t>(first >> 64U);
    constexpr std::uint64_t odd = 0x9E37'79B9'7F4A'7C15U;  // 2^64 divided by the golden ratio
    const std::uint64_t mixed = folded * odd;
    return mixed ^ mixed >> 32U;
}

/// A name that reads as a prefix is found like one, whatever the zone takes it for.
void Snapshot::note_address_zone(const Zone& zone) {
    const auto prefix = prefix_of_arpa_name(zone.apex());
    if (!prefix) return;
    const Uint128 first = prefix->first().value();
    const Uint128 mask = ~(prefix->last().value() ^ first);
    auto& zones_of_family = address_zones_[static_cast<std::size_t>(prefix->family())];
    auto zones = std::ranges::find(zones_of_family, mask, &AddressZones::mask);
    if (zones == zones_of_family.end()) zones = zones_of_family.insert(zones, {mask, {}});
    const bool answers = zone.is_available() && zone.parts().base == *prefix;
    zones->by_first.insert_or_assign(first, answers ? &zone : nullptr);
}

const Zone* Snapshot::find_address_zone(Address address) const noexcept {
    const Uint128 value = address.value();
    for (const AddressZones& zones : address_zones_[static_cast<std::size_t>(address.family())]) {
        const auto found = zones.by_first.find(value & zones.mask);
        if (found != zones.by_first.end()) return found->second;
    }
    return nullptr;
}

std::shared_ptr<const Snapshot> Snapshot::with_zones(
    std::span<const std::shared_ptr<const Zone>> others) const {
    const std::shared_ptr<Snapshot> snapshot(new Snapshot(*this));
    for (const auto& zone : others) snapshot->exchange(zone);
    return snapshot;
}

void Snapshot::exchange(const std::shared_ptr<const Zone>& zone) {
    const auto known = by_apex_.find(zone->apex());
    ensure(known != by_apex_.end(), "a zone is exchanged for one of the same apex");
    const Zone* const before = known->second;
    // The key too points into the one before.
    by_apex_.erase(known);
    by_apex_.emplace(zone->apex(), zone.get());
    note_address_zone(*zone);
    *std::ranges::find_if(zones_, [before](const auto& other) { return other.get() == before; }) =
        zone;
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
