/// \file  A zone on its way from a primary: is there a newer version, and what has changed (IXFR,
/// RFC 1995), or else all of it (AXFR, RFC 5936).
///
/// A conversation without a socket, over one TCP connection. What comes is judged as it comes, and
/// nothing of it is used unless all of it is right. Threads: one at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/tsig.hpp"
#include "dns/types.hpp"
#include "zone/received_zone.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// How much one transfer may bring.
struct IncomingLimits {
    std::uint64_t octets = std::uint64_t{4} << 30U;  ///< Of all its messages.
    std::uint64_t changes = 1'000'000;  ///< Records; of more all of the zone is asked for.
    std::uint64_t others = 20'000'000;  ///< Records of a whole zone but PTR records of addresses.
};

/// See above.
class IncomingTransfer {
public:
    using Clock = std::chrono::system_clock::time_point (*)();

    /// What has come of it.
    enum class State : std::uint8_t {
        under_way,  ///< Nothing yet.
        current,    ///< The primary has the version that we have.
        received,   ///< `zone()` is a newer version.
        failed,     ///< `failure()` says why.
    };

    /// Of the zone of `frame`, of which we have `current`; null: nothing. Requests are signed with
    /// `key`, and replies then have to be; null: neither. `clock` tells the time that is signed.
    IncomingTransfer(ZoneFrame frame, std::shared_ptr<const Zone> current,
                     std::shared_ptr<const TsigKey> key, IncomingLimits limits = {},
                     Clock clock = &std::chrono::system_clock::now);

    /// The message to be sent next; empty if there is none.
    [[nodiscard]] std::vector<std::uint8_t> take_request() { return std::exchange(request_, {}); }

    /// Whether there is one.
    [[nodiscard]] bool has_request() const noexcept { return !request_.empty(); }

    /// Makes the last request once more, nothing of whose reply has come.
    void ask_again() { ask(asked_); }

    /// Takes the next message. May lead to another request, or to the end.
    void receive(std::span<const std::uint8_t> message);

    [[nodiscard]] const ZoneFrame& frame() const noexcept { return frame_; }
    [[nodiscard]] State state() const noexcept { return state_; }

    /// "it answers REFUSED to AXFR".
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
    [[nodiscard]] const std::shared_ptr<const Zone>& zone() const noexcept { return received_; }

    /// Why all of the zone was asked for although what has changed would have done; empty if it was
    /// not.
    [[nodiscard]] const std::string& detour() const noexcept { return detour_; }

    /// Whether only what has changed was sent.
    [[nodiscard]] bool is_incremental() const noexcept { return !steps_.empty(); }

    /// Messages, records and octets that have come.
    [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }
    [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
    [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }

private:
    /// What the last request asked for.
    enum class Asked : std::uint8_t { version, changes, everything };

    /// Where in a reply to it we are: what comes next.
    enum class Part : std::uint8_t {
        newest_soa,  ///< The SOA of the newest version.
        form,        ///< What tells in what form the reply is.
        all,         ///< Records of the zone.
        removed,     ///< Records that a step removes.
        added,       ///< Records that it adds.
        end,         ///< Nothing.
    };

    void ask(Asked what);
    [[nodiscard]] RrType asked_type() const noexcept;
    [[nodiscard]] bool read(std::span<const std::uint8_t> message);
    [[nodiscard]] bool read_records(std::span<const std::uint8_t> message, std::size_t start,
                                    unsigned answers);
    [[nodiscard]] bool is_of_the_zone(const ReceivedRecord& record);
    [[nodiscard]] bool take(ReceivedRecord record);
    [[nodiscard]] bool take_newest_soa(ReceivedRecord soa);
    [[nodiscard]] bool take_form(ReceivedRecord record);
    [[nodiscard]] bool take_soa_of_step(ReceivedRecord soa);
    [[nodiscard]] bool is_signed_by_key(std::span<const std::uint8_t> message);
    void finish();
    void fall_back(std::string why);
    bool reject(std::string why);
    bool fail(std::string why);

    ZoneFrame frame_;
    std::shared_ptr<const Zone> current_;
    std::shared_ptr<const TsigKey> key_;
    IncomingLimits limits_;
    Clock clock_;

    State state_ = State::under_way;
    std::string failure_;
    std::string detour_;
    std::vector<std::uint8_t> request_;
    Asked asked_ = Asked::version;
    std::uint16_t id_ = 0;
    std::optional<std::uint16_t> abandoned_id_;  // of a reply whose rest may still come
    std::optional<TsigRequester> tsig_;
    bool is_first_message_ = true;

    Part part_ = Part::newest_soa;
    ReceivedRecord newest_;  // the SOA
    std::optional<ReceivedZone> all_;
    std::vector<ReceivedStep> steps_;
    std::shared_ptr<const Zone> received_;
    std::uint64_t messages_ = 0;
    std::uint64_t records_ = 0;
    std::uint64_t octets_ = 0;
    std::uint64_t changes_ = 0;
};

}  // namespace arpad
