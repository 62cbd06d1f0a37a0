#include "zone/difference.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/invariant.hpp"
#include "reverse/arpa_name.hpp"
#include "zone/range_wildcards.hpp"

namespace arpad {
namespace {

using VisitName = std::function<void(const NameChange&)>;

bool is_same(NodeView left, NodeView right) {
    if (left.size() != right.size()) return false;
    auto other = right.begin();
    for (const RrsetView rrset : left) {
        const std::size_t octets = rrset.stored_octets();
        if ((*other).stored_octets() != octets ||
            std::memcmp(rrset.stored_at(), (*other).stored_at(), octets) != 0) {
            return false;
        }
        ++other;
    }
    return true;
}

/// Whether both have the same octets, however they are stored.
bool is_same(const AddressData& left, const AddressData& right) {
    if (left.is_lone_ptr() != right.is_lone_ptr()) return false;
    if (left.is_lone_ptr()) {
        if (left.ttl() != right.ttl()) return false;
        if (left.beginning().size() == right.beginning().size()) {
            return std::ranges::equal(left.beginning(), right.beginning()) &&
                   std::ranges::equal(left.ending(), right.ending());
        }
        std::array<std::uint8_t, max_name_octets> one;
        std::array<std::uint8_t, max_name_octets> other;
        return std::ranges::equal(std::span(one).first(left.copy_to(one)),
                                  std::span(other).first(right.copy_to(other)));
    }
    return is_same(left.node(), right.node());
}

/// Compares two versions name by name.
class Comparison {
public:
    Comparison(const Zone* before, const Zone* after, RangeWalk ranges, const VisitName& visit)
        : before_(before), after_(after), ranges_(ranges), visit_(visit) {}

    void run() {
        const Zone* const any = after_ != nullptr ? after_ : before_;
        if (any == nullptr) return;
        visit_({any->apex(), before_ == nullptr ? NodeView() : before_->apex_node(),
                after_ == nullptr ? NodeView() : after_->apex_node()});
        compare_names();
        compare_addresses();
        if (ranges_ == RangeWalk::wildcard) compare_wildcards();
    }

private:
    void compare_names() const {
        if (are_parts_shared()) return;
        if (before_ != nullptr) {
            const ZoneParts& parts = before_->parts();
            parts.names.for_each([&](NameView name, NodeId id) {
                const NodeView node = parts.nodes.at(id);
                if (!node.is_empty()) visit_({name, node, node_of(after_, name)});
            });
        }
        if (after_ != nullptr) {
            const ZoneParts& parts = after_->parts();
            parts.names.for_each([&](NameView name, NodeId id) {
                const NodeView node = parts.nodes.at(id);
                if (!node.is_empty() && node_of(before_, name).is_empty()) visit_({name, {}, node});
            });
        }
    }

    [[nodiscard]] bool are_parts_shared() const {
        return before_ != nullptr && after_ != nullptr && &before_->parts() == &after_->parts();
    }

    static NodeView node_of(const Zone* zone, NameView name) {
        if (zone == nullptr) return {};
        const auto id = zone->parts().names.find(name);
        return id ? zone->parts().nodes.at(*id) : NodeView();
    }

    void compare_addresses() {
        const auto& old_base = base_of(before_);
        const auto& new_base = base_of(after_);
        if (old_base == new_base || !old_base || !new_base) {
            visit_addresses(before_, after_);
        } else {
            // The same addresses have other names.
            visit_addresses(before_, nullptr);
            visit_addresses(nullptr, after_);
        }
    }

    static std::optional<Prefix> base_of(const Zone* zone) {
        return zone == nullptr ? std::nullopt : zone->parts().base;
    }

    void visit_addresses(const Zone* before, const Zone* after) {
        const Zone* const any = after != nullptr ? after : before;
        if (any == nullptr || !any->parts().base) return;
        const AddressIndex none;
        visit_unshared(before == nullptr ? none : before->addresses(),
                       after == nullptr ? none : after->addresses(),
                       [&](Address address, const std::optional<AddressData>& old_data,
                           const std::optional<AddressData>& new_data) {
                           if (old_data.has_value() != new_data.has_value()) {
                               came_or_went_.push_back(address);
                           }
                           if (old_data && new_data && is_same(*old_data, *new_data)) return;
                           visit_address(before, after, address, old_data, new_data);
                       });
    }

    void visit_address(const Zone* before, const Zone* after, Address address,
                       const std::optional<AddressData>& old_data,
                       const std::optional<AddressData>& new_data) const {
        const Zone& any = after != nullptr ? *after : *before;
        std::array<std::uint8_t, max_name_octets> owner;
        const std::size_t octets = write_address_labels(*any.parts().base, address, owner);
        MadeRrset old_space;
        MadeRrset new_space;
        visit_({with_apex(any, owner, octets), content(before, address, old_data, old_space),
                content(after, address, new_data, new_space)});
    }

