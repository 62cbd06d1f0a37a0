/// \file  The ranges of a zone: names for any number of addresses in constant space.
///
/// Ranges are nested or disjoint, and the smallest one wins. They are kept as the disjoint segments
/// that follow from that, so one binary search finds the range of an address, and another whether a
/// prefix has any named address at all: exactly as if every record existed.
/// Threads: immutable; any number of readers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dns/types.hpp"
#include "reverse/address.hpp"
#include "reverse/name_template.hpp"
#include "reverse/prefix.hpp"

namespace arpad {

/// The addresses of a prefix.
[[nodiscard]] constexpr AddressRange range_of(const Prefix& prefix) noexcept {
    return {prefix.first(), prefix.last()};
}

/// Addresses that get their names from a template.
struct NamedRange {
    AddressRange range;
    std::optional<NameTemplate> names;  ///< None for a hole.
    Ttl ttl;                            ///< Of the PTR records.
};

/// A run of addresses whose smallest range is one and the same.
struct RangeSegment {
    Uint128 first = 0;  ///< Address numbers, both included.
    Uint128 last = 0;
    std::uint32_t range = 0;  ///< Position of that range.

    bool operator==(const RangeSegment&) const = default;
};

/// The disjoint segments, ascending, that `ranges` come to; holes have segments too. `ranges` are
/// of one family, nested or disjoint, by first address, an outer one before all it contains.
[[nodiscard]] std::vector<RangeSegment> flatten(std::span<const NamedRange> ranges);

/// `ranges`, of one family, in ascending order; those that overlap or touch are made one.
[[nodiscard]] std::vector<AddressRange> merge(std::vector<AddressRange> ranges);

/// Whether `address` lies in any of `merged`, which are ascending and disjoint.
[[nodiscard]] bool is_in_any(std::span<const AddressRange> merged, Address address) noexcept;

/// What is left of `segments` without the addresses of `cut_out`, which are in any order and may
/// overlap.
[[nodiscard]] std::vector<RangeSegment> subtract(std::span<const RangeSegment> segments,
                                                 std::vector<AddressRange> cut_out);

/// The segment that `address` lies in, by number; null if there is none.
[[nodiscard]] const RangeSegment* find_segment(std::span<const RangeSegment> segments,
                                               Uint128 address) noexcept;

/// See above.
class RangeIndex {
public:
    /// No ranges.
    RangeIndex() = default;

    /// Takes `ranges` of `family`, and the ascending and disjoint `segments` in which they are to
    /// be seen. Holes are left out.
    RangeIndex(Family family, std::span<const NamedRange> ranges,
               std::span<const RangeSegment> segments);

    /// The range that names `address`; null if none does. No allocation.
    [[nodiscard]] const NamedRange* find(Address address) const noexcept;

    /// Whether any address of `prefix` is named by a range. No allocation.
    [[nodiscard]] bool has_any_in(const Prefix& prefix) const noexcept;

    [[nodiscard]] bool is_empty() const noexcept { return segments_.empty(); }

    /// In ascending order; each names all its addresses.
    [[nodiscard]] std::span<const RangeSegment> segments() const noexcept { return segments_; }

    /// The range of a segment.
    [[nodiscard]] const NamedRange& range_of_segment(const RangeSegment& segment) const noexcept {
        return ranges_[segment.range];
    }

private:
    Family family_ = Family::ipv4;
    std::vector<NamedRange> ranges_;
    std::vector<RangeSegment> segments_;
};

}  // namespace arpad
