/// \file  All of a zone, record by record, with a stop after any of them: for transfers.
///
/// Beside the query path. Unlike zone/zone_walk in no order that names have, and in constant memory
/// but for 8 octets for each name that is no address, and 48 for each wildcard.
/// Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/range_record.hpp"
#include "zone/range_wildcards.hpp"
#include "zone/rrset.hpp"
#include "zone/transfer_record.hpp"
#include "zone/zone.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {

/// See above. Keeps the zone.
class ZoneCursor {
public:
    /// Stands before the first record of the available `zone`, whose SOA is passed over.
    ZoneCursor(std::shared_ptr<const Zone> zone, RangeWalk ranges);

    /// Goes on: calls `take(record)` for one record after the other; what it borrows lives until it
    /// returns. Where that returns false the record has not been taken: it is the first one the
    /// next time. Returns whether all have been.
    template <class Take>
    bool run(const Take& take) {
        return run_nodes(take) && run_addresses(take) && run_ranges(take) && run_wildcards(take) &&
               run_kept_ranges(take);
    }

    [[nodiscard]] const Zone& zone() const noexcept { return *zone_; }

private:
    using Labels = std::array<std::uint8_t, max_name_octets>;

    /// The records of `node`, from the one on that comes next.
    template <class Take>
    bool run_node(std::span<const std::uint8_t> labels, NodeView node, const Take& take) {
        std::size_t position = 0;
        for (const RrsetView rrset : node) {
            if (rrset.type() == RrType::soa && labels.empty()) continue;
            for (const auto rdata : rrset) {
                if (position++ < record_) continue;
                if (!take(TransferRecord{labels, rrset.type(), rrset.ttl(), rdata})) return false;
                ++record_;
            }
        }
        record_ = 0;
        return true;
    }

    template <class Take>
    bool run_nodes(const Take& take) {
        if (!is_apex_done_) {
            if (!run_node({}, zone_->apex_node(), take)) return false;
            is_apex_done_ = true;
        }
        for (; next_name_ < names_.size(); ++next_name_) {
            const auto wire = names_[next_name_].name.wire();
            const auto labels = wire.first(wire.size() - zone_->apex().octets());
            if (!run_node(labels, names_[next_name_].node, take)) return false;
        }
        return true;
    }

    template <class Take>
    bool run_addresses(const Take& take) {
        if (!next_address_) return true;
        const bool is_done = zone_->addresses().visit_from(
            *next_address_, [&](Address address, const AddressData& data) {
                const auto labels = labels_of(address);
                bool is_taken = true;
                if (data.is_lone_ptr()) {
                    is_taken = take(TransferRecord{labels, RrType::ptr, data.ttl(),
                                                   data.beginning(), data.ending()});
                } else {
                    is_taken = run_node(labels, data.node(), take);
                }
                if (!is_taken) next_address_ = address;
                return is_taken;
            });
        if (is_done) next_address_.reset();
        return is_done;
    }

    template <class Take>
    bool run_ranges(const Take& take) {
        const auto segments = zone_->parts().ranges.segments();
        for (; next_segment_ < segments.size(); ++next_segment_) {
            const RangeSegment& segment = segments[next_segment_];
            const NamedRange& range = zone_->parts().ranges.range_of_segment(segment);
            for (Uint128 value = next_value_.value_or(segment.first);; ++value) {
                const Address address(range.range.first.family(), value);
                const bool is_own = zone_->addresses().find(address).has_value();
                if (!is_own &&
                    !take_rrset(labels_of(address), make_ptr(range, address, made_), take)) {
                    next_value_ = value;
                    return false;
                }
                if (value == segment.last) break;
            }
            next_value_.reset();
        }
        return true;
    }

    template <class Take>
    bool run_wildcards(const Take& take) {
        for (; next_wildcard_ < wildcards_.size(); ++next_wildcard_) {
            const RangeWildcard& wildcard = wildcards_[next_wildcard_];
            if (!take_rrset(labels_of(wildcard), make_ptr(wildcard, made_), take)) return false;
        }
        return true;
    }

    template <class Take>
    bool run_kept_ranges(const Take& take) {
        const RangeIndex& ranges = zone_->parts().ranges;
        for (; next_kept_range_ < ranges.segments().size(); ++next_kept_range_) {
            const RangeSegment& segment = ranges.segments()[next_kept_range_];
            const Rdata rdata = range_rdata(segment, ranges.range_of_segment(segment));
            if (!take(TransferRecord{{}, RrType::arpad_range, Ttl{0}, rdata})) return false;
        }
        return true;
    }

    template <class Take>
    bool take_rrset(std::span<const std::uint8_t> labels, RrsetView rrset, const Take& take) {
        return take(TransferRecord{labels, rrset.type(), rrset.ttl(), *rrset.begin()});
    }

    [[nodiscard]] std::span<const std::uint8_t> labels_of(Address address) noexcept;
    [[nodiscard]] std::span<const std::uint8_t> labels_of(const RangeWildcard& wildcard) noexcept;

    struct NamedNode {
        NameView name;
        NodeView node;
    };

    std::shared_ptr<const Zone> zone_;
    std::vector<NamedNode> names_;
    bool is_apex_done_ = false;
    std::size_t next_name_ = 0;
    std::optional<Address> next_address_;  // none: all have been visited
    std::size_t next_segment_;
    std::optional<Uint128> next_value_;  // in that segment; none: its first
    std::vector<RangeWildcard> wildcards_;
    std::size_t next_wildcard_ = 0;
    std::size_t next_kept_range_;  // segments again
    std::size_t record_ = 0;       // of the node that is being visited
    Labels labels_;
    MadeRrset made_;
};

}  // namespace arpad
