/// \file  How many answers go to one part of the Internet over UDP, where anybody can write anybody
///        else's address into a query: no more than its clients need, and too few to hurt it.
///
/// Each prefix of clients has an account for each kind of answer, which holds what may be sent at
/// once, one second's worth, and fills at the configured rate (the generic cell rate algorithm of
/// ITU-T I.371, which keeps one instant for each account). All workers share the accounts. There is
/// no lock: an account is a few atomics, and where two workers meet in it an answer more or less
/// may pass. Memory is fixed; where more prefixes come than there is room for, those that have used
/// least of their account are forgotten first.
/// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "answer/request.hpp"
#include "crypto/keyed_hash.hpp"
#include "load/server_config.hpp"
#include "reverse/prefix.hpp"

namespace arpad {

/// Kinds of answers, each of which is limited for itself, so that asking for one does not use up
/// what those need who ask for another.
enum class AnswerClass : std::uint8_t { data, no_data, name_absent, error };

inline constexpr std::size_t answer_classes = 4;

/// As logs and metrics call it: "nxdomain".
[[nodiscard]] std::string_view to_text(AnswerClass answers) noexcept;

/// What kind of answer `outcome` is.
[[nodiscard]] AnswerClass class_of(const Outcome& outcome) noexcept;

/// See above.
class RateLimiter {
public:
    using Instant = std::chrono::steady_clock::time_point;

    explicit RateLimiter(const RateLimitConfig& config);

    /// Whether an answer of a kind may go to `client` at `now`; counts it as sent if so, else as
    /// held back. No allocation.
    [[nodiscard]] bool admits(const Address& client, AnswerClass answers, Instant now) noexcept;

    /// What it was made with.
    [[nodiscard]] const RateLimitConfig& config() const noexcept { return config_; }

    /// Answers of a kind per second and prefix.
    [[nodiscard]] unsigned rate(AnswerClass answers) const noexcept;

    /// A prefix to which answers are held back.
    struct Event {
        Prefix prefix;
        AnswerClass answers = AnswerClass::data;
        std::uint64_t held_back = 0;  ///< Answers, since it began.
        bool is_over = false;         ///< The account is full again; it is not told of any more.
    };

    /// All that goes on, or has ended since this was called last. Looks at all accounts, which
    /// takes about a millisecond. Threads: one at a time.
    [[nodiscard]] std::vector<Event> take_events(Instant now);

private:
    /// Of one prefix; 0 if of none. 32 octets, so that two are in a cache line.
    struct alignas(32) Account {
        std::atomic<std::uint64_t> key;
        std::atomic<std::int64_t> full_at;  ///< When it will be full again; nanoseconds.
        std::atomic<std::uint64_t> held_back;
    };

    static constexpr std::size_t accounts_in_set = 4;
    static constexpr std::size_t sets = 8192;  // of each kind of answer: 4 MiB in all

    [[nodiscard]] Account& account_of(std::uint64_t key, AnswerClass answers,
                                      std::int64_t now) noexcept;
    [[nodiscard]] std::uint64_t key_of(const Address& client) const noexcept;
    [[nodiscard]] Prefix prefix_of(std::uint64_t key) const noexcept;
    [[nodiscard]] bool is_exempt(const Address& client) const noexcept;

    RateLimitConfig config_;
    std::array<std::int64_t, answer_classes> intervals_;  // nanoseconds per answer
    KeyedHash hash_;
    std::unique_ptr<Account[]> accounts_;
    std::atomic<bool> holds_back_ = false;  // since events were taken last, or still
};

}  // namespace arpad
