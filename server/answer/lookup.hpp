/// \file  What a zone says about a name and a type (RFC 1034 4.3.2).
#pragma once

#include <cstdint>
#include <optional>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/rrset.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// What was found, and not only the rcode that follows from it.
struct Lookup {
    enum class Kind : std::uint8_t {
        answer,              ///< `rrset` is what was asked for.
        alias,               ///< `rrset` is a CNAME, and something else was asked for.
        redirection,         ///< The name is below a DNAME, which is `rrset` (RFC 6672).
        no_data,             ///< The name has RRsets, none of the type.
        empty_non_terminal,  ///< The name has none, and there are names below it (RFC 8020).
        name_absent,         ///< There is no such name.
        referral,            ///< The name is at or below a cut; `rrset` is the NS there.
    };

    /// What the data found stands at.
    enum class Source : std::uint8_t {
        stored,    ///< The name itself, or the DNAME or cut above it.
        range,     ///< Nothing: a range makes it.
        wildcard,  ///< The wildcard below `encloser_labels` (RFC 4592).
    };

    Kind kind = Kind::name_absent;
    Source source = Source::stored;
    std::optional<RrsetView> rrset = {};

    /// Labels of the owner of `rrset`: those of the name, or of the DNAME or cut above it.
    unsigned owner_labels = 0;

    /// Labels of the closest encloser, the longest name above that exists (RFC 4592 3.3.1); those
    /// of the name where it exists itself. 0 if the name is absent and the zone has no wildcard:
    /// then it is not looked for.
    unsigned encloser_labels = 0;

    /// What stands at the name or wildcard, for the types that are there.
    NodeView node = {};
};

/// Looks `name`, which is at or below the apex of the available `zone`, up. For ANY one RRset is
/// enough (RFC 8482 4.1). The PTR of an address that has nothing else is made in `space` and lives
/// as long. No allocation.
[[nodiscard]] Lookup look_up(const Zone& zone, const NameBuffer& name, RrType type,
                             MadeRrset& space) noexcept;

}  // namespace arpad
