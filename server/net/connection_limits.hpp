/// \file  How many TCP connections there are, in all and per client (RFC 7766 6.2).
///
/// Shared by all workers, since one client's connections are spread over them. Asked once when a
/// connection is accepted and once when it is closed, never while queries are answered.
/// Threads: any; a mutex inside.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "reverse/prefix.hpp"

namespace arpad {

/// The client that an address belongs to: the address itself, or the /64 it is in.
[[nodiscard]] Prefix client_of(const boost::asio::ip::address& address);

/// See above.
class ConnectionLimits {
public:
    /// A place among the connections; given back when destroyed.
    class Place {
    public:
        Place(ConnectionLimits& limits, Prefix client) : limits_(&limits), client_(client) {}
        ~Place() {
            if (limits_ != nullptr) limits_->leave(client_);
        }
        Place(Place&& other) noexcept
            : limits_(std::exchange(other.limits_, nullptr)), client_(other.client_) {}
        Place& operator=(Place&&) = delete;
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        ConnectionLimits* limits_;
        Prefix client_;
    };

    ConnectionLimits(std::size_t in_all, std::size_t per_client)
        : max_in_all_(in_all), max_per_client_(per_client) {}

    /// A place for one more connection of `client`; none if that would be too many. The place must
    /// not outlive the limits.
    [[nodiscard]] std::optional<Place> enter(const Prefix& client);

    /// What has come so far.
    struct Counts {
        std::size_t open = 0;        ///< Now.
        std::uint64_t admitted = 0;  ///< Since start.
        std::uint64_t refused = 0;   ///< Since start, as there would have been too many.
    };
    [[nodiscard]] Counts counts();

private:
    void leave(const Prefix& client);

    const std::size_t max_in_all_;
    const std::size_t max_per_client_;
    std::mutex mutex_;
    Counts counts_;  // guarded by mutex_, as is the next
    std::map<Prefix, std::size_t> per_client_;
};

}  // namespace arpad
