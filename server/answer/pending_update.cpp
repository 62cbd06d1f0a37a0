#include "answer/pending_update.hpp"

#include <utility>

#include "dns/message.hpp"
#include "dns/reader.hpp"
#include "transfer/record_reader.hpp"

namespace arpad {
namespace {

/// Reads the next `count` records to `records`. Whether all of them can be read.
bool read_records(WireReader& reader, std::span<const std::uint8_t> message, unsigned count,
                  std::vector<UpdateRecord>& records) {
    for (unsigned i = 0; i < count; ++i) {
        auto record = read_update_record(reader, message);
        if (!record) return false;
        records.push_back(std::move(*record));
    }
    return true;
}

}  // namespace

PendingUpdate::PendingUpdate(const Request& request, TsigReplier tsig,
                             std::shared_ptr<const Identity> identity, const EdnsAnswers& answers)
    : message_(request.message.begin(), request.message.end()),
      transport_(request.transport),
      client_(request.client),
      tsig_(std::move(tsig)),
      key_(tsig_.signer()->name),
      identity_(std::move(identity)),
      answers_(answers) {}

PendingUpdate::Signature PendingUpdate::signature() const {
    const Query query = decode_query(message_);
    const TsigRecord& tsig = *query.tsig;
    constexpr std::size_t id_octets = 2;
    Digester digester;
    digester.add(key_.view().wire());
    digester.add_u32(tsig.original_id);
    digester.add_u32(static_cast<std::uint32_t>(tsig.time >> 32U));
    digester.add_u32(static_cast<std::uint32_t>(tsig.time));
    digester.add_u32(tsig.fudge);
    digester.add(std::span(message_).subspan(id_octets, tsig.start - id_octets));
    return {digester.finish(),
            std::chrono::system_clock::time_point(std::chrono::seconds(tsig.time)),
            std::chrono::seconds(tsig.fudge)};
}

Result<Update, UpdateRefusal> PendingUpdate::read(const UpdatePolicy& policy) const {
    const Query query = decode_query(message_);
    Update update;
    update.zone = Name(query.question->name).lower_case();
    update.key = key_.to_text();
    update.policy = policy;
    if (query.edns && query.edns->lease_seconds) {
        update.lease = std::chrono::seconds(*query.edns->lease_seconds);
    }
    WireReader reader(message_);
    constexpr std::size_t before_counts = 6;
    reader.read_octets(before_counts);
    const unsigned prerequisites = reader.read_u16();
    const unsigned changes = reader.read_u16();
    reader.read_u16();
    reader.read_octets(query.question->wire.size());
    const bool can_be_read = read_records(reader, message_, prerequisites, update.prerequisites) &&
                             read_records(reader, message_, changes, update.changes);
    if (!can_be_read) {
        return UpdateRefusal{Rcode::form_err, "a record that cannot be read",
                             "send what RFC 2136 2 describes"};
    }
    return update;
}

std::vector<std::uint8_t> PendingUpdate::reply(const UpdateResult& result,
                                               std::chrono::system_clock::time_point now) {
    const Query query = decode_query(message_);
    std::vector<std::uint8_t> buffer(transport_ == Transport::udp ? max_udp_octets
                                                                  : max_message_octets);
    Reply reply(query, transport_, answers_, buffer, tsig_.added_octets());
    if (result.lease) reply.grant_lease(*result.lease);
    const bool has_failed = result.rcode != Rcode::no_error;
    const Outcome outcome = reply.finish(
        result.rcode, Reply::Authority::other,
        has_failed ? std::optional(result.rcode == Rcode::refused ? ExtendedError::prohibited
                                                                  : ExtendedError::other)
                   : std::nullopt,
        result.text);
    buffer.resize(outcome.octets + tsig_.added_octets());
    buffer.resize(tsig_.sign(buffer, outcome.octets, tsig_time(now)));
    return buffer;
}

}  // namespace arpad
