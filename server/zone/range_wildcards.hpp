/// \file  The names `*` that stand for ranges where a zone is transferred to nameservers that know
/// no ranges (`ranges: wildcard`).
///
/// A range of a whole label with one name for all its addresses becomes the PTR of `*` below that
/// label. A wildcard is silent where a name exists (RFC 4592 3.3.1), and every explicit name makes
/// the labels above it exist: so `*` is repeated below each of them in the range. An address with
/// nothing of its own below which there are names gets the PTR itself.
/// Beside the query path. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dns/name.hpp"
#include "reverse/address.hpp"
#include "reverse/prefix.hpp"
#include "zone/range_index.hpp"
#include "zone/rrset.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// The PTR of `*` below an aligned prefix, or that of a single address.
struct RangeWildcard {
    Prefix prefix;
    const NamedRange* range = nullptr;
};

/// The prefix of the label at which all addresses of `range` are; none if it has others or not all.
[[nodiscard]] std::optional<Prefix> wildcard_prefix(const AddressRange& range) noexcept;

/// Those of the available `zone`, by prefix.
[[nodiscard]] std::vector<RangeWildcard> range_wildcards(const Zone& zone);

/// Those among them whose prefix contains one of `addresses`, which lie in the zone. The work does
/// not depend on the size of the zone but for its ranges.
[[nodiscard]] std::vector<RangeWildcard> range_wildcards_above(const Zone& zone,
                                                               std::span<const Address> addresses);

/// Writes the labels of the owner of `wildcard` below the apex of `zone`, without a root label, to
/// `room` and says how many octets they have.
std::size_t write_wildcard_labels(const Zone& zone, const RangeWildcard& wildcard,
                                  std::span<std::uint8_t, max_name_octets> room) noexcept;

/// The PTR of `wildcard` in `space`; lives as long.
RrsetView make_ptr(const RangeWildcard& wildcard, MadeRrset& space) noexcept;

}  // namespace arpad
