/// \file  How many TCP connections there are: in all, per client and per prefix (RFC 7766 6.2).
///
/// Shared by all workers, since one client's connections are spread over them. Asked once when a
/// connection is accepted and once when it is closed, never while queries are answered.
/// Threads: any; a mutex inside.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "base/result.hpp"
#include "base/tally.hpp"
#include "load/server_config.hpp"
#include "reverse/prefix.hpp"

namespace arpad {

/// See above.
class ConnectionLimits {
public:
    /// Whom a connection counts for.
    struct Client {
        /// `address` itself, or the /64 it is in, of which one host may use any address; and the
        /// /24 or /48 that it shares with its neighbours.
        explicit Client(const Address& address);

        Prefix host;
        Prefix neighbourhood;
    };

    /// A place among the connections; given back when destroyed.
    class Place {
    public:
        Place(ConnectionLimits& limits, const Client& client) : limits_(&limits), client_(client) {}
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
        Client client_;
    };

    explicit ConnectionLimits(const TcpConfig& config) : config_(config) {}

    /// Of whom there are too many.
    enum class Excess : std::uint8_t { of_client, in_all };

    /// A place for one more connection from `address`, if that is not too many. The place must not
    /// outlive the limits.
    [[nodiscard]] Result<Place, Excess> enter(const Address& address);

    /// How long a connection may be idle now: as configured while there is room, and the shorter
    /// the less of it is left, down to `least_idle_timeout`.
    [[nodiscard]] std::chrono::milliseconds idle_timeout() const noexcept;

    static constexpr std::chrono::milliseconds least_idle_timeout{200};

    /// As configured.
    [[nodiscard]] std::chrono::milliseconds usual_idle_timeout() const noexcept {
        return config_.idle_timeout;
    }

    /// An idle connection is closed to make room.
    void note_shed() noexcept { shed_.fetch_add(1, std::memory_order_relaxed); }

    /// What has come so far.
    struct Counts {
        std::size_t open = 0;        ///< Now.
        std::uint64_t admitted = 0;  ///< Since start.
        std::uint64_t refused = 0;   ///< Since start, as there would have been too many.
        std::uint64_t shed = 0;      ///< Since start, closed to make room.
    };
    [[nodiscard]] Counts counts();

private:
    void leave(const Client& client);

    const TcpConfig config_;
    std::atomic<std::size_t> open_ = 0;
    std::atomic<std::uint64_t> shed_ = 0;
    std::mutex mutex_;
    std::uint64_t admitted_ = 0;  // guarded by mutex_, as are the next
    std::uint64_t refused_ = 0;
    Tally<Prefix, std::size_t> open_by_prefix_;  // of hosts and of neighbourhoods
};

}  // namespace arpad
