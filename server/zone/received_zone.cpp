#include "zone/received_zone.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "base/invariant.hpp"
#include "dns/reader.hpp"
#include "reverse/arpa_name.hpp"
#include "zone/content_check.hpp"
#include "zone/range_record.hpp"
#include "zone/record_octets.hpp"
#include "zone/zone_builder.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

using Rrsets = std::vector<Rrset>;

constexpr std::size_t most_records = std::numeric_limits<std::uint16_t>::max();  // of an RRset
constexpr std::size_t most_types = 256;  // of a name, which questions look through

void remove_repeats(std::vector<Rdata>& rdatas) {
    if (rdatas.size() < 2) return;
    std::ranges::sort(rdatas);
    const auto repeats = std::ranges::unique(rdatas);
    rdatas.erase(repeats.begin(), repeats.end());
}

bool is_before(NameView left, NameView right) noexcept {
    return std::ranges::lexicographical_compare(left.wire(), right.wire());
}

/// `records`, sorted, with the names of each address in one entry.
RecordModels merged(const RecordModels& records) {
    RecordModels whole;
    for (std::size_t i = 0; i < records.size();) {
        const RecordView first = records[i];
        RecordModel entry{first.address, {}, first.ttl, false, {}};
        std::set<NameView, bool (*)(NameView, NameView) noexcept> targets(&is_before);
        for (; i < records.size() && records[i].address == entry.address; ++i) {
            const NameView target = *records[i].names.begin();
            if (targets.insert(target).second) entry.names.emplace_back(target);
        }
        whole.add(entry);
    }
    return whole;
}

bool has_repeats(const RecordModels& records) {
    for (std::size_t i = 1; i < records.size(); ++i) {
        if (records[i - 1].address == records[i].address) return true;
    }
    return false;
}

/// A record as it was kept; none if it is none that a zone can have.
std::optional<ReceivedRecord> restored(const TransferRecord& record, const Name& apex) {
    std::array<std::uint8_t, max_name_octets> owner;
    const auto below = apex.view().wire();
    const std::size_t octets = record.labels.size() + below.size();
    if (octets > owner.size()) return std::nullopt;
    const auto behind = std::ranges::copy(record.labels, owner.begin()).out;
    std::ranges::copy(below, behind);
    auto name = Name::from_wire(std::span(owner).first(octets));
    if (!name) return std::nullopt;
    return ReceivedRecord{
        std::move(*name), record.type, record.ttl, {record.rdata.begin(), record.rdata.end()}};
}

/// Whether `rrset` has more records than can be counted, or one that fits into no message.
bool is_too_large(const Rrset& rrset) {
    return rrset.rdatas.size() > most_records ||
           std::ranges::any_of(rrset.rdatas,
                               [](const Rdata& rdata) { return rdata.size() > max_rrset_octets; });
}

bool are_too_large(const RecordModels& records) {
    for (const RecordView record : records) {
        if (record.names.size() > most_records) return true;
    }
    return false;
}

/// Whether all but the serial is the same.
bool differ_in_serial_only(RrsetView before, const ReceivedRecord& after) {
    const auto old_rdata = *before.begin();
    if (before.ttl() != after.ttl || old_rdata.size() != after.rdata.size()) return false;
    const std::size_t serial_at = old_rdata.size() - SoaNumbers::octets;
    return std::equal(old_rdata.begin(), old_rdata.begin() + static_cast<std::ptrdiff_t>(serial_at),
                      after.rdata.begin()) &&
           std::equal(old_rdata.begin() + static_cast<std::ptrdiff_t>(serial_at) + 4,
                      old_rdata.end(),
                      after.rdata.begin() + static_cast<std::ptrdiff_t>(serial_at) + 4);
}

/// Calls `visit(owner, rrset, rdata)` with each record of a zone that was received.
template <class Visit>
void for_each_record(const Zone& zone, const Visit& visit) {
    walk(zone, RangeWalk::keep, [&](NameView owner, RrsetView rrset) {
        for (const auto rdata : rrset) visit(owner, rrset, Rdata(rdata.begin(), rdata.end()));
    });
}

/// A zone while steps are applied to it: the owners that they touch.
class Patch {
public:
    explicit Patch(const Zone& zone) : zone_(zone) {}

    /// Whether `step` fits.
    bool apply(const ReceivedStep& step) {
        for (const ReceivedRecord& record : step.removed) {
            if (!remove(record)) return false;
        }
        for (const ReceivedRecord& record : step.added) {
            if (!add(record)) return false;
        }
        soa_ = step.soa;
        return true;
    }

