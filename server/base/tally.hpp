/// \file  How much is held, by holder. Who holds nothing takes no memory.
///
/// Threads: one at a time.
#pragma once

#include <map>

namespace arpad {

/// See above.
template <class Holder, class Amount>
class Tally {
public:
    /// What `holder` holds.
    [[nodiscard]] Amount of(const Holder& holder) const {
        const auto found = held_.find(holder);
        return found == held_.end() ? Amount{0} : found->second;
    }

    void add(const Holder& holder, Amount amount) {
        if (amount != 0) held_[holder] += amount;
    }

    /// Of what `holder` holds.
    void remove(const Holder& holder, Amount amount) {
        if (amount == 0) return;
        const auto found = held_.find(holder);
        found->second -= amount;
        if (found->second == 0) held_.erase(found);
    }

private:
    std::map<Holder, Amount> held_;  // none is zero
};

}  // namespace arpad
