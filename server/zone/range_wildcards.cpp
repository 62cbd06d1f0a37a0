#include "zone/range_wildcards.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

/// Finds the wildcards of one zone among prefixes that may have one.
class Search {
public:
    explicit Search(const Zone& zone) : zone_(zone), parts_(zone.parts()) {
        if (!parts_.base) return;
        for (const RangeSegment& segment : parts_.ranges.segments()) {
            add_cut(parts_.ranges.range_of_segment(segment));
        }
        std::ranges::sort(cuts_, [](const RangeWildcard& left, const RangeWildcard& right) {
            // Of those that are the whole zone the smallest one wins.
            return left.prefix != right.prefix ? left.prefix < right.prefix
                                               : is_smaller(*left.range, *right.range);
        });
        const auto same = std::ranges::unique(cuts_, {}, &RangeWildcard::prefix);
        cuts_.erase(same.begin(), same.end());
    }

    /// What may have one: each range, and all above what is in the zone.
    [[nodiscard]] std::vector<RangeWildcard> find_all() {
        if (cuts_.empty()) return {};
        const unsigned step = label_bits(parts_.base->family());
        for (const RangeWildcard& cut : cuts_) add_upward(cut.prefix);
        zone_.addresses().for_each([&](Address address, const AddressData&) {
            add_upward({address, address.bits() - step});
        });
        NameBuffer name;
        parts_.names.for_each([&](NameView owner, NodeId) {
            name.assign(owner);
            add_upward(read_labels(name, zone_.apex_labels(), *parts_.base).prefix);
        });
        return take();
    }

    [[nodiscard]] std::vector<RangeWildcard> find_above(std::span<const Address> addresses) {
        if (cuts_.empty()) return {};
        for (const Address address : addresses) add_upward({address, address.bits()});
        return take();
    }

private:
    static bool is_smaller(const NamedRange& left, const NamedRange& right) noexcept {
        const auto size = [](const AddressRange& range) {
            return range.last.value() - range.first.value();
        };
        return size(left.names->range()) < size(right.names->range());
    }

    /// Notes `prefix`, which is aligned and in the zone, and all of the zone above it.
    void add_upward(const Prefix& prefix) {
        const unsigned step = label_bits(prefix.family());
        for (unsigned length = prefix.length();; length -= step) {
            const Prefix above(prefix.first(), length);
            // Neighbours share what is above them.
            if (last_ && last_->length() >= length && Prefix(last_->first(), length) == above) {
                break;
            }
            candidates_.push_back(above);
            if (length == parts_.base->length()) break;
        }
        last_ = prefix;
    }

    /// Those of the noted prefixes that have one.
    [[nodiscard]] std::vector<RangeWildcard> take() {
        std::ranges::sort(candidates_);
        const auto same = std::ranges::unique(candidates_);
        candidates_.erase(same.begin(), same.end());
        std::vector<RangeWildcard> found;
        for (const Prefix& prefix : candidates_) {
            const NamedRange* const range = range_of(prefix);
            if (range != nullptr && exists(prefix) && is_wanted(prefix)) {
                found.push_back({prefix, range});
            }
        }
        return found;
    }

    void add_cut(const NamedRange& range) {
        // As it was written: what is left of a range that edits cut, or that came from a primary,
        // may be in pieces.
        auto prefix = wildcard_prefix(range.names->range());
        if (!prefix) return;
        if (prefix->contains(*parts_.base)) prefix = *parts_.base;
        cuts_.push_back({*prefix, &range});
    }

    /// The smallest range that has all of `prefix`; null if there is none.
    [[nodiscard]] const NamedRange* range_of(const Prefix& prefix) const noexcept {
        const unsigned step = label_bits(prefix.family());
        for (unsigned length = prefix.length(); length >= parts_.base->length(); length -= step) {
            const auto cut = std::ranges::lower_bound(cuts_, Prefix(prefix.first(), length), {},
                                                      &RangeWildcard::prefix);
            if (cut != cuts_.end() && cut->prefix == Prefix(prefix.first(), length)) {
                return cut->range;
            }
            if (length < step) break;
        }
        return nullptr;
    }

