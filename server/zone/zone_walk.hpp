/// \file  All of a zone, RRset by RRset: for export.
///
/// Beside the query path, which needs no list of names. Canonical order (RFC 4034 6.1), each name
/// with all its RRsets; the SOA comes first.
#pragma once

#include <cstdint>
#include <functional>

#include "dns/name.hpp"
#include "zone/rrset.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// What becomes of the names that ranges make.
enum class RangeWalk : std::uint8_t {
    expand,    ///< Each is visited as if it were stored.
    omit,      ///< None is visited.
    wildcard,  ///< Those of zone/range_wildcards are.
    keep,      ///< Ranges stay ranges: records of RrType::arpad_range at the apex.
};

/// What transfers show of ranges to whom.
[[nodiscard]] RangeWalk range_walk(RangesInTransfers ranges, TransferView view) noexcept;

/// How many addresses the ranges of `zone` name that have nothing stored; the largest number if it
/// is 2^128.
[[nodiscard]] Uint128 count_range_names(const Zone& zone) noexcept;

/// Whether foreign nameservers can get the ranges of `zone`, which was received, as its policy
/// says: they are none, or left out, or few enough names. For wildcards it is not known enough of
/// them.
[[nodiscard]] bool are_ranges_transferable(const Zone& zone) noexcept;

/// Calls `visit(owner, rrset)` for each RRset of the available `zone`. What it is given lives until
/// it returns. Takes memory for each name, so the caller bounds what it expands.
void walk(const Zone& zone, RangeWalk ranges,
          const std::function<void(NameView owner, RrsetView rrset)>& visit);

}  // namespace arpad
