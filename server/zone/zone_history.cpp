#include "zone/zone_history.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/invariant.hpp"
#include "zone/difference.hpp"
#include "zone/record_octets.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

using Octets = std::vector<std::uint8_t>;

// The octets are a set of views, and for each record a set of views and zone/record_octets.
constexpr std::uint8_t for_foreign = 1;
constexpr std::uint8_t for_arpad = 2;
constexpr std::uint8_t for_all = for_foreign | for_arpad;

constexpr std::uint8_t views_of(TransferView view) noexcept {
    return view == TransferView::arpad ? for_arpad : for_foreign;
}

Octets soa_of(const Zone& zone) {
    Octets octets;
    append_record(octets, {}, RrType::soa, zone.soa().ttl(), *zone.soa().begin());
    return octets;
}

/// Records that are gone or new, each with the views that it is so for.
class Records {
public:
    void add(std::span<const std::uint8_t> labels, RrType type, Ttl ttl,
             std::span<const std::uint8_t> rdata, std::uint8_t views) {
        Octets octets;
        append_record(octets, labels, type, ttl, rdata);
        const std::size_t size = octets.size() + 1;
        const auto [record, is_new] = records_.try_emplace(std::move(octets), views);
        record->second |= views;
        if (is_new) octets_ += size;
    }

    [[nodiscard]] std::size_t octets() const noexcept { return octets_; }

    void append_to(Octets& octets) const {
        for (const auto& [record, views] : records_) {
            octets.push_back(views);
            octets.insert(octets.end(), record.begin(), record.end());
        }
    }

private:
    std::map<Octets, std::uint8_t> records_;
    std::size_t octets_ = 0;
};

/// Adds those records of `rrset` to `records` that `other` has not.
void add_missing(Records& records, std::span<const std::uint8_t> labels, RrsetView rrset,
                 const std::optional<RrsetView>& other, std::uint8_t views) {
    if (!other || other->ttl() != rrset.ttl()) {
        for (const auto rdata : rrset) records.add(labels, rrset.type(), rrset.ttl(), rdata, views);
        return;
    }
    const auto others = sorted_rdatas(*other);
    for (const auto rdata : rrset) {
        if (std::ranges::binary_search(others, rdata, std::ranges::lexicographical_compare)) {
            continue;
        }
        records.add(labels, rrset.type(), rrset.ttl(), rdata, views);
    }
}

void add_missing(Records& records, std::span<const std::uint8_t> labels, NodeView node,
                 NodeView other, std::uint8_t views) {
    for (const RrsetView rrset : node) {
        if (rrset.type() == RrType::soa) continue;
        add_missing(records, labels, rrset, other.find(rrset.type()), views);
    }
}

}  // namespace

std::shared_ptr<const ZoneDifference> ZoneDifference::between(const Zone& before, const Zone& after,
                                                              std::size_t max_octets) {
    const RangesInTransfers ranges = after.transfer().ranges;
    const bool is_newer_version = is_newer(after.serial(), before.serial());
    if (!is_newer_version || before.transfer().ranges != ranges) return nullptr;
    const bool has_ranges = !before.parts().ranges.is_empty() || !after.parts().ranges.is_empty();
    const bool is_for_arpad =
        after.transfer().has_view(TransferView::arpad) || after.transfer().is_secondary();
    const bool are_views_same = !has_ranges || ranges == RangesInTransfers::omit;
    const bool needs_same_ranges =
        has_ranges && (is_for_arpad || ranges == RangesInTransfers::expand);
    if (needs_same_ranges && differ_in_ranges(before, after)) return nullptr;
    Records gone;
    Records added;
    const auto is_too_large = [&] { return gone.octets() + added.octets() > max_octets; };
    const auto compare = [&](RangeWalk walk, std::uint8_t views) {
        for_each_changed_name(&before, &after, walk, [&](const NameChange& change) {
            if (is_too_large()) return;
            const auto labels =
                change.owner.wire().first(change.owner.octets() - after.apex().octets());
            add_missing(gone, labels, change.before, change.after, views);
            add_missing(added, labels, change.after, change.before, views);
        });
    };
    std::uint8_t covered = for_foreign;
    if (!has_ranges || (is_for_arpad && are_views_same)) {
        covered = for_all;
        compare(RangeWalk::omit, for_all);
    } else {
        compare(range_walk(ranges, TransferView::foreign), for_foreign);
        if (is_for_arpad) {
            covered = for_all;
            compare(RangeWalk::omit, for_arpad);
        }
    }
    Octets octets{covered};
    const auto append_soa = [&octets](const Zone& zone) {
        const Octets soa = soa_of(zone);
        octets.push_back(for_all);
        octets.insert(octets.end(), soa.begin(), soa.end());
    };
    append_soa(before);
    gone.append_to(octets);
    append_soa(after);
    added.append_to(octets);
    if (octets.size() > max_octets) return nullptr;
    octets.shrink_to_fit();  // it is kept for long, and what is kept is bounded by its size
    auto difference = from_octets(std::move(octets));
    ensure(difference != nullptr, "a difference that was written can be read");
    return difference;
}

