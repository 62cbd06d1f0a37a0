/// \file  A zone on its way to a secondary: all of it (AXFR, RFC 5936), or what has changed since
/// the secondary's version (IXFR, RFC 1995), where that is known and less.
///
/// A conversation without a socket: message after message, each made when the one before has found
/// room. The zone is that of one serial from the first message to the last.
/// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "crypto/tsig.hpp"
#include "dns/message.hpp"
#include "dns/types.hpp"
#include "transfer/transfer_writer.hpp"
#include "zone/zone.hpp"
#include "zone/zone_cursor.hpp"

namespace arpad {

/// See above.
class OutgoingTransfer {
public:
    /// The available `zone`, as `view`, in reply to `query`, which asks for it over TCP; signed by
    /// `tsig` if the query is.
    OutgoingTransfer(const std::shared_ptr<const Zone>& zone, TransferView view, const Query& query,
                     std::optional<TsigReplier> tsig);

    /// Writes the next message to `buffer`, which holds at least 65,535 octets, and says how many
    /// octets it has; 0 if there is none left, or if a record fits into no message: it has failed.
    [[nodiscard]] std::size_t next(std::span<std::uint8_t> buffer);

    /// Writes all of it as one message of at most `limit` octets, which are at most 16,383, or
    /// nothing if it does not fit: 0. Not signed, which needs no place in `limit`.
    [[nodiscard]] std::size_t write_at_once(std::span<std::uint8_t> buffer, std::size_t limit);

    /// Whether it tells what has changed, and not the whole zone.
    [[nodiscard]] bool is_incremental() const noexcept { return is_incremental_; }

    /// Whether the last message has been written.
    [[nodiscard]] bool is_finished() const noexcept { return is_finished_; }

    /// Whether it cannot go on.
    [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

    [[nodiscard]] const Zone& zone() const noexcept { return *zone_; }

    /// Messages and records written so far.
    [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }
    [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

private:
    [[nodiscard]] std::size_t write(std::span<std::uint8_t> buffer, std::size_t limit);
    [[nodiscard]] bool put(TransferWriter& message, const TransferRecord& record);
    [[nodiscard]] bool put_differences(TransferWriter& message);

    [[nodiscard]] ZoneCursor& cursor();

    std::shared_ptr<const Zone> zone_;
    std::optional<ZoneCursor> cursor_;  // once the whole zone is asked for: it costs a look at it
    std::size_t difference_ = 0;        // the next one of the history
    std::size_t position_ = 0;          // in it
    TransferView view_;
    bool is_incremental_ = false;
    std::uint16_t id_;
    std::uint16_t flags_;
    RrType type_;
    bool has_edns_;
    std::optional<TsigReplier> tsig_;
    bool are_records_written_ = false;  // all but the SOA at the end
    bool is_finished_ = false;
    bool has_failed_ = false;
    std::uint64_t messages_ = 0;
    std::uint64_t records_ = 0;
};

}  // namespace arpad
