#include "zone/served_ptr.hpp"

#include <algorithm>
#include <utility>

#include "reverse/arpa_name.hpp"
#include "zone/zone_editor.hpp"

namespace arpad {
namespace {

using Zones = std::vector<std::shared_ptr<const Zone>>;

/// That of `address`, which lies in the base of `zone`.
ServedPtr ptr_in(const Zone& zone, Address address) {
    ServedPtr served{PtrSource::unavailable, std::nullopt, Name(zone.apex())};
    if (!zone.is_available()) return served;
    served.source = PtrSource::delegated;
    if (zone.is_diverted(address) && find_obstacle(zone, address)) return served;
    NameBuffer name;
    name.assign(*address_name(zone.apex(), *zone.parts().base, address));
    const auto data = zone.find_name(name, name.label_count(), zone.read_path(name));
    if (data && data->node.find(RrType::cname)) return served;
    served.source = PtrSource::none;
    if (!data) return served;
    MadeRrset space;
    std::optional<RrsetView> ptr = data->node.find(RrType::ptr);
    if (data->lone_ptr) ptr = make_ptr(*data->lone_ptr, space);
    if (data->range != nullptr) ptr = make_ptr(*data->range, address, space);
    if (!ptr) return served;
    served.source = data->range != nullptr ? PtrSource::range : PtrSource::stored;
    Rrset& rrset = served.rrset.emplace(Rrset{RrType::ptr, ptr->ttl(), {}});
    for (const auto rdata : *ptr) rrset.rdatas.emplace_back(rdata.begin(), rdata.end());
    return served;
}

}  // namespace

ServedPtrs::ServedPtrs() : ServedPtrs(std::make_shared<const Snapshot>(Zones()), {}) {}

ServedPtrs::ServedPtrs(std::shared_ptr<const Snapshot> snapshot,
                       std::vector<ClasslessNetwork> classless)
    : snapshot_(std::move(snapshot)), classless_(std::move(classless)) {}

ServedPtr ServedPtrs::find(Address address) const {
    const Zone* zone = snapshot_->find_address_zone(address);
    const bool has_own_zone = zone != nullptr && zone->parts().base->is_address();
    const Zone* const classless = has_own_zone ? nullptr : find_classless(address);
    if (classless != nullptr) zone = classless;
    return zone == nullptr ? without_zone(address) : ptr_in(*zone, address);
}

/// That of `address`, for which no zone answers.
ServedPtr ServedPtrs::without_zone(Address address) const {
    NameBuffer name;
    name.assign(arpa_name(address));
    const Zone* const zone = snapshot_->find_zone(name, RrType::ptr);
    if (zone == nullptr || zone->is_available()) return {};
    return {PtrSource::unavailable, std::nullopt, Name(zone->apex())};
}

/// The zone of the smallest classless network around `address`; null if there is none.
const Zone* ServedPtrs::find_classless(Address address) const {
    const ClasslessNetwork* found = nullptr;
    for (const ClasslessNetwork& each : classless_) {
        const bool is_smaller = found == nullptr || each.network.length() > found->network.length();
        if (each.network.contains(address) && is_smaller) found = &each;
    }
    if (found == nullptr) return nullptr;
    NameBuffer apex;
    apex.assign(found->apex);
    const Zone* const zone = snapshot_->find_zone(apex, RrType::soa);
    const bool is_its_zone = zone != nullptr && zone->apex() == found->apex.view() &&
                             zone->parts().base && zone->parts().base->contains(address);
    return is_its_zone ? zone : nullptr;
}

}  // namespace arpad
