#include "zone/name_index.hpp"

#include "base/invariant.hpp"

namespace arpad {

NameIndex::NameIndex(NameView apex, std::span<const Entry> entries, NodeId empty_node) {
    std::size_t octets = 0;
    for (const Entry& entry : entries) octets += entry.name.view().octets();
    octets_.reserve(octets);  // the keys point into it, so it must not move
    nodes_.reserve(entries.size());
    for (const Entry& entry : entries) {
        const auto wire = entry.name.view().wire();
        octets_.insert(octets_.end(), wire.begin(), wire.end());
        const auto stored = std::span(octets_).last(wire.size());
        const NameView name = NameView::of_valid_wire(stored);
        ensure(name.octets() > apex.octets() && name.is_at_or_below(apex),
               "names of a zone are below its apex");
        nodes_.insert_or_assign(name, entry.node);
        for (NameView above = name.parent(); above.octets() > apex.octets();
             above = above.parent()) {
            if (!nodes_.emplace(above, empty_node).second) break;
        }
    }
}

std::optional<NodeId> NameIndex::find(NameView lower_case_name) const noexcept {
    if (nodes_.empty()) return std::nullopt;
    const auto found = nodes_.find(lower_case_name);
    if (found == nodes_.end()) return std::nullopt;
    return found->second;
}

}  // namespace arpad
