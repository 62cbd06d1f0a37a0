#include "load/network_index.hpp"

namespace arpad {
namespace {

std::size_t position_of(Family family) {
    return family == Family::ipv4 ? 0 : 1;
}

}  // namespace

void NetworkIndex::add(const Prefix& network, const std::string& file) {
    files_.insert_or_assign(network, file);
    has_length_[position_of(network.family())].set(network.length());
}

void NetworkIndex::remove(const Prefix& network, const std::string& file) {
    const auto found = files_.find(network);
    if (found != files_.end() && found->second == file) files_.erase(found);
}

const std::string* NetworkIndex::find(Address address) const {
    const auto& has_length = has_length_[position_of(address.family())];
    for (unsigned length = address.bits() + 1; length-- > 0;) {
        if (!has_length[length]) continue;
        const auto found = files_.find(Prefix(address, length));
        if (found != files_.end()) return &found->second;
    }
    return nullptr;
}

}  // namespace arpad
