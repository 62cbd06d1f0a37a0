/// \file  What a worker can tell of the queries it has answered.
///
/// Noted when the replies have left. Counting is always on; what costs more is on where it was
/// asked for: how long answers take, which names are missing, the query log.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "answer/query_log.hpp"
#include "answer/rate_limiter.hpp"
#include "answer/traffic.hpp"
#include "base/heavy_hitters.hpp"
#include "reverse/address.hpp"
#include "zone/snapshot.hpp"

namespace arpad {

/// What was asked in one zone.
struct ZoneTraffic {
    std::uint64_t replies = 0;
    std::uint64_t absent = 0;  ///< Of these NXDOMAIN.
};

/// Transfers of zones over TCP that have come to an end.
struct TransferCounts {
    std::uint64_t full = 0;         ///< Of whole zones.
    std::uint64_t incremental = 0;  ///< Of what has changed.
    std::uint64_t failed = 0;       ///< Broken off, or never begun.

    void add(const TransferCounts& other) noexcept {
        full += other.full;
        incremental += other.incremental;
        failed += other.failed;
    }
};

/// What became of answers that are over the limits of their rate, by AnswerClass.
struct RateLimitCounts {
    using ByClass = std::array<std::uint64_t, answer_classes>;

    ByClass dropped{};    ///< Not sent.
    ByClass truncated{};  ///< An empty one with TC was sent instead.
    ByClass cookie{};     ///< BADCOOKIE was sent instead.
    ByClass dry_run{};    ///< Sent all the same, as it is a dry run.

    void add(const RateLimitCounts& other) noexcept;

    /// How many answers were not sent as they were.
    [[nodiscard]] std::uint64_t held_back() const noexcept;
};

/// What one worker or several have to tell. Threads: one.
struct TelemetryReport {
    Traffic traffic;
    std::uint64_t failed_handshakes = 0;    ///< Of clients that came by TLS.
    std::uint64_t updates_turned_away = 0;  ///< As too many waited to be made.
    TransferCounts transfers;               ///< To secondaries.
    RateLimitCounts rate_limit;
    std::map<std::uint64_t, ZoneTraffic> zones;         ///< By Zone::apex_hash.
    std::vector<HeavyHitter<Address>> missing;          ///< Addresses asked for in vain.
    std::vector<HeavyHitter<Address>> missing_clients;  ///< Who asks for them.

    /// Adds what another worker tells. The most frequent stay in front.
    void add(const TelemetryReport& other);
};

/// See above. Threads: the worker's.
class Telemetry {
public:
    /// Whether what is only of use to those who read metrics is noted.
    enum class Detail : bool { counts, all };

    explicit Telemetry(Detail detail) : detail_(detail) {}

    /// Queries are going to be answered from `snapshot`.
    void expect(const Snapshot& snapshot);

    /// Notes queries in `queue` from now on; null: nowhere.
    void log_to(std::shared_ptr<QueryLogQueue> queue) noexcept { queue_ = std::move(queue); }

    /// Counts a request. Allocates nothing.
    void count(const Outcome& outcome, Transport transport, Family family) noexcept {
        traffic_.add(outcome, transport, family);
        if (outcome.zone != nullptr) count_zone(outcome);
    }

    /// Counts a client that came by TLS and did not agree on it.
    void count_failed_handshake() noexcept { ++failed_handshakes_; }

    /// Counts a signed update that was not handed over, as too many waited to be made.
    void count_update_turned_away() noexcept { ++updates_turned_away_; }

    /// What is told of transfers, to be counted up.
    [[nodiscard]] TransferCounts& transfers() noexcept { return transfers_; }

    /// What is told of answers over the limits, to be counted up.
    [[nodiscard]] RateLimitCounts& rate_limit() noexcept { return rate_limit_; }

    /// Whether answers are to be timed, and told of by `add_time`.
    [[nodiscard]] bool is_timing() const noexcept { return detail_ == Detail::all; }

    /// `number` answers took `time` from being read to being sent.
    void add_time(Transport transport, std::chrono::nanoseconds time,
                  std::uint64_t number) noexcept {
        traffic_.latencies[static_cast<std::size_t>(transport)].add(time, number);
    }

    /// Whether requests are to be shown to `look_at`.
    [[nodiscard]] bool is_looking() const noexcept {
        return detail_ == Detail::all || queue_ != nullptr;
    }

    /// Notes who asked for what. Allocates nothing.
    void look_at(const Exchange& exchange) noexcept;

    [[nodiscard]] TelemetryReport report() const;

private:
    struct AddressHash {
        std::uint64_t operator()(const Address& address) const noexcept;
    };
    struct NoHash {  // the keys are hashes
        std::size_t operator()(std::uint64_t key) const noexcept { return key; }
    };

    void count_zone(const Outcome& outcome) noexcept;

    Detail detail_;
    Traffic traffic_;
    std::uint64_t failed_handshakes_ = 0;
    std::uint64_t updates_turned_away_ = 0;
    TransferCounts transfers_;
    RateLimitCounts rate_limit_;
    boost::unordered_flat_map<std::uint64_t, ZoneTraffic, NoHash> zones_;
    std::size_t zones_expected_ = 0;  // so many fit into `zones_` as it is
    HeavyHitters<Address, AddressHash> missing_;
    HeavyHitters<Address, AddressHash> missing_clients_;
    std::shared_ptr<QueryLogQueue> queue_;
};

}  // namespace arpad
