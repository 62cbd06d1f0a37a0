#include "zone/zone_history.hpp"

#include <algorithm>
#include <utility>

#include "base/invariant.hpp"
#include "zone/difference.hpp"
#include "zone/record_octets.hpp"

namespace arpad {
namespace {

using Octets = std::vector<std::uint8_t>;

void append_soa(Octets& octets, const Zone& zone) {
    append_record(octets, {}, RrType::soa, zone.soa().ttl(), *zone.soa().begin());
}

/// Appends those records of `rrset` to `octets` that `other` has not.
void append_missing(Octets& octets, std::span<const std::uint8_t> labels, RrsetView rrset,
                    const std::optional<RrsetView>& other) {
    if (!other || other->ttl() != rrset.ttl()) {
        for (const auto rdata : rrset)
            append_record(octets, labels, rrset.type(), rrset.ttl(), rdata);
        return;
    }
    const auto others = sorted_rdatas(*other);
    for (const auto rdata : rrset) {
        if (std::ranges::binary_search(others, rdata, std::ranges::lexicographical_compare)) {
            continue;
        }
        append_record(octets, labels, rrset.type(), rrset.ttl(), rdata);
    }
}

void append_missing(Octets& octets, std::span<const std::uint8_t> labels, NodeView node,
                    NodeView other) {
    for (const RrsetView rrset : node) {
        if (rrset.type() == RrType::soa) continue;
        append_missing(octets, labels, rrset, other.find(rrset.type()));
    }
}

}  // namespace

std::shared_ptr<const ZoneDifference> ZoneDifference::between(const Zone& before, const Zone& after,
                                                              std::size_t max_octets) {
    const RangesInTransfers ranges = after.transfer().ranges;
    const bool expands = ranges == RangesInTransfers::expand;
    if (!is_newer(after.serial(), before.serial()) || before.transfer().ranges != ranges ||
        (expands && differ_in_ranges(before, after))) {
        return nullptr;
    }
    Octets gone;
    Octets added;
    append_soa(gone, before);
    append_soa(added, after);
    const auto is_too_large = [&] { return gone.size() + added.size() > max_octets; };
    for_each_changed_name(&before, &after, range_walk(ranges), [&](const NameChange& change) {
        if (is_too_large()) return;
        const auto labels =
            change.owner.wire().first(change.owner.octets() - after.apex().octets());
        append_missing(gone, labels, change.before, change.after);
        append_missing(added, labels, change.after, change.before);
    });
    if (is_too_large()) return nullptr;
    gone.insert(gone.end(), added.begin(), added.end());
    auto difference = from_octets(std::move(gone));
    ensure(difference != nullptr, "a difference that was written can be read");
    return difference;
}

std::shared_ptr<const ZoneDifference> ZoneDifference::from_octets(Octets octets) {
    std::shared_ptr<ZoneDifference> difference(new ZoneDifference);
    difference->octets_ = std::move(octets);
    std::size_t position = 0;
    unsigned soas = 0;
    while (const auto record = difference->next(position)) {
        ++difference->records_;
        const bool is_soa = record->type == RrType::soa && record->labels.empty();
        if (!is_soa) {
            if (soas == 0) return nullptr;
            continue;
        }
        const auto serial = soa_serial(record->rdata);
        if (!serial || ++soas > 2) return nullptr;
        (soas == 1 ? difference->from_ : difference->to_) = *serial;
    }
    if (soas != 2 || position != difference->octets_.size()) return nullptr;
    return difference;
}

std::optional<TransferRecord> ZoneDifference::next(std::size_t& position) const noexcept {
    return next_record(octets_, position);
}

ZoneHistory::ZoneHistory(Differences differences) : differences_(std::move(differences)) {
    for (const auto& difference : differences_) octets_ += difference->octets().size();
}

std::shared_ptr<const ZoneHistory> ZoneHistory::extend(
    const std::shared_ptr<const ZoneHistory>& history, std::shared_ptr<const ZoneDifference> newest,
    std::size_t max_octets, std::size_t max_differences) {
    std::size_t octets = newest->octets().size();
    if (octets > max_octets || max_differences == 0) return nullptr;
    Differences kept;
    if (history) {
        const Differences& old = history->differences();
        std::size_t first = old.size();
        while (first > 0 && old.size() - first + 1 < max_differences &&
               octets + old[first - 1]->octets().size() <= max_octets) {
            octets += old[--first]->octets().size();
        }
        kept.assign(old.begin() + static_cast<std::ptrdiff_t>(first), old.end());
    }
    kept.push_back(std::move(newest));
    return std::make_shared<const ZoneHistory>(std::move(kept));
}

std::span<const std::shared_ptr<const ZoneDifference>> ZoneHistory::since(
    Serial serial) const noexcept {
    // From the end, since secondaries are mostly a little behind.
    for (std::size_t i = differences_.size(); i-- > 0;) {
        if (differences_[i]->from() == serial) return std::span(differences_).subspan(i);
    }
    return {};
}

}  // namespace arpad
