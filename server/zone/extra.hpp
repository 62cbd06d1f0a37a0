/// \file  `extra` of a network as RRsets of its zones.
#pragma once

#include <cstddef>

#include "base/diagnostics.hpp"
#include "zone/assembly.hpp"
#include "zone/layout.hpp"

namespace arpad {

/// Adds the records of `model.extra`, of network number `network` of `layout`, to the builders of
/// its zones. Reports records that lie in none of them, that the server makes itself (SOA and the
/// NS of the apex), that come twice, and RRsets with several TTLs (RFC 2181 5.2).
void add_extra(const NetworkModel& model, std::size_t network, const Layout& layout,
               Assembly::Builders& builders, Diagnostics& diagnostics);

}  // namespace arpad