    [[nodiscard]] NodeView content(const Zone* zone, Address address,
                                   const std::optional<AddressData>& data, MadeRrset& space) const {
        if (data) {
            if (!data->is_lone_ptr()) return data->node();
            make_ptr(*data, space);
            return space.node();
        }
        const NamedRange* const range = ranges_ == RangeWalk::expand && zone != nullptr
                                            ? zone->parts().ranges.find(address)
                                            : nullptr;
        if (range == nullptr) return {};
        make_ptr(*range, address, space);
        return space.node();
    }

    void compare_wildcards() const {
        const std::vector<RangeWildcard> old_ones = wildcards_of(before_);
        const std::vector<RangeWildcard> new_ones = wildcards_of(after_);
        auto old_one = old_ones.begin();
        auto new_one = new_ones.begin();
        while (old_one != old_ones.end() || new_one != new_ones.end()) {
            const bool is_old = old_one != old_ones.end() &&
                                (new_one == new_ones.end() || old_one->prefix <= new_one->prefix);
            const bool is_new = new_one != new_ones.end() &&
                                (old_one == old_ones.end() || new_one->prefix <= old_one->prefix);
            visit_wildcard(is_old ? &*old_one : nullptr, is_new ? &*new_one : nullptr);
            if (is_old) ++old_one;
            if (is_new) ++new_one;
        }
    }

    /// Where nothing else can have changed, only those above addresses that have.
    [[nodiscard]] std::vector<RangeWildcard> wildcards_of(const Zone* zone) const {
        if (zone == nullptr) return {};
        return are_parts_shared() ? range_wildcards_above(*zone, came_or_went_)
                                  : range_wildcards(*zone);
    }

    void visit_wildcard(const RangeWildcard* before, const RangeWildcard* after) const {
        MadeRrset old_space;
        MadeRrset new_space;
        NodeView old_node;
        NodeView new_node;
        if (before != nullptr) {
            make_ptr(*before, old_space);
            old_node = old_space.node();
        }
        if (after != nullptr) {
            make_ptr(*after, new_space);
            new_node = new_space.node();
        }
        if (before != nullptr && after != nullptr && is_same(old_node, new_node)) return;
        const Zone* const any = before != nullptr ? before_ : after_;
        ensure(any != nullptr, "a wildcard is one of a zone");
        std::array<std::uint8_t, max_name_octets> owner;
        const std::size_t octets =
            write_wildcard_labels(*any, before != nullptr ? *before : *after, owner);
        visit_({with_apex(*any, owner, octets), old_node, new_node});
    }

    /// The name of the `octets` octets of labels in `owner` below the apex of `zone`.
    static NameView with_apex(const Zone& zone, std::span<std::uint8_t, max_name_octets> owner,
                              std::size_t octets) {
        const auto apex = zone.apex().wire();
        std::ranges::copy(apex, owner.begin() + static_cast<std::ptrdiff_t>(octets));
        return NameView::of_valid_wire(owner.first(octets + apex.size()));
    }

    const Zone* before_;
    const Zone* after_;
    RangeWalk ranges_;
    const VisitName& visit_;
    std::vector<Address> came_or_went_;
};

const Zone* available(const Zone* zone) {
    return zone != nullptr && zone->is_available() ? zone : nullptr;
}

bool is_same(RrsetView left, RrsetView right) {
    return left.ttl() == right.ttl() && left.size() == right.size() &&
           std::ranges::equal(sorted_rdatas(left), sorted_rdatas(right),
                              [](auto one, auto other) { return std::ranges::equal(one, other); });
}

}  // namespace

void for_each_changed_name(const Zone* before, const Zone* after, RangeWalk ranges,
                           const VisitName& visit) {
    Comparison(available(before), available(after), ranges, visit).run();
}

void for_each_difference(const Zone* before, const Zone* after,
                         const std::function<void(const RrsetChange&)>& visit) {
    for_each_changed_name(before, after, RangeWalk::omit, [&](const NameChange& change) {
        for (const RrsetView rrset : change.before) {
            if (rrset.type() == RrType::soa) continue;
            const auto now = change.after.find(rrset.type());
            if (!now || !is_same(rrset, *now)) visit({change.owner, rrset, now});
        }
        for (const RrsetView rrset : change.after) {
            if (rrset.type() == RrType::soa || change.before.find(rrset.type())) continue;
            visit({change.owner, std::nullopt, rrset});
        }
    });
}

bool differ_in_ranges(const Zone& before, const Zone& after) {
    if (&before.parts() == &after.parts()) return false;
    const RangeIndex& old_ranges = before.parts().ranges;
    const RangeIndex& new_ranges = after.parts().ranges;
    const auto is_same_range = [&](const RangeSegment& left, const RangeSegment& right) {
        const NamedRange& old_range = old_ranges.range_of_segment(left);
        const NamedRange& new_range = new_ranges.range_of_segment(right);
        return left.first == right.first && left.last == right.last &&
               old_range.ttl == new_range.ttl &&
               old_range.names->range() == new_range.names->range() &&
               old_range.names->text() == new_range.names->text();
    };
    return !std::ranges::equal(old_ranges.segments(), new_ranges.segments(), is_same_range);
}

}  // namespace arpad
