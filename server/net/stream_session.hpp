/// \file  DNS over a stream of octets (RFC 7766, RFC 1035 4.2.2), without a socket.
///
/// Octets in, octets out: framing, pipelining and back-pressure. Replies leave in the order of the
/// queries. Queries may come several in one piece or cut at any octet.
/// Threads: one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "answer/responder.hpp"
#include "answer/telemetry.hpp"
#include "net/endpoints.hpp"
#include "transfer/outgoing_transfer.hpp"

namespace arpad {

/// See above. Holds at most one message of 65,535 octets that is not complete, and about as much in
/// replies: while those wait to be taken, no further query is answered or asked for.
class StreamSession {
public:
    /// Answers `client`, who comes by `transport`, with `responder`, using `scratch` (at least
    /// 65,535 octets) for one reply at a time, and tells `telemetry`. All three are the worker's
    /// and outlive the session.
    StreamSession(Responder& responder, Telemetry& telemetry, std::span<std::uint8_t> scratch,
                  const Endpoint& client, Transport transport);

    /// Tells clients that ask for how long they may be idle (RFC 7828).
    void tell_keepalive(std::chrono::milliseconds time) noexcept { keepalive_ = time; }

    /// Whether more input is welcome.
    [[nodiscard]] bool wants_input() const noexcept {
        return !transfer_ && !is_updating() && output_.size() < max_backlog_octets;
    }

    /// Where the next octets received go; never empty. To be asked for only while input is welcome;
    /// valid until it is asked for again.
    [[nodiscard]] std::span<std::uint8_t> input_space();

    /// Takes the first `octets` of what `input_space()` gave, and answers what is complete.
    void receive(std::size_t octets);

    [[nodiscard]] bool has_output() const noexcept { return !output_.empty(); }

    /// Exchanges the content of `sent` for what is to be sent now, and answers the queries that
    /// waited for that.
    void take_output(std::vector<std::uint8_t>& sent);

    /// The transfer that is to be sent next, part after part, before any other query is answered;
    /// null if there is none.
    [[nodiscard]] OutgoingTransfer* transfer() const noexcept { return transfer_.get(); }

    /// Takes the next part of the transfer, once all other output has been taken.
    void add_part(std::span<const std::uint8_t> part);

    /// Ends the transfer, which is handed back, and answers the queries that waited for it.
    [[nodiscard]] std::unique_ptr<OutgoingTransfer> end_transfer();

    /// Forgets the queries that have come and wait.
    void discard_input() noexcept { input_start_ = input_end_; }

    /// Whether an update is to be replied to before any other query is answered.
    [[nodiscard]] bool is_updating() const noexcept { return is_updating_; }

    /// The update, to be made; null if it has been taken.
    [[nodiscard]] std::unique_ptr<PendingUpdate> take_update() noexcept {
        return std::move(update_);
    }

    /// Sends the `reply` to the update, and answers the queries that waited for it.
    void end_update(std::span<const std::uint8_t> reply);

    /// Who is answered.
    [[nodiscard]] const Endpoint& client() const noexcept { return client_; }

    /// Queries received whole so far, answered or not.
    [[nodiscard]] std::uint64_t query_count() const noexcept { return queries_; }

private:
    [[nodiscard]] std::size_t buffered() const noexcept { return input_end_ - input_start_; }
    void answer_buffered();
    void answer(std::span<const std::uint8_t> query);
    void put_reply(std::span<const std::uint8_t> reply);
    void tell(std::span<const std::uint8_t> query, const Outcome& outcome);

    static constexpr std::size_t max_backlog_octets = 65'536;
    static constexpr std::size_t first_input_octets = 2048;  // several usual queries

    Responder& responder_;
    Telemetry& telemetry_;
    Endpoint client_;
    Transport transport_;
    std::optional<std::chrono::milliseconds> keepalive_;
    std::span<std::uint8_t> scratch_;
    std::vector<std::uint8_t> input_;
    std::size_t input_start_ = 0;  // of what is not yet answered
    std::size_t input_end_ = 0;
    std::vector<std::uint8_t> output_;
    std::unique_ptr<OutgoingTransfer> transfer_;
    std::unique_ptr<PendingUpdate> update_;
    bool is_updating_ = false;
    std::uint64_t queries_ = 0;
};

}  // namespace arpad
