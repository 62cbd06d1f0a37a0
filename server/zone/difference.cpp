#include "zone/difference.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

/// Hashes of an RRset. Two that differ have the same with a chance of 2^-64, which no zone file can
/// raise, since the seed is random.
struct Item {
    std::uint64_t key;    // of owner and type
    std::uint64_t value;  // of TTL and RDATA, whatever their order
};

std::uint64_t mix(std::uint64_t number) noexcept {
    number ^= number >> 32U;
    number *= 0xD6E8'FEB8'6659'FD93U;
    number ^= number >> 32U;
    number *= 0xD6E8'FEB8'6659'FD93U;
    return number ^ number >> 32U;
}

class Hasher {
public:
    [[nodiscard]] Item item(NameView owner, RrsetView rrset) const {
        const auto type = static_cast<std::uint64_t>(rrset.type());
        std::uint64_t value = mix(seed_ + rrset.ttl().seconds);
        for (const auto rdata : rrset) value += hash(rdata, seed_);
        return {mix(hash(owner.wire(), seed_) ^ type << 48U), value};
    }

private:
    static std::uint64_t hash(std::span<const std::uint8_t> octets, std::uint64_t seed) {
        const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
        return mix(std::hash<std::string_view>()(text) ^ seed);
    }

    std::uint64_t seed_ = std::random_device()() | std::uint64_t{std::random_device()()} << 32U;
};

void walk_contents(const Zone* zone, const std::function<void(NameView, RrsetView)>& visit) {
    if (zone == nullptr || !zone->is_available()) return;
    walk(*zone, RangeWalk::omit, [&](NameView owner, RrsetView rrset) {
        if (rrset.type() != RrType::soa) visit(owner, rrset);
    });
}

/// A copy of what is gone when it is needed.
std::vector<std::uint8_t> copy_of(RrsetView rrset) {
    return {rrset.stored_at(), rrset.stored_at() + rrset.stored_octets()};
}

}  // namespace

void for_each_difference(const Zone* before, const Zone* after,
                         const std::function<void(const RrsetChange&)>& visit) {
    const Hasher hasher;
    std::vector<Item> old_items;
    walk_contents(before, [&](NameView owner, RrsetView rrset) {
        old_items.push_back(hasher.item(owner, rrset));
    });
    std::ranges::sort(old_items, {}, &Item::key);
    std::vector<bool> is_met(old_items.size());
    std::map<std::uint64_t, std::vector<std::uint8_t>> changed;  // what is now, by key
    walk_contents(after, [&](NameView owner, RrsetView rrset) {
        const Item item = hasher.item(owner, rrset);
        const auto old = std::ranges::lower_bound(old_items, item.key, {}, &Item::key);
        if (old == old_items.end() || old->key != item.key) {
            visit({owner, std::nullopt, rrset});
            return;
        }
        is_met[static_cast<std::size_t>(old - old_items.begin())] = true;
        if (old->value != item.value) changed.emplace(item.key, copy_of(rrset));
    });
    if (changed.empty() && std::ranges::find(is_met, false) == is_met.end()) return;
    walk_contents(before, [&](NameView owner, RrsetView rrset) {
        const std::uint64_t key = hasher.item(owner, rrset).key;
        const auto old = std::ranges::lower_bound(old_items, key, {}, &Item::key);
        if (!is_met[static_cast<std::size_t>(old - old_items.begin())]) {
            visit({owner, rrset, std::nullopt});
        } else if (const auto now = changed.find(key); now != changed.end()) {
            visit({owner, rrset, RrsetView(now->second.data())});
        }
    });
}

bool differ_in_ranges(const Zone& before, const Zone& after) {
    const RangeIndex& old_ranges = before.parts().ranges;
    const RangeIndex& new_ranges = after.parts().ranges;
    const auto is_same = [&](const RangeSegment& left, const RangeSegment& right) {
        const NamedRange& old_range = old_ranges.range_of_segment(left);
        const NamedRange& new_range = new_ranges.range_of_segment(right);
        return left.first == right.first && left.last == right.last &&
               old_range.ttl == new_range.ttl && old_range.range.first == new_range.range.first &&
               old_range.names->text() == new_range.names->text();
    };
    return !std::ranges::equal(old_ranges.segments(), new_ranges.segments(), is_same);
}

}  // namespace arpad
