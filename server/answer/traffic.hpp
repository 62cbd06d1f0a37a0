/// \file  What has been answered, in numbers.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "answer/request.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"

namespace arpad {

/// How long answers have taken, in classes.
class LatencyHistogram {
public:
    /// Upper bounds of the classes; beyond them is one more.
    static constexpr std::array<std::chrono::microseconds, 12> bounds{
        std::chrono::microseconds(10),     std::chrono::microseconds(20),
        std::chrono::microseconds(50),     std::chrono::microseconds(100),
        std::chrono::microseconds(200),    std::chrono::microseconds(500),
        std::chrono::microseconds(1'000),  std::chrono::microseconds(2'000),
        std::chrono::microseconds(5'000),  std::chrono::microseconds(10'000),
        std::chrono::microseconds(50'000), std::chrono::microseconds(100'000)};

    /// Counts `number` answers that took `time` each.
    void add(std::chrono::nanoseconds time, std::uint64_t number) noexcept {
        std::size_t slot = 0;
        while (slot < bounds.size() && time > bounds[slot]) ++slot;
        counts_[slot] += number;
        sum_ += time * static_cast<std::int64_t>(number);
    }

    void add(const LatencyHistogram& other) noexcept {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
        sum_ += other.sum_;
    }

    /// Answers in each class, the last without a bound.
    [[nodiscard]] const std::array<std::uint64_t, bounds.size() + 1>& counts() const noexcept {
        return counts_;
    }

    [[nodiscard]] std::chrono::nanoseconds sum() const noexcept { return sum_; }

private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    std::chrono::nanoseconds sum_{};
};

/// Counts since start. Threads: one.
struct Traffic {
    /// What came by one transport and address family.
    struct Channel {
        std::array<std::uint64_t, 32> by_rcode{};  ///< Replies; the last is all rcodes over 30.
        std::uint64_t silent = 0;                  ///< Messages that got no reply.
        std::uint64_t truncated = 0;               ///< Replies with TC.

        /// Calls `put(rcode, count)` for each rcode that was sent, as text.
        template <class Put>
        void for_each_rcode(const Put& put) const {
            for (std::size_t i = 0; i < by_rcode.size(); ++i) {
                if (by_rcode[i] != 0) put(to_text(static_cast<Rcode>(i)), by_rcode[i]);
            }
        }
    };

    static constexpr std::size_t transports = 3;
    static constexpr std::size_t families = 2;

    std::array<std::array<Channel, families>, transports> channels{};
    std::array<std::uint64_t, 76> by_type{};   ///< Questions, by `type_slot`.
    std::array<std::uint64_t, 3> by_client{};  ///< Answered, by Outcome::Client.
    std::array<LatencyHistogram, transports> latencies{};

    [[nodiscard]] Channel& channel(Transport transport, Family family) noexcept {
        return channels[static_cast<std::size_t>(transport)][static_cast<std::size_t>(family)];
    }

    /// Counts one outcome.
    void add(const Outcome& outcome, Transport transport, Family family) noexcept {
        Channel& counted = channel(transport, family);
        if (outcome.kind == Outcome::Kind::silence) {
            ++counted.silent;
            return;
        }
        // What comes of it is counted where it is made.
        if (outcome.kind == Outcome::Kind::update) return;
        const auto rcode = static_cast<std::size_t>(outcome.rcode);
        const std::size_t last = counted.by_rcode.size() - 1;
        ++counted.by_rcode[rcode < last ? rcode : last];
        if (outcome.is_truncated) ++counted.truncated;
        ++by_client[static_cast<std::size_t>(outcome.client)];
        if (outcome.type) ++by_type[type_slot(*outcome.type)];
    }

    /// Adds what another worker has done.
    void add(const Traffic& other) noexcept;

    /// All channels together.
    [[nodiscard]] Channel total() const noexcept;

    /// Calls `put(type, count)` for each type that was asked for, as text.
    template <class Put>
    void for_each_type(const Put& put) const {
        for (std::size_t i = 0; i < by_type.size(); ++i) {
            if (by_type[i] != 0) put(type_text(i), by_type[i]);
        }
    }

    /// Types up to 64 and from 249 to 258 are counted one by one, all others together.
    [[nodiscard]] static constexpr std::size_t type_slot(RrType type) noexcept {
        const auto number = static_cast<std::size_t>(type);
        if (number <= last_low_type) return number;
        if (number >= first_high_type && number <= last_high_type) {
            return number - first_high_type + last_low_type + 1;
        }
        return last_slot;
    }

    /// "PTR", or "other".
    [[nodiscard]] static std::string type_text(std::size_t slot);

private:
    static constexpr std::size_t last_low_type = 64;
    static constexpr std::size_t first_high_type = 249;
    static constexpr std::size_t last_high_type = 258;
    static constexpr std::size_t last_slot = last_low_type + last_high_type - first_high_type + 2;
};

}  // namespace arpad
