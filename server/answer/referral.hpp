/// \file  A referral: the NS of a cut and the addresses without which they cannot be reached.
#pragma once

#include "answer/encode.hpp"
#include "dns/name.hpp"
#include "zone/rrset.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// Puts `servers`, the NS RRset at `cut` in `zone`, into the authority section, and the glue that
/// the zone has for them into the additional section. Glue below the cut must fit (RFC 9471 3.1);
/// that below other cuts is added while there is room (RFC 9471 3.2). No allocation.
void put_referral(Reply& reply, const Zone& zone, NameView cut, RrsetView servers) noexcept;

}  // namespace arpad
