/// \file  How much the customers of an account may change: what they do stays in the history for
///        good, and must not fill the disk.
///
/// Threads: one at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace arpad {

/// See above. An account gets its allowance anew within a day, bit by bit.
class ChangeAllowance {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// On disk: six times what 100,000 addresses take.
    static constexpr std::size_t octets = 256U << 20U;
    static constexpr std::chrono::hours refill{24};

    /// Whether `account` may change as much as takes `cost` octets now, which are used up then.
    [[nodiscard]] bool take(const std::string& account, std::size_t cost, Time now);

    /// Nothing came of a change that was taken for.
    void give_back(const std::string& account, std::size_t cost);

private:
    struct Balance {
        std::size_t used = 0;  // octets
        Time when;
    };

    std::map<std::string, Balance> balances_;  // of accounts that have changed something
};

}  // namespace arpad
