#include "zone/allocations.hpp"

#include <algorithm>

#include "zone/inventory.hpp"

namespace arpad {

Allocations::Allocations(const InventoryModel& inventory) {
    for (std::size_t server = 0; server < inventory.servers.size(); ++server) {
        for (const AllocationModel& allocation : inventory.servers[server].allocations) {
            entries_.push_back({allocation.prefix, server});
        }
    }
    // An outer prefix comes directly before all that it contains.
    std::ranges::sort(entries_, {}, &Entry::prefix);
    for (std::size_t i = 1; i < entries_.size(); ++i) {
        std::size_t outer = i;
        while (outer > 0 && !entries_[outer - 1].prefix.contains(entries_[i].prefix)) {
            outer = entries_[outer - 1].outer;
        }
        entries_[i].outer = outer;
    }
}

std::optional<Allocations::Found> Allocations::find(Address address) const noexcept {
    const Prefix wanted(address, address.bits());
    const auto behind = std::ranges::upper_bound(entries_, wanted, {}, &Entry::prefix);
    auto position = static_cast<std::size_t>(behind - entries_.begin());
    while (position > 0) {
        const Entry& entry = entries_[position - 1];
        if (entry.prefix.contains(address)) return Found{entry.server, entry.prefix};
        position = entry.outer;
    }
    return std::nullopt;
}

EditHolder holder_of(const InventoryModel* inventory, Address address) {
    if (inventory == nullptr) return {};
    const auto found = inventory->allocations.find(address);
    if (!found) return {};
    const ServerModel& server = inventory->servers[found->server];
    return {server.account.value_or(""), server.name};
}

bool is_awake(const Edit& edit, const InventoryModel* inventory) {
    return edit.holder.is_nobody() || edit.holder == holder_of(inventory, edit.address);
}

}  // namespace arpad
