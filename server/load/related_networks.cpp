#include "load/related_networks.hpp"

#include <utility>

#include "reverse/arpa_name.hpp"
#include "reverse/prefix.hpp"

namespace arpad {
namespace {

constexpr unsigned last_octet_cut = 24;

/// Names at or above all those that zones of a network may be at. IPv4 networks longer than /24
/// have theirs below the /24's.
std::vector<Name> names_of(const NetworkKey& key) {
    std::vector<Name> names;
    if (key.zone) names.push_back(key.zone->lower_case());
    if (!key.network) return names;
    const Prefix& network = *key.network;
    if (network.family() == Family::ipv4 && network.length() > last_octet_cut) {
        names.push_back(arpa_name(Prefix(network.first(), last_octet_cut)));
        return names;
    }
    for (const Prefix& piece : split_at_labels(network)) names.push_back(arpa_name(piece));
    return names;
}

}  // namespace

void RelatedNetworks::add(const std::string& file, const NetworkKey& key) {
    std::vector<Name> names = names_of(key);
    for (const Name& name : names) by_name_.emplace(name, file);
    names_.emplace(file, std::move(names));
}

void RelatedNetworks::remove(const std::string& file) {
    const auto found = names_.find(file);
    if (found == names_.end()) return;
    for (const Name& name : found->second) {
        auto [entry, end] = by_name_.equal_range(name);
        while (entry != end) entry = entry->second == file ? by_name_.erase(entry) : ++entry;
    }
    names_.erase(found);
}

std::set<std::string> RelatedNetworks::find(std::span<const NetworkKey> keys) const {
    std::set<std::string> files;
    std::vector<Name> open;  // whose neighbours are still to be found
    const auto take = [&](const std::string& file) {
        if (!files.insert(file).second) return;
        const auto& names = names_.at(file);
        open.insert(open.end(), names.begin(), names.end());
    };
    for (const NetworkKey& key : keys) {
        for (Name& name : names_of(key)) open.push_back(std::move(name));
    }
    while (!open.empty()) {
        const Name name = std::move(open.back());
        open.pop_back();
        // In canonical order what lies below a name comes directly behind it.
        for (auto entry = by_name_.lower_bound(name);
             entry != by_name_.end() && entry->first.view().is_at_or_below(name); ++entry) {
            take(entry->second);
        }
        for (NameView above = name; !above.is_root();) {
            above = above.parent();
            const auto [first, end] = by_name_.equal_range(above);
            for (auto entry = first; entry != end; ++entry) take(entry->second);
        }
    }
    return files;
}

}  // namespace arpad
