/// \file  Whether what one zone holds fits together.
#pragma once

#include "base/diagnostics.hpp"
#include "zone/model.hpp"
#include "zone/zone_builder.hpp"

namespace arpad {

/// Reports, at the entries of the file of `model`, the zone's network: errors where a CNAME stands
/// beside other data (RFC 2181 10.1), a PTR is written in two places, an entry of `records` lies
/// where a CNAME, NS or DNAME of `extra` shuts it out, an NS of the apex lies in the zone and has
/// no address, or an RRset or referral fits no message; warnings where data is never answered
/// because it lies below a cut or DNAME and is no glue, and where an NS of a cut lies in the zone
/// and has no address.
void check_content(const ZoneBuilder& zone, const NetworkModel& model, Diagnostics& diagnostics);

/// What an RRset may take in a message, so that question, SOA and OPT still fit beside it.
inline constexpr std::size_t max_rrset_octets = 64'000;

}  // namespace arpad
