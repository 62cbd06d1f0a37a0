#include "net/connection_limits.hpp"

#include <algorithm>

namespace arpad {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

/// Bits of an address that are one client's, and its neighbourhood's.
struct Lengths {
    unsigned host;
    unsigned neighbourhood;
};

constexpr Lengths ipv4_lengths{32, 24};
constexpr Lengths ipv6_lengths{64, 48};

constexpr Lengths lengths_of(const Address& address) noexcept {
    return address.family() == Family::ipv4 ? ipv4_lengths : ipv6_lengths;
}

}  // namespace

ConnectionLimits::Client::Client(const Address& address)
    : host(address, lengths_of(address).host),
      neighbourhood(address, lengths_of(address).neighbourhood) {}

Result<ConnectionLimits::Place, ConnectionLimits::Excess> ConnectionLimits::enter(
    const Address& address) {
    const Client client(address);
    const std::lock_guard lock(mutex_);
    const bool has_too_many = open_of(client.host) >= config_.connections_per_client ||
                              open_of(client.neighbourhood) >= config_.connections_per_prefix;
    if (has_too_many || open_.load(relaxed) >= config_.connections) {
        ++refused_;
        return has_too_many ? Excess::of_client : Excess::in_all;
    }
    ++open_by_prefix_[client.host];
    ++open_by_prefix_[client.neighbourhood];
    open_.fetch_add(1, relaxed);
    ++admitted_;
    return Place(*this, client);
}

std::size_t ConnectionLimits::open_of(const Prefix& prefix) const {
    const auto found = open_by_prefix_.find(prefix);
    return found == open_by_prefix_.end() ? 0 : found->second;
}

void ConnectionLimits::leave(const Client& client) {
    const std::lock_guard lock(mutex_);
    open_.fetch_sub(1, relaxed);
    leave(client.host);
    leave(client.neighbourhood);
}

void ConnectionLimits::leave(const Prefix& prefix) {
    const auto entry = open_by_prefix_.find(prefix);
    if (--entry->second == 0) open_by_prefix_.erase(entry);
}

std::chrono::milliseconds ConnectionLimits::idle_timeout() const noexcept {
    const std::chrono::milliseconds usual = config_.idle_timeout;
    const std::size_t plenty = config_.connections / 4;
    const std::size_t open = open_.load(relaxed);
    const std::size_t left = open < config_.connections ? config_.connections - open : 0;
    if (left >= plenty) return usual;
    const auto shorter =
        usual.count() * static_cast<std::int64_t>(left) / static_cast<std::int64_t>(plenty);
    return std::max(least_idle_timeout, std::chrono::milliseconds(shorter));
}

ConnectionLimits::Counts ConnectionLimits::counts() {
    const std::lock_guard lock(mutex_);
    return {open_.load(relaxed), admitted_, refused_, shed_.load(relaxed)};
}

}  // namespace arpad