    /// Null if an RRset has become too large.
    [[nodiscard]] std::shared_ptr<const Zone> build() {
        const bool is_plain = concerns_addresses_only_ && differ_in_serial_only(zone_.soa(), soa_);
        return is_plain ? with_addresses() : rebuilt();
    }

private:
    struct Touched {
        Ttl ttl;
        std::set<Rdata> rdatas;
    };
    using TouchedRrsets = std::map<RrType, Touched>;

    /// What stands at `owner` by now.
    TouchedRrsets& rrsets_at(const Name& owner) {
        const auto found = touched_.find(owner);
        if (found != touched_.end()) return found->second;
        TouchedRrsets rrsets;
        for (Rrset& rrset : stored_at(owner)) {
            rrsets.emplace(rrset.type, Touched{rrset.ttl,
                                               {std::move_iterator(rrset.rdatas.begin()),
                                                std::move_iterator(rrset.rdatas.end())}});
        }
        return touched_.emplace(owner.lower_case(), std::move(rrsets)).first->second;
    }

    static Rrsets to_rrsets(const TouchedRrsets& touched) {
        Rrsets rrsets;
        for (const auto& [type, each] : touched) {
            rrsets.push_back({type, each.ttl, {each.rdatas.begin(), each.rdatas.end()}});
        }
        return rrsets;
    }

    Rrsets stored_at(const Name& owner) {
        NameBuffer name;
        name.assign(owner);
        const unsigned labels = name.label_count();
        if (name.view() == zone_.apex()) {
            concerns_addresses_only_ = false;
            return arpad::to_rrsets(zone_.apex_node());
        }
        const auto address = address_below(zone_.apex(), zone_.parts().base, owner);
        const auto data = address ? zone_.addresses().find(*address) : std::nullopt;
        if (!address || zone_.is_diverted(*address)) concerns_addresses_only_ = false;
        if (data && data->is_lone_ptr()) {
            MadeRrset space;
            const RrsetView ptr = make_ptr(*data, space);
            const auto target = *ptr.begin();
            return {{RrType::ptr, ptr.ttl(), {{target.begin(), target.end()}}}};
        }
        return arpad::to_rrsets(zone_.find_stored(name, labels, zone_.read_path(name)));
    }

    bool remove(const ReceivedRecord& record) {
        TouchedRrsets& rrsets = rrsets_at(record.owner);
        const auto rrset = rrsets.find(record.type);
        if (rrset == rrsets.end()) return false;
        if (rrset->second.rdatas.erase(record.rdata) == 0) return false;
        if (rrset->second.rdatas.empty()) rrsets.erase(rrset);
        note(record.type);
        return true;
    }

    bool add(const ReceivedRecord& record) {
        Touched& rrset = rrsets_at(record.owner)[record.type];
        if (!rrset.rdatas.insert(record.rdata).second) return false;
        rrset.ttl = record.ttl;
        note(record.type);
        return true;
    }

    void note(RrType type) noexcept {
        if (leads_away_below(type)) concerns_addresses_only_ = false;
    }

    [[nodiscard]] std::shared_ptr<const Zone> with_addresses() const {
        AddressIndex addresses = zone_.addresses();
        for (const auto& [owner, touched] : touched_) {
            const Rrsets rrsets = to_rrsets(touched);
            if (rrsets.size() > most_types || std::ranges::any_of(rrsets, is_too_large))
                return nullptr;
            const Address address = *address_below(zone_.apex(), zone_.parts().base, owner);
            if (rrsets.empty()) {
                addresses = addresses.without(address);
            } else if (is_one_ptr(rrsets)) {
                addresses =
                    addresses.with_ptr(address, rrsets.front().ttl,
                                       NameView::of_valid_wire(rrsets.front().rdatas.front()));
            } else {
                addresses = addresses.with_rrsets(address, rrsets);
            }
        }
        return zone_.with_addresses(std::move(addresses), *soa_serial(soa_.rdata));
    }

    [[nodiscard]] std::shared_ptr<const Zone> rebuilt() const {
        ReceivedZone fresh(zone_.frame());
        for_each_record(zone_, [&](NameView owner, RrsetView rrset, Rdata rdata) {
            if (rrset.type() == RrType::soa) return;
            // Ranges are shown at the apex and are none of its records.
            const bool is_range =
                rrset.type() == RrType::arpad_range && zone_.transfer().takes_ranges();
            if (!is_range && touched_.contains(Name(owner))) return;
            fresh.add({Name(owner), rrset.type(), rrset.ttl(), std::move(rdata)});
        });
        for (const auto& [owner, rrsets] : touched_) {
            for (const auto& [type, rrset] : rrsets) {
                if (type == RrType::soa) continue;
                for (const Rdata& rdata : rrset.rdatas) {
                    fresh.add({owner, type, rrset.ttl, rdata});
                }
            }
        }
        fresh.add(soa_);
        return fresh.build();
    }

