#include "zone/record_models.hpp"

#include <algorithm>
#include <limits>

#include "base/invariant.hpp"

namespace arpad {

RecordModels::Entry RecordModels::make_entry(Address address, Place place, std::size_t names,
                                             std::size_t octets) const {
    ensure(names_.size() + octets <= std::numeric_limits<std::uint32_t>::max(),
           "the names of one file fit 4 GiB");
    Entry entry{address,
                place,
                no_ttl,
                static_cast<std::uint32_t>(names_.size()),
                static_cast<std::uint32_t>(octets),
                0,
                0};
    entry.names = names & 0x7fff'ffff;  // no two are equal, so more would not fit 4 GiB
    return entry;
}

void RecordModels::add(const RecordModel& record) {
    ensure(!record.ttl || record.ttl->seconds != no_ttl, "a TTL is below 2^31 (RFC 2181 8)");
    std::size_t octets = 0;
    for (const Name& name : record.names) octets += name.view().octets();
    Entry entry = make_entry(record.address, record.place, record.names.size(), octets);
    if (record.ttl) entry.ttl = record.ttl->seconds;
    entry.is_locked = record.locked ? 1 : 0;
    append(entry);
    for (const Name& name : record.names) names_.append(name.view().wire());
}

void RecordModels::reserve(std::size_t records, std::size_t octets) {
    entries_.reserve(records);
    names_.reserve(octets);
}

void RecordModels::sort() {
    if (is_ascending_) return;
    std::ranges::stable_sort(entries_.view(), {}, &Entry::address);
    is_ascending_ = true;
}

RecordsView RecordsView::within(const AddressRange& range) const noexcept {
    if (empty()) return {};
    ensure(records_->is_ascending_, "records are in the order of their addresses");
    const auto entries = records_->entries_.view().subspan(first_, size());
    const auto first =
        std::ranges::lower_bound(entries, range.first, {}, &RecordModels::Entry::address);
    const auto last = std::ranges::upper_bound(first, entries.end(), range.last, {},
                                               &RecordModels::Entry::address);
    const auto number_of = [&](auto at) {
        return first_ + static_cast<std::size_t>(at - entries.begin());
    };
    return {*records_, number_of(first), number_of(last)};
}

std::optional<RecordView> RecordsView::find(Address address) const noexcept {
    const RecordsView found = within({address, address});
    return found.empty() ? std::nullopt : std::optional(*found.begin());
}

}  // namespace arpad
