#include "zone/zone_walk.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/invariant.hpp"
#include "zone/range_record.hpp"
#include "zone/range_wildcards.hpp"

namespace arpad {
namespace {

using Visit = std::function<void(NameView owner, RrsetView rrset)>;

/// Octets in the order of their decimal labels: 0, 1, 10, 100, 101 and so on.
std::array<std::uint8_t, 256> label_ranks() {
    std::array<std::pair<std::string, std::size_t>, 256> labels;
    for (std::size_t octet = 0; octet < labels.size(); ++octet) {
        labels[octet] = {std::to_string(octet), octet};
    }
    std::ranges::sort(labels);
    std::array<std::uint8_t, 256> ranks{};
    for (std::size_t rank = 0; rank < labels.size(); ++rank) {
        ranks[labels[rank].second] = static_cast<std::uint8_t>(rank);
    }
    return ranks;
}

/// A number that orders addresses as canonical order does their names. A nibble's label has one
/// digit, so IPv6 addresses are in order as they are.
Uint128 canonical_rank(Address address) {
    static const std::array<std::uint8_t, 256> ranks = label_ranks();
    if (address.family() == Family::ipv6) return address.value();
    Uint128 rank = 0;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        rank = rank << 8U | ranks[static_cast<std::uint8_t>(address.value() >> shift)];
    }
    return rank;
}

/// An address with what it has, or with a name that a range makes.
struct AddressEntry {
    Uint128 rank;
    Address address;
    std::optional<AddressData> data;
    const NamedRange* range;
};

struct NameEntry {
    NameView name;
    NodeView node;
};

/// The PTR of a wildcard, owned.
struct WildcardEntry {
    std::array<std::uint8_t, max_name_octets> owner;
    MadeRrset ptr;
};

/// Gathers the names of one zone in order.
class Walk {
public:
    Walk(const Zone& zone, const Visit& visit) : zone_(zone), parts_(zone.parts()), visit_(visit) {
        parts_.names.for_each([this](NameView name, NodeId node) {
            const NodeView view = parts_.nodes.at(node);
            if (!view.is_empty()) names_.push_back({name, view});
        });
        addresses_.reserve(zone.addresses().size());
        zone.addresses().for_each([this](Address address, const AddressData& data) {
            addresses_.push_back({canonical_rank(address), address, data, nullptr});
        });
    }

    void expand_ranges() {
        for (const RangeSegment& segment : parts_.ranges.segments()) {
            const NamedRange& range = parts_.ranges.range_of_segment(segment);
            for (Uint128 value = segment.first;; ++value) {
                const Address address(range.range.first.family(), value);
                if (!zone_.addresses().find(address)) {
                    addresses_.push_back({canonical_rank(address), address, std::nullopt, &range});
                }
                if (value == segment.last) break;
            }
        }
    }

    void add_wildcards() {
        const auto apex = zone_.apex().wire();
        for (const RangeWildcard& wildcard : range_wildcards(zone_)) {
            auto& [owner, ptr] = wildcards_.emplace_back();
            const std::size_t octets = write_wildcard_labels(zone_, wildcard, owner);
            std::ranges::copy(apex, owner.begin() + static_cast<std::ptrdiff_t>(octets));
            make_ptr(wildcard, ptr);
            names_.push_back({NameView::of_valid_wire(std::span(owner).first(octets + apex.size())),
                              ptr.node()});
        }
    }

    void keep_ranges() {
        for (const RangeSegment& segment : parts_.ranges.segments()) {
            Rdata rdata = range_rdata(segment, parts_.ranges.range_of_segment(segment));
            const Rrset record{RrType::arpad_range, Ttl{0}, {std::move(rdata)}};
            kept_ranges_.push_back(range_records_.add({&record, 1}));
        }
    }

    void run() {
        std::ranges::sort(addresses_, {}, &AddressEntry::rank);
        std::ranges::sort(names_, [](const NameEntry& left, const NameEntry& right) {
            return canonical_order(left.name, right.name) < 0;
        });
        visit_node(zone_.apex(), zone_.apex_node());
        for (const NodeId id : kept_ranges_) visit_node(zone_.apex(), range_records_.at(id));
        auto name = names_.cbegin();
        for (const AddressEntry& entry : addresses_) {
            const auto owner = address_name(zone_.apex(), *parts_.base, entry.address);
            ensure(owner.has_value(), "the names of a zone's addresses fit 255 octets");
            for (; name != names_.cend() && canonical_order(name->name, *owner) < 0; ++name) {
                visit_node(name->name, name->node);
            }
            visit_address(*owner, entry);
        }
        for (; name != names_.cend(); ++name) visit_node(name->name, name->node);
    }

private:
    void visit_node(NameView owner, NodeView node) const {
        for (const RrsetView rrset : node) visit_(owner, rrset);
    }

    void visit_address(NameView owner, const AddressEntry& entry) const {
        if (entry.data && !entry.data->is_lone_ptr()) {
            visit_node(owner, entry.data->node());
            return;
        }
        MadeRrset space;
        visit_(owner, entry.range != nullptr ? make_ptr(*entry.range, entry.address, space)
                                             : make_ptr(*entry.data, space));
    }

    const Zone& zone_;
    const ZoneParts& parts_;
    const Visit& visit_;
    std::deque<WildcardEntry> wildcards_;
    NodeStore range_records_;
    std::vector<NodeId> kept_ranges_;
    std::vector<NameEntry> names_;
    std::vector<AddressEntry> addresses_;
};

}  // namespace

RangeWalk range_walk(RangesInTransfers ranges, TransferView view) noexcept {
    if (view == TransferView::arpad) return RangeWalk::keep;
    switch (ranges) {
        case RangesInTransfers::expand:
            return RangeWalk::expand;
        case RangesInTransfers::omit:
            return RangeWalk::omit;
        case RangesInTransfers::wildcard:
            break;
    }
    return RangeWalk::wildcard;
}

Uint128 count_range_names(const Zone& zone) noexcept {
    Uint128 count = 0;
    const ZoneParts& parts = zone.parts();
    for (const RangeSegment& segment : parts.ranges.segments()) {
        const Uint128 less_than_size = segment.last - segment.first;
        if (less_than_size >= ~Uint128{0} - count) return ~Uint128{0};  // 2^128 is one too many
        count += less_than_size + 1;
    }
    zone.addresses().for_each([&](Address address, const AddressData&) {
        if (parts.ranges.find(address) != nullptr) --count;
    });
    return count;
}

bool are_ranges_transferable(const Zone& zone) noexcept {
    const TransferPolicy& policy = zone.transfer();
    const auto segments = zone.parts().ranges.segments();
    if (segments.empty() || policy.ranges == RangesInTransfers::omit) return true;
    if (policy.ranges == RangesInTransfers::wildcard) return false;
    std::uint64_t left = policy.max_zone_names;
    return std::ranges::all_of(segments, [&](const RangeSegment& segment) {
        const Uint128 less_than_size = segment.last - segment.first;
        if (less_than_size >= std::min(left, policy.max_range_names)) return false;
        left -= static_cast<std::uint64_t>(less_than_size) + 1;
        return true;
    });
}

void walk(const Zone& zone, RangeWalk ranges, const Visit& visit) {
    Walk walk(zone, visit);
    if (ranges == RangeWalk::expand) walk.expand_ranges();
    if (ranges == RangeWalk::wildcard) walk.add_wildcards();
    if (ranges == RangeWalk::keep) walk.keep_ranges();
    walk.run();
}

}  // namespace arpad