std::shared_ptr<const ZoneDifference> ZoneDifference::from_octets(Octets octets) {
    if (octets.empty() || (octets[0] & for_foreign) == 0) return nullptr;
    std::shared_ptr<ZoneDifference> difference(new ZoneDifference);
    difference->octets_ = std::move(octets);
    std::size_t position = 0;
    unsigned soas = 0;
    while (const auto record = difference->next_of(position, for_all)) {
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

bool ZoneDifference::covers(TransferView view) const noexcept {
    return (octets_[0] & views_of(view)) != 0;
}

std::optional<TransferRecord> ZoneDifference::next(std::size_t& position,
                                                   TransferView view) const noexcept {
    return next_of(position, views_of(view));
}

std::optional<TransferRecord> ZoneDifference::next_of(std::size_t& position,
                                                      std::uint8_t views) const noexcept {
    if (position == 0) position = 1;  // behind the set of all
    while (position < octets_.size()) {
        const std::uint8_t record_views = octets_[position];
        std::size_t next = position + 1;
        const auto record = next_record(octets_, next);
        if (!record) return std::nullopt;
        position = next;
        if ((record_views & views) != 0) return record;
    }
    return std::nullopt;
}

ZoneHistory::ZoneHistory(std::span<const Difference> differences) : size_(differences.size()) {
    for (const Difference& difference : differences) octets_ += difference->octets().size();
    while (!differences.empty()) {
        const auto part = differences.first(std::min(chunk_size, differences.size()));
        chunks_.push_back(std::make_shared<const Chunk>(part.begin(), part.end()));
        differences = differences.subspan(part.size());
    }
}

std::shared_ptr<const ZoneHistory> ZoneHistory::extend(
    const std::shared_ptr<const ZoneHistory>& history, Difference newest, std::size_t max_octets,
    std::size_t max_differences) {
    if (newest->octets().size() > max_octets || max_differences == 0) return nullptr;
    ZoneHistory longer = history ? *history : ZoneHistory();
    longer.append(std::move(newest));
    longer.forget(max_octets, max_differences);
    return std::make_shared<const ZoneHistory>(std::move(longer));
}

void ZoneHistory::append(Difference newest) {
    octets_ += newest->octets().size();
    ++size_;
    auto last = std::make_shared<Chunk>();
    if (!chunks_.empty() && chunks_.back()->size() < chunk_size) {
        last->reserve(chunks_.back()->size() + 1);
        last->assign(chunks_.back()->begin(), chunks_.back()->end());
        chunks_.pop_back();
    }
    last->push_back(std::move(newest));
    chunks_.push_back(std::move(last));
}

/// The oldest ones that are too many or too large; not all.
void ZoneHistory::forget(std::size_t max_octets, std::size_t max_differences) {
    std::size_t number = 0;
    while (size_ - number > max_differences || octets_ > max_octets) {
        octets_ -= (*this)[number++]->octets().size();
    }
    if (number == 0) return;
    size_ -= number;
    forgotten_ += number;
    chunks_.erase(chunks_.begin(),
                  chunks_.begin() + static_cast<std::ptrdiff_t>(forgotten_ / chunk_size));
    forgotten_ %= chunk_size;
    if (forgotten_ == 0) return;
    auto first = std::make_shared<Chunk>(*chunks_.front());
    std::fill_n(first->begin(), forgotten_, nullptr);
    chunks_.front() = std::move(first);
}

/// The number of the first of those that `since` gives.
std::size_t ZoneHistory::first_since(Serial serial, TransferView view) const noexcept {
    // From the end, since secondaries are mostly a little behind.
    for (std::size_t i = size_; i-- > 0;) {
        const ZoneDifference& difference = *(*this)[i];
        if (!difference.covers(view)) break;
        if (difference.from() == serial) return i;
    }
    return size_;
}

}  // namespace arpad
