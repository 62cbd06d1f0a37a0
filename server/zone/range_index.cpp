#include "zone/range_index.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/invariant.hpp"

namespace arpad {
namespace {

/// Lays segments side by side while ranges open and close.
class Flattening {
public:
    explicit Flattening(std::span<const NamedRange> ranges) : ranges_(ranges) {}

    std::vector<RangeSegment> run() {
        for (std::uint32_t range = 0; range < ranges_.size(); ++range) {
            const Uint128 first = ranges_[range].range.first.value();
            while (!open_.empty() && last_of(open_.back()) < first) close();
            if (!open_.empty() && next_ < first) emit(next_, first - 1, open_.back());
            next_ = first;
            open_.push_back(range);
        }
        while (!open_.empty()) close();
        return std::move(segments_);
    }

private:
    [[nodiscard]] Uint128 last_of(std::uint32_t range) const {
        return ranges_[range].range.last.value();
    }

    void emit(Uint128 first, Uint128 last, std::uint32_t range) {
        segments_.push_back({first, last, range});
    }

    /// Ends the innermost open range.
    void close() {
        const Uint128 last = last_of(open_.back());
        if (!is_at_end_ && next_ <= last) {
            emit(next_, last, open_.back());
            next_ = last + 1;
            is_at_end_ = next_ == 0;
        }
        open_.pop_back();
    }

    std::span<const NamedRange> ranges_;
    std::vector<RangeSegment> segments_;
    std::vector<std::uint32_t> open_;  // the ranges around `next_`, outer ones first
    Uint128 next_ = 0;                 // the first address without a segment
    bool is_at_end_ = false;           // the very last address has one
};

}  // namespace

std::vector<RangeSegment> flatten(std::span<const NamedRange> ranges) {
    return Flattening(ranges).run();
}

std::vector<AddressRange> merge(std::vector<AddressRange> ranges) {
    std::ranges::sort(ranges, {}, &AddressRange::first);
    std::vector<AddressRange> merged;
    for (const AddressRange& range : ranges) {
        const bool is_apart =
            merged.empty() || (merged.back().last < range.first &&
                               range.first.value() - merged.back().last.value() > 1);
        if (is_apart) {
            merged.push_back(range);
        } else {
            merged.back().last = std::max(merged.back().last, range.last);
        }
    }
    return merged;
}

bool is_in_any(std::span<const AddressRange> merged, Address address) noexcept {
    const auto after = std::ranges::upper_bound(merged, address, {}, &AddressRange::first);
    return after != merged.begin() && !(std::prev(after)->last < address);
}

std::vector<RangeSegment> subtract(std::span<const RangeSegment> segments,
                                   std::vector<AddressRange> cut_out) {
    const std::vector<AddressRange> cuts = merge(std::move(cut_out));
    std::vector<RangeSegment> left;
    auto cut = cuts.begin();
    for (RangeSegment segment : segments) {
        while (cut != cuts.end() && cut->last.value() < segment.first) ++cut;
        bool is_used_up = false;
        for (; cut != cuts.end() && cut->first.value() <= segment.last; ++cut) {
            const Uint128 first = cut->first.value();
            if (first > segment.first) left.push_back({segment.first, first - 1, segment.range});
            is_used_up = cut->last.value() >= segment.last;
            if (is_used_up) break;  // it may reach into the next segment
            segment.first = cut->last.value() + 1;
        }
        if (!is_used_up) left.push_back(segment);
    }
    return left;
}

const RangeSegment* find_segment(std::span<const RangeSegment> segments, Uint128 address) noexcept {
    const auto after = std::ranges::upper_bound(segments, address, {}, &RangeSegment::first);
    if (after == segments.begin()) return nullptr;
    const auto candidate = std::prev(after);
    return address <= candidate->last ? &*candidate : nullptr;
}

RangeIndex::RangeIndex(Family family, std::span<const NamedRange> ranges,
                       std::span<const RangeSegment> segments)
    : family_(family), ranges_(ranges.begin(), ranges.end()) {
    for (const RangeSegment& segment : segments) {
        ensure(segments_.empty() || segments_.back().last < segment.first,
               "the segments of an index ascend");
        if (ranges[segment.range].names) segments_.push_back(segment);
    }
    segments_.shrink_to_fit();
}

const NamedRange* RangeIndex::find(Address address) const noexcept {
    if (segments_.empty() || address.family() != family_) return nullptr;
    const RangeSegment* const segment = find_segment(segments_, address.value());
    return segment == nullptr ? nullptr : &ranges_[segment->range];
}

bool RangeIndex::has_any_in(const Prefix& prefix) const noexcept {
    if (segments_.empty() || prefix.family() != family_) return false;
    const auto candidate =
        std::ranges::lower_bound(segments_, prefix.first().value(), {}, &RangeSegment::last);
    return candidate != segments_.end() && candidate->first <= prefix.last().value();
}

}  // namespace arpad
