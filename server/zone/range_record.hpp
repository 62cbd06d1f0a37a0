/// \file  Ranges as records of a private type, at the apex of their zone: how they get from arpad
/// to arpad, and to disk. Nobody asks for them, and no other nameserver gets them.
///
/// RDATA, all numbers in network order; an address has 4 or 16 octets:
///
///     u8 version (1), u8 family (1: IPv4, 2: IPv6), u32 TTL of the PTR records,
///     first and last address of the range that was written, which its template counts from,
///     first and last address of the run that it names, the template
///
/// A run is what is left of a range without inner ranges and addresses that have other records. The
/// TTL of the record itself is 0.
/// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "dns/types.hpp"
#include "reverse/prefix.hpp"
#include "zone/range_index.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// The RDATA of `segment`, which `range` names.
[[nodiscard]] Rdata range_rdata(const RangeSegment& segment, const NamedRange& range);

/// The run that `rdata` says, as a range of its own; none if it is no such RDATA, or the run does
/// not lie in `base`.
[[nodiscard]] std::optional<NamedRange> range_from_rdata(std::span<const std::uint8_t> rdata,
                                                         const Prefix& base);

/// Whether no two of `ranges` have an address in common.
[[nodiscard]] bool are_disjoint(std::span<const NamedRange> ranges);

}  // namespace arpad
