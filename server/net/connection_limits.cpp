#include "net/connection_limits.hpp"

namespace arpad {

Prefix client_of(const boost::asio::ip::address& address) {
    constexpr unsigned ipv6_client_bits = 64;  // one host may use any address of its /64
    if (address.is_v4()) {
        const Address client(Family::ipv4, address.to_v4().to_uint());
        return {client, client.bits()};
    }
    return {Address::from_octets(address.to_v6().to_bytes()), ipv6_client_bits};
}

std::optional<ConnectionLimits::Place> ConnectionLimits::enter(const Prefix& client) {
    const std::lock_guard lock(mutex_);
    if (in_all_ >= max_in_all_) return std::nullopt;
    std::size_t& count = per_client_[client];
    if (count >= max_per_client_) return std::nullopt;
    ++count;
    ++in_all_;
    return std::optional<Place>(std::in_place, *this, client);
}

void ConnectionLimits::leave(const Prefix& client) {
    const std::lock_guard lock(mutex_);
    --in_all_;
    const auto entry = per_client_.find(client);
    if (--entry->second == 0) per_client_.erase(entry);
}

std::size_t ConnectionLimits::in_all() {
    const std::lock_guard lock(mutex_);
    return in_all_;
}

}  // namespace arpad
