/// \file  Which networks concern each other, so that they have to be loaded together.
///
/// What a zone holds follows from its own network and from those whose zones lie above or below it
/// in the tree of names: cuts, CNAMEs, names that another network takes. All others stay as they
/// are when a file changes.
/// Threads: one at a time.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "dns/name.hpp"
#include "zone/model.hpp"

namespace arpad {

/// See above. Networks are told apart by the key of their file.
class RelatedNetworks {
public:
    /// Adds the network of `file`, which has none here.
    void add(const std::string& file, const NetworkKey& key);

    /// Removes the network of `file`, if it has one here.
    void remove(const std::string& file);

    /// The files of all networks that concern networks with `keys`, directly or by way of others.
    [[nodiscard]] std::set<std::string> find(std::span<const NetworkKey> keys) const;

private:
    std::multimap<Name, std::string, CanonicalLess> by_name_;
    std::map<std::string, std::vector<Name>> names_;  // by file
};

}  // namespace arpad
