#include "control/change_allowance.hpp"

#include <algorithm>

namespace arpad {

bool ChangeAllowance::take(const std::string& account, std::size_t cost, Time now) {
    Balance& balance = balances_[account];
    const std::chrono::duration<double> passed = now - balance.when;
    const double part = std::min(1.0, passed / std::chrono::duration<double>(refill));
    const auto regained = static_cast<std::size_t>(part * static_cast<double>(octets));
    // What is less than an octet is not forgotten.
    if (regained > 0) {
        balance.used -= std::min(balance.used, regained);
        balance.when = now;
    }
    if (cost > octets - balance.used) return false;
    balance.used += cost;
    return true;
}

void ChangeAllowance::give_back(const std::string& account, std::size_t cost) {
    Balance& balance = balances_[account];
    balance.used -= std::min(balance.used, cost);
}

}  // namespace arpad