    const Zone& zone_;
    std::map<Name, TouchedRrsets, CanonicalLess> touched_;
    ReceivedRecord soa_;
    bool concerns_addresses_only_ = true;
};

}  // namespace

ReceivedZone::ReceivedZone(ZoneFrame frame) : frame_(std::move(frame)) {}

void ReceivedZone::add(const ReceivedRecord& record) {
    if (record.type == RrType::soa) {
        soa_ = record;
        return;
    }
    if (record.type == RrType::arpad_range && frame_.transfer.takes_ranges() &&
        record.owner.view() == frame_.apex.view()) {
        ++other_records_;
        add_range(record.rdata);
        return;
    }
    if (record.type == RrType::ptr) {
        if (const auto address = address_below(frame_.apex, frame_.base, record.owner)) {
            ptrs_.add_plain(*address, {}, record.rdata, record.ttl);
            return;
        }
    }
    ++other_records_;
    auto& rrsets = rrsets_[record.owner.lower_case()];
    const auto rrset = rrsets.try_emplace(record.type, Rrset{record.type, record.ttl, {}}).first;
    rrset->second.rdatas.push_back(record.rdata);
}

void ReceivedZone::add_range(const Rdata& rdata) {
    auto range = frame_.base ? range_from_rdata(rdata, *frame_.base) : std::nullopt;
    if (range) {
        ranges_.push_back(std::move(*range));
    } else {
        is_garbled_ = true;
    }
}

std::shared_ptr<const Zone> ReceivedZone::build() {
    if (!soa_ || is_garbled_ || !are_disjoint(ranges_)) return nullptr;
    ZoneBuilder builder(frame_.apex, frame_.base, soa_model(soa_->rdata), soa_->ttl);
    builder.set_transfer(frame_.transfer);
    ptrs_.sort();
    if (has_repeats(ptrs_)) ptrs_ = merged(ptrs_);
    if (are_too_large(ptrs_)) return nullptr;
    builder.add_records(ptrs_.view(), {});
    for (NamedRange& range : ranges_) builder.add_range(std::move(range));
    for (auto& [owner, rrsets] : rrsets_) {
        if (rrsets.size() > most_types) return nullptr;
        for (auto& [type, rrset] : rrsets) {
            remove_repeats(rrset.rdatas);
            if (is_too_large(rrset)) return nullptr;
            builder.add(owner, std::move(rrset));
        }
    }
    rrsets_.clear();
    return builder.build(*soa_serial(soa_->rdata));
}

std::vector<std::uint8_t> to_octets(const Zone& zone) {
    std::vector<std::uint8_t> octets;
    const std::size_t apex_octets = zone.apex().octets();
    for_each_record(zone, [&](NameView owner, RrsetView rrset, const Rdata& rdata) {
        append_record(octets, owner.wire().first(owner.octets() - apex_octets), rrset.type(),
                      rrset.ttl(), rdata);
    });
    return octets;
}

std::shared_ptr<const Zone> received_from_octets(ZoneFrame frame,
                                                 std::span<const std::uint8_t> octets) {
    const Name apex = frame.apex;
    ReceivedZone zone(std::move(frame));
    std::size_t position = 0;
    while (const auto stored = next_record(octets, position)) {
        const auto record = restored(*stored, apex);
        if (!record) return nullptr;
        zone.add(*record);
    }
    return position == octets.size() ? zone.build() : nullptr;
}

std::shared_ptr<const Zone> in_frame(const Zone& zone, ZoneFrame frame) {
    const bool takes_ranges = frame.transfer.takes_ranges();
    ReceivedZone fresh(std::move(frame));
    for_each_record(zone, [&](NameView owner, RrsetView rrset, Rdata rdata) {
        if (rrset.type() == RrType::arpad_range && !takes_ranges) return;
        fresh.add({Name(owner), rrset.type(), rrset.ttl(), std::move(rdata)});
    });
    return fresh.build();
}

std::optional<ReceivedStep> step_of(const ZoneDifference& difference, const Name& apex) {
    ReceivedStep step;
    unsigned soas = 0;
    std::size_t position = 0;
    while (const auto stored = difference.next(position, TransferView::arpad)) {
        auto record = restored(*stored, apex);
        if (!record) return std::nullopt;
        if (record->type == RrType::soa) {
            if (++soas == 2) step.soa = std::move(*record);
        } else {
            (soas < 2 ? step.removed : step.added).push_back(std::move(*record));
        }
    }
    return step;
}

std::shared_ptr<const Zone> with_steps(const Zone& zone, std::span<const ReceivedStep> steps) {
    Patch patch(zone);
    for (const ReceivedStep& step : steps) {
        if (!patch.apply(step)) return nullptr;
    }
    return steps.empty() ? nullptr : patch.build();
}

}  // namespace arpad
