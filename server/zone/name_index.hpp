/// \file  The names of a zone that are no addresses: a general tree, kept as a hash of its nodes.
///
/// Every name between a node and the apex is there too, with the empty node, so that an empty
/// non-terminal is found like any other name. Carries a million names.
/// Threads: immutable; any number of readers.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dns/name.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// See above.
class NameIndex {
public:
    /// A name, in lower case, and its node.
    struct Entry {
        Name name;
        NodeId node;
    };

    /// No names.
    NameIndex() = default;

    /// Takes `entries`, all strictly below `apex` and no name twice. Names that are only passed
    /// through get `empty_node`.
    NameIndex(NameView apex, std::span<const Entry> entries, NodeId empty_node);

    NameIndex(NameIndex&&) noexcept = default;
    NameIndex& operator=(NameIndex&&) noexcept = default;
    NameIndex(const NameIndex&) = delete;  // the keys point into octets_
    NameIndex& operator=(const NameIndex&) = delete;
    ~NameIndex() = default;

    /// The node of `lower_case_name`, if the name is there. No allocation.
    [[nodiscard]] std::optional<NodeId> find(NameView lower_case_name) const noexcept;

    /// Names held, the empty non-terminals included.
    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }

    /// Calls `visit(name, node)` for every name held, in no order.
    template <class Visit>
    void for_each(const Visit& visit) const {
        for (const auto& [name, node] : nodes_) visit(name, node);
    }

private:
    struct Hash {
        std::size_t operator()(NameView name) const noexcept { return hash_of(name); }
    };

    std::vector<std::uint8_t> octets_;  // of all names that have a node
    boost::unordered_flat_map<NameView, NodeId, Hash> nodes_;
};

}  // namespace arpad