    /// Whether a secondary has `prefix`, or anything below it.
    [[nodiscard]] bool exists(const Prefix& prefix) const {
        const auto cut = std::ranges::lower_bound(cuts_, prefix, {}, &RangeWildcard::prefix);
        if (cut != cuts_.end() && prefix.contains(cut->prefix)) return true;
        return zone_.addresses().has_any_in(prefix) || find_name(prefix).has_value();
    }

    /// Whether `prefix`, which exists and lies in a range, needs a wildcard, or a PTR if it is an
    /// address.
    [[nodiscard]] bool is_wanted(const Prefix& prefix) const {
        if (prefix.is_address()) {
            return !zone_.addresses().find(prefix.first()) &&
                   parts_.ranges.find(prefix.first()) != nullptr;
        }
        return !is_way_out(prefix);
    }

    /// Whether `prefix` is delegated or redirected, or lies below what is: nothing is looked for
    /// there.
    [[nodiscard]] bool is_way_out(const Prefix& prefix) const {
        const unsigned step = label_bits(prefix.family());
        const unsigned most = (prefix.length() - parts_.base->length()) / step;
        for (unsigned depth = 0; depth <= most; ++depth) {
            if (!parts_.cuts[depth] && !parts_.dnames[depth]) continue;
            const NodeView node = node_of({prefix.first(), parts_.base->length() + depth * step});
            if (node.find(RrType::dname) || (depth > 0 && node.find(RrType::ns))) return true;
        }
        return false;
    }

    [[nodiscard]] std::optional<NodeId> find_name(const Prefix& prefix) const {
        const auto name = prefix_name(zone_.apex(), *parts_.base, prefix);
        return name ? parts_.names.find(*name) : std::nullopt;
    }

    [[nodiscard]] NodeView node_of(const Prefix& prefix) const {
        if (prefix == *parts_.base) return zone_.apex_node();
        const auto id = find_name(prefix);
        return id ? parts_.nodes.at(*id) : NodeView();
    }

    const Zone& zone_;
    const ZoneParts& parts_;
    std::vector<RangeWildcard> cuts_;
    std::vector<Prefix> candidates_;
    std::optional<Prefix> last_;  // of them
};

}  // namespace

std::optional<Prefix> wildcard_prefix(const AddressRange& range) noexcept {
    const Uint128 host_bits = range.first.value() ^ range.last.value();
    const auto high = static_cast<std::uint64_t>(host_bits >> 64U);
    const auto low = static_cast<std::uint64_t>(host_bits);
    const auto bits =
        static_cast<unsigned>(high != 0 ? 64 + std::bit_width(high) : std::bit_width(low));
    const Prefix prefix(range.first, range.first.bits() - bits);
    const bool is_whole = prefix.first() == range.first && prefix.last() == range.last;
    if (!is_whole || !prefix.is_aligned()) return std::nullopt;
    return prefix;
}

std::vector<RangeWildcard> range_wildcards(const Zone& zone) {
    return Search(zone).find_all();
}

std::vector<RangeWildcard> range_wildcards_above(const Zone& zone,
                                                 std::span<const Address> addresses) {
    return Search(zone).find_above(addresses);
}

std::size_t write_wildcard_labels(const Zone& zone, const RangeWildcard& wildcard,
                                  std::span<std::uint8_t, max_name_octets> room) noexcept {
    const Prefix& base = *zone.parts().base;
    const Prefix& prefix = wildcard.prefix;
    if (prefix.is_address()) return write_address_labels(base, prefix.first(), room);
    std::array<std::uint8_t, max_name_octets> labels;
    const std::size_t octets = write_prefix_labels(base, prefix, labels);
    room[0] = 1;
    room[1] = '*';
    std::ranges::copy(std::span(labels).first(octets), room.begin() + 2);
    return octets + 2;
}

RrsetView make_ptr(const RangeWildcard& wildcard, MadeRrset& space) noexcept {
    return make_ptr(*wildcard.range, wildcard.prefix.first(), space);
}

}  // namespace arpad
