#include "reverse/ipv6_groups.hpp"

namespace arpad {

Groups groups_of(Uint128 value) noexcept {
    Groups groups{};
    for (std::size_t index = groups.size(); index-- != 0; value >>= 16)
        groups[index] = static_cast<std::uint16_t>(value);
    return groups;
}

ZeroRun longest_zero_run(const Groups& groups) noexcept {
    ZeroRun longest;
    ZeroRun current;
    for (std::size_t index = 0; index < groups.size(); ++index) {
        if (groups[index] != 0) {
            current.begin = index + 1;
            continue;
        }
        current.end = index + 1;
        if (current.end - current.begin > longest.end - longest.begin) longest = current;
    }
    return longest.end - longest.begin > 1 ? longest : ZeroRun{};
}

}  // namespace arpad
