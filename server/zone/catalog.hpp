/// \file  Catalog zones (RFC 9432): a zone that tells other nameservers which zones there are, so
/// that they serve new ones, and no old ones, without being configured.
///
/// Threads: one at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dns/name.hpp"
#include "zone/transfer_policy.hpp"
#include "zone/zone.hpp"
#include "zone/zone_builder.hpp"
#include "zone/zone_frame.hpp"

namespace arpad {

/// What the operator says about the catalog.
struct CatalogModel {
    Name zone;                ///< Its name, in lower case.
    TransferPolicy transfer;  ///< Who may take it, and ask for it, and who is told of changes.

    bool operator==(const CatalogModel&) const = default;
};

/// A catalog that is taken from primaries: its members are served too, from the same primaries.
struct CatalogSource {
    ZoneFrame frame;         ///< Of the catalog itself.
    TransferPolicy members;  ///< Of each member.

    bool operator==(const CatalogSource&) const = default;
};

/// All that the operator says about catalogs.
struct CatalogPlan {
    std::optional<CatalogModel> made;  ///< Of our own zones; none: no catalog.
    std::vector<CatalogSource> taken;  ///< No two with one name.
};

/// The names of the members of `catalog`, in lower case, no two equal; else what is wrong with it:
/// then none of it must be used (RFC 9432 4.1, 5.1).
[[nodiscard]] Result<std::vector<Name>, std::string> read_members(const Zone& catalog);

/// The catalog of `members`, ready to be built: version 2, each member with its group and change of
/// ownership, if it has them. The label of a member follows from its name, so that nothing is reset
/// where a member comes back (RFC 9432 5.4). Unavailable zones are members too: they are still
/// ours.
[[nodiscard]] ZoneBuilder make_catalog(const CatalogModel& model,
                                       std::span<const std::shared_ptr<const Zone>> members);

/// Whether the two, either of which may be null, stand in a catalog alike.
[[nodiscard]] bool are_same_member(const Zone* left, const Zone* right) noexcept;

}  // namespace arpad
