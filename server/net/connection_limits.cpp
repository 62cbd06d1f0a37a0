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
    const bool has_too_many =
        open_by_prefix_.of(client.host) >= config_.connections_per_client ||
        open_by_prefix_.of(client.neighbourhood) >= config_.connections_per_prefix;
    if (has_too_many || open_.load(relaxed) >= config_.connections) {
        ++refused_;
        return has_too_many ? Excess::of_client : Excess::in_all;
    }
    open_by_prefix_.add(client.host, 1);
    open_by_prefix_.add(client.neighbourhood, 1);
    open_.fetch_add(1, relaxed);
    ++admitted_;
    return Place(*this, client);
}

void ConnectionLimits::leave(const Client& client) {
    const std::lock_guard lock(mutex_);
    open_.fetch_sub(1, relaxed);
    open_by_prefix_.remove(client.host, 1);
    open_by_prefix_.remove(client.neighbourhood, 1);
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
