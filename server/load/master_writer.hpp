/// \file  Records as lines of a master file (RFC 1035 5.1), as NSD, Knot and BIND read them.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "dns/name.hpp"
#include "dns/types.hpp"

namespace arpad {

/// `OWNER TTL IN TYPE RDATA` without a line end; all names are absolute.
[[nodiscard]] std::string master_line(NameView owner, Ttl ttl, RrType type,
                                      std::span<const std::uint8_t> rdata);

/// `rdata`, which is valid for `type`, in the form that the type's RFC gives it; in the generic
/// form of RFC 3597 5 where the type is not known, or its own form would not read as the same
/// octets.
[[nodiscard]] std::string rdata_to_text(RrType type, std::span<const std::uint8_t> rdata);

}  // namespace arpad
