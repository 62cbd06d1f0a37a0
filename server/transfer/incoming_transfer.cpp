#include "transfer/incoming_transfer.hpp"

#include <fmt/format.h>

#include <utility>

#include "dns/message.hpp"
#include "dns/reader.hpp"
#include "dns/writer.hpp"
#include "transfer/message_id.hpp"
#include "transfer/record_reader.hpp"
#include "zone/content_check.hpp"

namespace arpad {

IncomingTransfer::IncomingTransfer(ZoneFrame frame, std::shared_ptr<const Zone> current,
                                   std::shared_ptr<const TsigKey> key, IncomingLimits limits,
                                   Clock clock)
    : frame_(std::move(frame)),
      current_(std::move(current)),
      key_(std::move(key)),
      limits_(limits),
      clock_(clock) {
    ask(current_ ? Asked::version : Asked::everything);
}

RrType IncomingTransfer::asked_type() const noexcept {
    switch (asked_) {
        case Asked::version:
            return RrType::soa;
        case Asked::changes:
            return RrType::ixfr;
        case Asked::everything:
            break;
    }
    return RrType::axfr;
}

void IncomingTransfer::ask(Asked what) {
    asked_ = what;
    id_ = random_message_id();
    while (id_ == abandoned_id_) ++id_;
    part_ = Part::newest_soa;
    is_first_message_ = true;
    all_.reset();
    steps_.clear();
    tsig_.reset();
    if (key_) tsig_.emplace(key_);
    constexpr std::size_t room = 2048;  // for two names, a SOA and a signature
    request_.resize(room);
    MessageWriter message(request_, request_.size());
    message.put_u16(id_);
    message.put_u16(0);
    message.put_u16(1);
    message.put_u16(0);
    message.put_u16(asked_ == Asked::changes ? 1 : 0);
    message.put_u16(0);
    message.put_name(frame_.apex);
    message.put_u16(static_cast<std::uint16_t>(asked_type()));
    message.put_u16(static_cast<std::uint16_t>(RrClass::in));
    if (asked_ == Asked::changes) {
        // RFC 1995 3: the version that we have.
        message.put_name(frame_.apex);
        message.put_u16(static_cast<std::uint16_t>(RrType::soa));
        message.put_u16(static_cast<std::uint16_t>(RrClass::in));
        message.put_u32(current_->soa().ttl().seconds);
        message.put_rdata(RrType::soa, *current_->soa().begin());
    }
    std::size_t octets = message.position();
    if (tsig_) octets = tsig_->sign(request_, octets, tsig_time(clock_()));
    request_.resize(octets);
}

void IncomingTransfer::receive(std::span<const std::uint8_t> message) {
    if (state_ != State::under_way) return;
    octets_ += message.size();
    if (octets_ > limits_.octets) {
        (void)fail(fmt::format("it sends more than {} octets", limits_.octets));
        return;
    }
    if (!read(message) || state_ != State::under_way) return;
    is_first_message_ = false;
    if (part_ == Part::end) finish();
}

/// False if this is no message that belongs to the reply, or if it ends all.
bool IncomingTransfer::read(std::span<const std::uint8_t> message) {
    WireReader reader(message);
    const std::uint16_t id = reader.read_u16();
    const std::uint16_t flags = reader.read_u16();
    const unsigned questions = reader.read_u16();
    const unsigned answers = reader.read_u16();
    (void)reader.read_u32();
    if (!reader.is_intact()) return fail("it sends a message without a header");
    if (id == abandoned_id_) return false;
    const bool is_reply = id == id_ && (flags & header_flag::response) != 0 &&
                          opcode_of(flags) == Opcode::query &&
                          (flags & header_flag::truncated) == 0;
    if (!is_reply) return fail("it sends what is no reply to the request");
    ++messages_;
    if (!is_signed_by_key(message)) return false;
    constexpr unsigned rcode_mask = 0xF;
    const auto rcode = static_cast<Rcode>(flags & rcode_mask);
    if (rcode != Rcode::no_error) {
        return reject(fmt::format("it answers {} to {}", to_text(rcode), to_text(asked_type())));
    }
    // RFC 5936 2.2.1: the question may be left out, but for the first message.
    if (questions > 1 || (questions == 0 && is_first_message_)) {
        return fail("it sends a message without the question");
    }
    if (questions == 1) {
        NameBuffer name;
        reader.read_name(name);
        const auto type = static_cast<RrType>(reader.read_u16());
        (void)reader.read_u16();
        if (!reader.is_intact() || name.view() != frame_.apex.view() || type != asked_type()) {
            return fail("it sends a reply to another question");
        }
    }
    if (asked_ == Asked::version && (flags & header_flag::authoritative) == 0) {
        return fail("it is not authoritative for the zone");
    }
    return read_records(message, reader.position(), answers);
}

bool IncomingTransfer::is_signed_by_key(std::span<const std::uint8_t> message) {
    if (!tsig_) return true;
    const auto failure = tsig_->check(message, tsig_time(clock_()));
    if (!failure) return true;
    const std::string why =
        *failure == TsigRequester::Failure::remote_error
            ? fmt::format("it does not accept the key {}: {}", key_->name.to_text(),
                          arpad::to_text(tsig_->remote_error()))
            : fmt::format("key {}: {}", key_->name.to_text(), arpad::to_text(*failure));
    return fail(why);
}

bool IncomingTransfer::read_records(std::span<const std::uint8_t> message, std::size_t start,
                                    unsigned answers) {
    WireReader reader(message, start);
    // RFC 5936 2.2.1: a message of a transfer has at least one record.
    if (answers == 0) return reject("it sends an empty reply");
    for (unsigned i = 0; i < answers; ++i) {
        auto record = read_record(reader, message);
        if (!reader.is_intact()) return fail("it sends a message that cannot be read");
        if (!record) return reject("it sends a record that cannot be in a zone");
        ++records_;
        if (!is_of_the_zone(*record) || !take(std::move(*record))) return false;
    }
    return true;
}

bool IncomingTransfer::is_of_the_zone(const ReceivedRecord& record) {
    const bool is_at_apex = record.owner.view() == frame_.apex.view();
    if (!is_at_apex && record.type == RrType::soa) {
        return reject(fmt::format("it sends the SOA of {}", record.owner.to_text()));
    }
    if (!is_at_apex && !record.owner.view().is_at_or_below(frame_.apex)) {
        return reject(
            fmt::format("it sends {}, which is outside of the zone", record.owner.to_text()));
    }
    if (record.rdata.size() > max_rrset_octets) {
        return reject(
            fmt::format("it sends a record of {} with {} octets, which fits into no reply",
                        record.owner.to_text(), record.rdata.size()));
    }
    return true;
}

/// False if this was the end of the conversation, or of the reply as far as it is of use.
bool IncomingTransfer::take(ReceivedRecord record) {
    const bool is_soa = record.type == RrType::soa;
    switch (part_) {
        case Part::newest_soa:
            if (is_soa) return take_newest_soa(std::move(record));
            return reject("its reply does not begin with a SOA");
        case Part::form:
            return take_form(std::move(record));
        case Part::all:
            if (!is_soa) {
                all_->add(record);
                if (all_->other_records() <= limits_.others) return true;
                return fail(fmt::format(
                    "it sends more than {} records that are no PTR of addresses", limits_.others));
            }
            // RFC 5936 2.2: the SOA that it began with is the end of it.
            if (record.rdata != newest_.rdata) return reject("the zone changes while it is sent");
            part_ = Part::end;
            return true;
        case Part::removed:
        case Part::added:
            if (++changes_ > limits_.changes) {
                return reject(fmt::format("it sends more than {} changes", limits_.changes));
            }
            if (is_soa) return take_soa_of_step(std::move(record));
            (part_ == Part::removed ? steps_.back().removed : steps_.back().added)
                .push_back(std::move(record));
            return true;
        case Part::end:
            break;
    }
    return reject("it sends records behind the end");
}

bool IncomingTransfer::take_newest_soa(ReceivedRecord soa) {
    const auto serial = soa_serial(soa.rdata);
    const auto known = current_ ? std::optional(current_->serial()) : std::nullopt;
    newest_ = std::move(soa);
    if (known && *serial == *known && asked_ != Asked::everything) {
        // Of the reply to IXFR nothing else may come (RFC 1995 2), and of SOA nothing does.
        state_ = State::current;
        part_ = Part::end;
        if (tsig_ && !tsig_->is_complete()) return fail("the last message is not signed");
        return true;
    }
    if (known && !is_newer(*serial, *known)) {
        return fail(fmt::format("its serial {} is not newer than {}, which we have", serial->value,
                                known->value));
    }
    if (asked_ == Asked::version) {
        ask(Asked::changes);
        return false;
    }
    part_ = Part::form;
    return true;
}

/// RFC 1995 4: a SOA of our version begins a step; anything else is a record of the zone.
bool IncomingTransfer::take_form(ReceivedRecord record) {
    const bool is_soa = record.type == RrType::soa;
    if (is_soa && asked_ == Asked::changes && *soa_serial(record.rdata) == current_->serial()) {
        steps_.emplace_back();
        part_ = Part::removed;
        return true;
    }
    all_.emplace(frame_);
    all_->add(newest_);
    part_ = Part::all;
    return take(std::move(record));
}

bool IncomingTransfer::take_soa_of_step(ReceivedRecord soa) {
    const Serial serial = *soa_serial(soa.rdata);
    if (part_ == Part::removed) {
        steps_.back().soa = std::move(soa);
        part_ = Part::added;
        return true;
    }
    const Serial reached = *soa_serial(steps_.back().soa.rdata);
    if (serial != reached) {
        return reject(
            fmt::format("a step from serial {} follows one to {}", serial.value, reached.value));
    }
    if (reached == *soa_serial(newest_.rdata)) {
        part_ = Part::end;
        return true;
    }
    steps_.emplace_back();
    part_ = Part::removed;
    return true;
}

/// The reply is here as a whole.
void IncomingTransfer::finish() {
    if (tsig_ && !tsig_->is_complete()) {
        (void)fail("the last message is not signed");
        return;
    }
    const bool is_whole = all_.has_value();
    received_ = is_whole ? all_->build() : with_steps(*current_, steps_);
    all_.reset();
    if (received_) {
        state_ = State::received;
    } else if (is_whole) {
        (void)fail(
            "it sends ranges that cannot be read, more than 65,535 records of a name and type, or "
            "more than 256 types of a name");
    } else {
        fall_back("what it says has changed does not fit what we have");
    }
}

/// To all of the zone, over the same connection.
void IncomingTransfer::fall_back(std::string why) {
    detour_ = std::move(why);
    abandoned_id_ = id_;
    steps_.clear();
    steps_.shrink_to_fit();
    all_.reset();
    ask(Asked::everything);
}

/// Primaries that do not know IXFR answer what they like, and a wrong difference may come of a
/// damaged journal: all of the zone may still be had.
bool IncomingTransfer::reject(std::string why) {
    if (asked_ != Asked::changes) return fail(std::move(why));
    fall_back(std::move(why));
    return false;
}

bool IncomingTransfer::fail(std::string why) {
    state_ = State::failed;
    failure_ = std::move(why);
    request_.clear();
    return false;
}

}  // namespace arpad
