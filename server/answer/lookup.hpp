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
        no_data,             ///< The name has RRsets, none of the type.
        empty_non_terminal,  ///< The name has none, and there are names below it (RFC 8020).
        name_absent,         ///< There is no such name.
        referral,            ///< The name is at or below a cut; `rrset` is the NS there.
    };

    Kind kind = Kind::name_absent;
    std::optional<RrsetView> rrset = {};
    unsigned owner_labels = 0;  ///< Labels of the owner of `rrset`: for a referral, of the cut.
};

/// Looks `name`, which is at or below the apex of the available `zone`, up. For ANY one RRset is
/// enough (RFC 8482 4.1). No allocation.
[[nodiscard]] Lookup look_up(const Zone& zone, const NameBuffer& name, RrType type) noexcept;

}  // namespace arpad
