#include "load/subscriptions.hpp"

#include <utility>

#include "reverse/arpa_name.hpp"
#include "reverse/classless.hpp"

namespace arpad {

ServedZone served_of(const ZoneFrame& frame, const ReceivedVersion& version,
                     std::chrono::system_clock::time_point now) {
    if (!version.zone) return {Zone::make_unavailable(frame), {}};
    if (version.is_expired(now)) {
        return {Zone::make_unavailable(frame, Unavailability::expired), {}};
    }
    return {version.zone, {}};
}

namespace {

/// That of the member `name` of a catalog.
ZoneFrame frame_of(const Name& name, const CatalogSource& source) {
    auto base = prefix_of_arpa_name(name);
    if (!base) base = classless_base(name);
    return {name, base, source.members};
}

}  // namespace

Subscribing::Subscribing(const Subscriptions& before, Names taken, Zones news,
                         FindVersion find_version, ZoneExchange& exchange,
                         std::chrono::system_clock::time_point now, Outcome outcome)
    : before_(before),
      taken_(std::move(taken)),
      news_(std::move(news)),
      find_version_(std::move(find_version)),
      exchange_(exchange),
      now_(now),
      outcome_(outcome) {}

Subscriptions Subscribing::run(std::span<const CatalogSource> sources) {
    // No catalog is a member of another.
    std::vector<const CatalogSource*> usable;
    for (const CatalogSource& source : sources) {
        if (taken_.insert(source.frame.apex).second) usable.push_back(&source);
    }
    Subscriptions subscriptions;
    std::map<Name, std::vector<Name>, CanonicalLess> listed;
    for (const CatalogSource* source : usable) {
        const Name& name = source->frame.apex;
        const Subscription* const old = find_old(name);
        Subscription fresh{*source, catalog_of(*source, old), {}};
        listed.emplace(name, members_of(fresh, old));
        subscriptions.emplace(name, std::move(fresh));
    }
    std::map<Name, std::size_t, CanonicalLess> counts;
    for (const auto& [name, members] : listed) {
        for (const Name& member_name : members) ++counts[member_name];
    }
    for (const bool is_kept : {true, false}) {
        for (auto& [name, fresh] : subscriptions) {
            for (const Name& member_name : listed.at(name)) {
                const bool is_alone = counts.at(member_name) == 1;
                if (had(fresh.source, member_name, is_alone) != is_kept) continue;
                if (!taken_.insert(member_name).second) {
                    fresh.ignored.push_back(member_name);
                    continue;
                }
                members_.insert(member_name);
                fresh.members.emplace(member_name, member(member_name, fresh.source));
            }
        }
    }
    for (const auto& [name, old] : before_) {
        if (!subscriptions.contains(name)) {
            outcome_.changes.push_back({old.catalog.zone, nullptr});
        }
        // A member of one may have been that of another.
        for (const auto& [member, zone] : old.members) {
            if (!members_.contains(member)) outcome_.changes.push_back({zone.zone, nullptr});
        }
    }
    return subscriptions;
}

const Subscription* Subscribing::find_old(const Name& catalog) const {
    const auto known = before_.find(catalog);
    return known == before_.end() ? nullptr : &known->second;
}

/// Whether the catalog of `source` had the zone `name`; `is_alone` if no other one lists it.
bool Subscribing::had(const CatalogSource& source, const Name& name, bool is_alone) const {
    if (old_member(name) != nullptr) {
        const Subscription* const old = find_old(source.frame.apex);
        return old != nullptr && old->members.contains(name);
    }
    return !is_alone && find_version_(frame_of(name, source)).catalog == source.frame.apex;
}

ServedZone Subscribing::catalog_of(const CatalogSource& source, const Subscription* old) {
    const auto news = news_.find(source.frame.apex);
    if (news != news_.end()) return news->second;
    if (old != nullptr && old->source.frame == source.frame) return old->catalog;
    return take(source.frame, old == nullptr ? nullptr : &old->catalog);
}

/// Those that its catalog says it has; where that is nothing to go by, those that it had.
std::vector<Name> Subscribing::members_of(Subscription& fresh, const Subscription* old) const {
    if (fresh.catalog.zone->is_available()) {
        auto members = read_members(*fresh.catalog.zone);
        if (members) return std::move(*members);
        fresh.flaw = members.error();
    }
    std::vector<Name> names;
    if (old == nullptr) return names;
    for (const auto& [name, zone] : old->members) names.push_back(name);
    return names;
}

ServedZone Subscribing::member(const Name& name, const CatalogSource& source) {
    const ServedZone* const old = old_member(name);
    const ZoneFrame frame = frame_of(name, source);
    if (old != nullptr && old->zone->frame() == frame) return *old;
    return take(frame, old);
}

const ServedZone* Subscribing::old_member(const Name& name) const {
    for (const auto& [catalog, subscription] : before_) {
        const auto found = subscription.members.find(name);
        if (found != subscription.members.end()) return &found->second;
    }
    return nullptr;
}

/// The zone of `frame` as its primaries have sent it, in place of `old`.
ServedZone Subscribing::take(const ZoneFrame& frame, const ServedZone* old) {
    ReceivedVersion version = find_version_(frame);
    ServedZone zone = served_of(frame, version, now_);
    exchange_.exchange(old, zone, outcome_.changes);
    outcome_.received.insert_or_assign(frame.apex, std::move(version));
    return zone;
}

}  // namespace arpad
