/// \file  Which PTRs of a zone as files make it give way to leases, and which addresses have none.
///
/// A zone itself does not say whether a PTR comes from a record or from a default.
/// Threads: immutable once made; any number may read.
#pragma once

#include <vector>

#include "reverse/address.hpp"
#include "zone/range_index.hpp"

namespace arpad {

/// See above. All are merged.
struct PtrLayers {
    std::vector<AddressRange> low;     ///< The PTR in store is a default, or made by a range.
    std::vector<AddressRange> silent;  ///< `~`: files say that there is no PTR.

    [[nodiscard]] bool is_low(Address address) const noexcept { return is_in_any(low, address); }
    [[nodiscard]] bool is_silent(Address address) const noexcept {
        return is_in_any(silent, address);
    }
};

}  // namespace arpad
