#include "zone/zone_cursor.hpp"

#include <utility>

#include "reverse/arpa_name.hpp"

namespace arpad {

ZoneCursor::ZoneCursor(std::shared_ptr<const Zone> zone, RangeWalk ranges)
    : zone_(std::move(zone)),
      next_segment_(ranges == RangeWalk::expand ? 0 : zone_->parts().ranges.segments().size()),
      next_kept_range_(ranges == RangeWalk::keep ? 0 : zone_->parts().ranges.segments().size()) {
    const ZoneParts& parts = zone_->parts();
    parts.names.for_each([&](NameView name, NodeId id) {
        const NodeView node = parts.nodes.at(id);
        if (!node.is_empty()) names_.push_back({name, node});
    });
    if (parts.base) next_address_ = parts.base->first();
    if (ranges == RangeWalk::wildcard) wildcards_ = range_wildcards(*zone_);
}

std::span<const std::uint8_t> ZoneCursor::labels_of(const RangeWildcard& wildcard) noexcept {
    return {labels_.data(), write_wildcard_labels(*zone_, wildcard, labels_)};
}

std::span<const std::uint8_t> ZoneCursor::labels_of(Address address) noexcept {
    return {labels_.data(), write_address_labels(*zone_->parts().base, address, labels_)};
}

}  // namespace arpad
