/// \file  Which server an address belongs to.
///
/// Threads: immutable once made; any number may read.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reverse/address.hpp"
#include "reverse/prefix.hpp"
#include "zone/edit.hpp"

namespace arpad {

struct InventoryModel;
struct ServerModel;

/// See above. Refers to nothing: servers are told by their position in the inventory.
class Allocations {
public:
    /// An address that is allocated.
    struct Found {
        std::size_t server = 0;  ///< Position in `InventoryModel::servers`.
        Prefix prefix;           ///< The allocation: the longest that contains the address.
    };

    /// None.
    Allocations() = default;

    /// Those of `inventory`. Takes a sort of all its allocations.
    explicit Allocations(const InventoryModel& inventory);

    /// None if the address belongs to no server.
    [[nodiscard]] std::optional<Found> find(Address address) const noexcept;

private:
    struct Entry {
        Prefix prefix;
        std::size_t server = 0;
        std::size_t outer = 0;  // position of the smallest that contains it, counted from 1; or 0
    };

    std::vector<Entry> entries_;  // ascending
};

/// Whose `address` is by `inventory`, null if there is none; empty if it is nobody's.
[[nodiscard]] EditHolder holder_of(const InventoryModel* inventory, Address address);

/// Whether `edit` is heard where `inventory`, null if there is none, says whose addresses are: one
/// that a customer made is, as long as its address is still the same server's and account's.
[[nodiscard]] bool is_awake(const Edit& edit, const InventoryModel* inventory);

}  // namespace arpad
