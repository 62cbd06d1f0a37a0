/// \file  The query log: which queries are noted down, and how they leave the worker.
///
/// A worker that answers never waits for whoever writes the log: what finds no room is counted, and
/// left out.
#pragma once

#include <array>
#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "answer/request.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "load/server_config.hpp"
#include "reverse/endpoint.hpp"

namespace arpad {

/// One request that was answered, with what came of it. Borrows the message.
struct Exchange {
    std::span<const std::uint8_t> message;
    Outcome outcome;
    Transport transport = Transport::udp;
    Endpoint client = {};
};

/// Whether `exchange` meets all conditions of `config`.
[[nodiscard]] bool admits(const QueryLogConfig& config, const Exchange& exchange) noexcept;

/// A query that was answered, as it is noted down.
struct LoggedQuery {
    Endpoint client;
    Transport transport = Transport::udp;
    RrType type = RrType::any;
    Rcode rcode = Rcode::no_error;
    bool is_truncated = false;
    bool recursion_desired = false;
    bool has_edns = false;
    std::uint16_t octets = 0;  ///< Of the reply.
    std::uint8_t name_octets = 0;
    std::array<std::uint8_t, max_name_octets> name{};  ///< As the client spelled it.

    /// "192.0.2.1#53124 udp 7.2.0.192.in-addr.arpa. PTR +e NXDOMAIN 98": client and port,
    /// transport, question, + for RD, e for EDNS, - for none of them, rcode with TC if the reply
    /// was truncated, and octets of the reply.
    [[nodiscard]] std::string to_text() const;
};

/// The way from one worker to the log. Threads: one writes, one reads.
class QueryLogQueue {
public:
    explicit QueryLogQueue(QueryLogConfig config) : config_(std::move(config)) {}

    /// Notes `exchange` if it is among those to be logged and there is room. Allocates nothing,
    /// never waits.
    void note(const Exchange& exchange) noexcept;

    /// Calls `write(const LoggedQuery&)` with up to `most` of what is waiting.
    template <class Write>
    void drain(std::size_t most, const Write& write) {
        LoggedQuery query;
        for (std::size_t i = 0; i < most && queue_.pop(query); ++i) write(query);
    }

    /// How many found no room since this was last asked.
    [[nodiscard]] std::uint64_t take_lost() noexcept { return lost_.exchange(0); }

private:
    static constexpr std::size_t capacity = 4096;

    QueryLogConfig config_;
    std::uint64_t admitted_ = 0;
    std::atomic<std::uint64_t> lost_{0};
    boost::lockfree::spsc_queue<LoggedQuery, boost::lockfree::capacity<capacity>> queue_;
};

}  // namespace arpad
