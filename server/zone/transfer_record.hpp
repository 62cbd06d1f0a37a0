/// \file  One record on its way to another nameserver, borrowed.
#pragma once

#include <cstdint>
#include <span>

#include "dns/types.hpp"

namespace arpad {

/// See above.
struct TransferRecord {
    std::span<const std::uint8_t> labels;  ///< Of its owner, below the apex, without a root label.
    RrType type;
    Ttl ttl;
    std::span<const std::uint8_t> rdata;  ///< Its beginning, where there is an ending.
    /// The rest of an RDATA that is one name, from a label on: where many records share an ending,
    /// it is the same piece of memory, as long as the zone is there. Empty if `rdata` is all of it.
    std::span<const std::uint8_t> ending = {};
};

}  // namespace arpad
