#include "net/connection_limits.hpp"

#include "net/endpoints.hpp"

namespace arpad {

Prefix client_of(const boost::asio::ip::address& address) {
    constexpr unsigned ipv6_client_bits = 64;  // one host may use any address of its /64
    const Address client = from_asio(address);
    return {client, client.family() == Family::ipv4 ? client.bits() : ipv6_client_bits};
}

std::optional<ConnectionLimits::Place> ConnectionLimits::enter(const Prefix& client) {
    const std::lock_guard lock(mutex_);
    const auto found = per_client_.find(client);
    const std::size_t of_client = found == per_client_.end() ? 0 : found->second;
    if (counts_.open >= max_in_all_ || of_client >= max_per_client_) {
        ++counts_.refused;
        return std::nullopt;
    }
    per_client_[client] = of_client + 1;
    ++counts_.open;
    ++counts_.admitted;
    return std::optional<Place>(std::in_place, *this, client);
}

void ConnectionLimits::leave(const Prefix& client) {
    const std::lock_guard lock(mutex_);
    --counts_.open;
    const auto entry = per_client_.find(client);
    if (--entry->second == 0) per_client_.erase(entry);
}

ConnectionLimits::Counts ConnectionLimits::counts() {
    const std::lock_guard lock(mutex_);
    return counts_;
}

}  // namespace arpad
