#include "transfer/outgoing_transfer.hpp"

#include <chrono>
#include <utility>

#include "dns/edns.hpp"
#include "zone/zone_history.hpp"

namespace arpad {
namespace {

constexpr std::size_t few_records = 1000;

}  // namespace

OutgoingTransfer::OutgoingTransfer(const std::shared_ptr<const Zone>& zone, TransferView view,
                                   const Query& query, std::optional<TsigReplier> tsig)
    : zone_(zone),
      view_(view),
      id_(query.id),
      flags_(header_flag::response | header_flag::authoritative |
             (query.recursion_desired ? header_flag::recursion_desired : 0)),
      type_(query.question->type),
      has_edns_(query.edns.has_value()),
      tsig_(std::move(tsig)) {
    if (!query.known_serial || !zone->history()) return;
    const auto differences = zone->history()->since(*query.known_serial, view);
    std::size_t records = 0;
    for (const auto& difference : differences) records += difference->records();
    // Where more has changed than there is, the whole zone is less (RFC 1995 2).
    const std::size_t most = zone->addresses().size() + zone->parts().names.size() + few_records;
    is_incremental_ = !differences.empty() && records <= most;
    difference_ = zone->history()->size() - differences.size();
}

std::size_t OutgoingTransfer::next(std::span<std::uint8_t> buffer) {
    if (is_finished_ || has_failed_) return 0;
    const std::size_t reserved = (has_edns_ ? opt_octets : 0) + (tsig_ ? tsig_->added_octets() : 0);
    std::size_t octets = write(buffer, max_transfer_octets - reserved);
    // A record that is too large for the usual message gets one of its own.
    if (octets == 0) octets = write(buffer, max_message_octets - reserved);
    has_failed_ = octets == 0;
    if (has_failed_) return 0;
    ++messages_;
    if (!tsig_) return octets;
    return tsig_->sign(buffer, octets, tsig_time(std::chrono::system_clock::now()));
}

std::size_t OutgoingTransfer::write_at_once(std::span<std::uint8_t> buffer, std::size_t limit) {
    const std::size_t octets = write(buffer, limit - (has_edns_ ? opt_octets : 0));
    return is_finished_ ? octets : 0;
}

ZoneCursor& OutgoingTransfer::cursor() {
    if (!cursor_) cursor_.emplace(zone_, range_walk(zone_->transfer().ranges, view_));
    return *cursor_;
}

/// Puts and counts `record`; false if there is no room for it.
bool OutgoingTransfer::put(TransferWriter& message, const TransferRecord& record) {
    const bool is_put = message.put(record);
    if (is_put) ++records_;
    return is_put;
}

/// Whether all of them have been put.
bool OutgoingTransfer::put_differences(TransferWriter& message) {
    const ZoneHistory& history = *zone_->history();
    for (; difference_ < history.size(); ++difference_, position_ = 0) {
        std::size_t next = position_;
        while (const auto record = history[difference_]->next(next, view_)) {
            if (!put(message, *record)) return false;
            position_ = next;
        }
    }
    return true;
}

/// A message of at most `limit` octets; 0 if not even one record fits.
std::size_t OutgoingTransfer::write(std::span<std::uint8_t> buffer, std::size_t limit) {
    TransferWriter message(buffer, limit, id_, flags_, zone_->apex(), type_);
    const auto put_soa = [&] {
        return put(message, {{}, RrType::soa, zone_->soa().ttl(), *zone_->soa().begin()});
    };
    const bool is_begun = messages_ > 0 || put_soa();
    if (is_begun && !are_records_written_ && is_incremental_) {
        are_records_written_ = put_differences(message);
    } else if (is_begun && !are_records_written_) {
        are_records_written_ =
            cursor().run([&](const TransferRecord& record) { return put(message, record); });
    }
    if (are_records_written_) is_finished_ = put_soa();
    if (message.is_empty()) return 0;
    // RFC 5936 2.2.5: the first message has an OPT record where the query has one.
    if (has_edns_ && messages_ == 0) message.put_opt();
    return message.finish();
}

}  // namespace arpad
