#include "zone/address_index.hpp"

#include <algorithm>

#include "base/invariant.hpp"

namespace arpad {
namespace {

/// Position of the first key that is not below `key`.
template <class Key>
std::size_t position_of(const std::vector<Key>& keys, Key key) noexcept {
    return static_cast<std::size_t>(std::ranges::lower_bound(keys, key) - keys.begin());
}

template <class Key>
bool has_key_between(const std::vector<Key>& keys, Key first, Key last) noexcept {
    const std::size_t position = position_of(keys, first);
    return position < keys.size() && keys[position] <= last;
}

template <class Key>
std::optional<NodeId> find_key(const std::vector<Key>& keys, const std::vector<NodeId>& nodes,
                               Key key) noexcept {
    const std::size_t position = position_of(keys, key);
    if (position == keys.size() || keys[position] != key) return std::nullopt;
    return nodes[position];
}

template <class Key>
bool is_strictly_ascending(const std::vector<Key>& keys) noexcept {
    return std::ranges::adjacent_find(keys, std::greater_equal<>()) == keys.end();
}

}  // namespace

AddressIndex::AddressIndex(Family family, std::span<const Entry> entries) : family_(family) {
    nodes_.reserve(entries.size());
    family == Family::ipv4 ? ipv4_keys_.reserve(entries.size())
                           : ipv6_keys_.reserve(entries.size());
    for (const Entry& entry : entries) {
        ensure(entry.address.family() == family, "an index holds one family");
        if (family == Family::ipv4) {
            ipv4_keys_.push_back(static_cast<std::uint32_t>(entry.address.value()));
        } else {
            ipv6_keys_.push_back(entry.address.value());
        }
        nodes_.push_back(entry.node);
    }
    ensure(is_strictly_ascending(ipv4_keys_) && is_strictly_ascending(ipv6_keys_),
           "the addresses of an index ascend");
}

std::optional<NodeId> AddressIndex::find(Address address) const noexcept {
    if (address.family() != family_) return std::nullopt;
    if (family_ == Family::ipv4) {
        return find_key(ipv4_keys_, nodes_, static_cast<std::uint32_t>(address.value()));
    }
    return find_key(ipv6_keys_, nodes_, address.value());
}

bool AddressIndex::has_any_in(const Prefix& prefix) const noexcept {
    if (prefix.family() != family_) return false;
    const Uint128 first = prefix.first().value();
    const Uint128 last = prefix.last().value();
    if (family_ == Family::ipv4) {
        return has_key_between(ipv4_keys_, static_cast<std::uint32_t>(first),
                               static_cast<std::uint32_t>(last));
    }
    return has_key_between(ipv6_keys_, first, last);
}

}  // namespace arpad
