/// \file  The addresses of a zone that have a node, in order.
///
/// Keys are the addresses themselves, 4 or 16 octets, in one ascending run; the nodes they lead to
/// stand in a parallel run. What lies between is found without being stored: an empty non-terminal
/// is a prefix with at least one key in it.
/// Threads: immutable; any number of readers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "reverse/address.hpp"
#include "reverse/prefix.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// See above.
class AddressIndex {
public:
    /// An address and its node.
    struct Entry {
        Address address;
        NodeId node;
    };

    /// No addresses.
    AddressIndex() = default;

    /// Takes `entries`, whose addresses must all be of `family` and strictly ascending.
    AddressIndex(Family family, std::span<const Entry> entries);

    /// The node of `address`, if it has one. No allocation.
    [[nodiscard]] std::optional<NodeId> find(Address address) const noexcept;

    /// Whether any address of `prefix` has a node. No allocation.
    [[nodiscard]] bool has_any_in(const Prefix& prefix) const noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }

    /// Entry number `position` in ascending order.
    [[nodiscard]] Entry at(std::size_t position) const noexcept {
        const Uint128 value = family_ == Family::ipv4 ? ipv4_keys_[position] : ipv6_keys_[position];
        return {Address(family_, value), nodes_[position]};
    }

private:
    Family family_ = Family::ipv4;
    std::vector<std::uint32_t> ipv4_keys_;  // one of the two is empty
    std::vector<Uint128> ipv6_keys_;
    std::vector<NodeId> nodes_;
};

}  // namespace arpad
