/// \file  Which network an address lies in.
///
/// Threads: one at a time.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <map>
#include <string>

#include "reverse/address.hpp"
#include "reverse/prefix.hpp"

namespace arpad {

/// See above. Networks are told apart by the key of their file.
class NetworkIndex {
public:
    /// Adds `network`, which is that of `file`. No network is added twice.
    void add(const Prefix& network, const std::string& file);

    /// Removes `network`, if it is here as that of `file`.
    void remove(const Prefix& network, const std::string& file);

    /// The file of the smallest network that contains `address`; null if none does.
    [[nodiscard]] const std::string* find(Address address) const;

private:
    static constexpr std::size_t lengths = 129;

    std::map<Prefix, std::string> files_;
    std::array<std::bitset<lengths>, 2> has_length_;  // by family; also of some that are gone
};

}  // namespace arpad
