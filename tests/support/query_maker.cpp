#include "support/query_maker.hpp"

#include "dns/name.hpp"

namespace arpad {
namespace {

void append(Octets& octets, std::span<const std::uint8_t> more) {
    octets.insert(octets.end(), more.begin(), more.end());
}

void append_u16(Octets& octets, std::size_t value) {
    octets.push_back(static_cast<std::uint8_t>(value >> 8U));
    octets.push_back(static_cast<std::uint8_t>(value));
}

/// An OPT record (RFC 6891 6.1.2).
Octets make_opt(std::uint16_t payload, std::uint8_t version, std::uint16_t flags,
                const Octets& options) {
    Octets record{0};
    append_u16(record, static_cast<std::uint16_t>(RrType::opt));
    append_u16(record, payload);
    append_u16(record, version);
    append_u16(record, flags);
    append_u16(record, options.size());
    append(record, options);
    return record;
}

}  // namespace

QueryMaker::QueryMaker(std::string_view name, RrType type) {
    const Name owned = *Name::from_text(name);
    append(question_, owned.view().wire());
    append_u16(question_, static_cast<std::uint16_t>(type));
    append_u16(question_, static_cast<std::uint16_t>(RrClass::in));
}

QueryMaker& QueryMaker::id(std::uint16_t value) {
    id_ = value;
    return *this;
}

QueryMaker& QueryMaker::opcode(Opcode value) {
    return flags(static_cast<std::uint16_t>(static_cast<unsigned>(value) << 11U));
}

QueryMaker& QueryMaker::rr_class(RrClass value) {
    question_.resize(question_.size() - 2);
    append_u16(question_, static_cast<std::uint16_t>(value));
    return *this;
}

QueryMaker& QueryMaker::flags(std::uint16_t bits) {
    flags_ = static_cast<std::uint16_t>(flags_ | bits);
    return *this;
}

QueryMaker& QueryMaker::announce_questions(std::uint16_t count) {
    announced_questions_ = count;
    return *this;
}

QueryMaker::Opt& QueryMaker::opt() {
    if (!opt_) opt_ = Opt{};
    return *opt_;
}

QueryMaker& QueryMaker::edns() {
    opt();
    return *this;
}

QueryMaker& QueryMaker::payload(std::uint16_t octets) {
    opt().payload = octets;
    return *this;
}

QueryMaker& QueryMaker::version(std::uint8_t value) {
    opt().version = value;
    return *this;
}

QueryMaker& QueryMaker::dnssec_ok() {
    return edns_flags(0x8000);
}

QueryMaker& QueryMaker::edns_flags(std::uint16_t bits) {
    opt().flags = static_cast<std::uint16_t>(opt().flags | bits);
    return *this;
}

QueryMaker& QueryMaker::option(std::uint16_t code, const Octets& content) {
    append_u16(opt().options, code);
    append_u16(opt().options, content.size());
    return raw_options(content);
}

QueryMaker& QueryMaker::raw_options(const Octets& octets) {
    append(opt().options, octets);
    return *this;
}

QueryMaker& QueryMaker::additional(const Octets& record) {
    ++additionals_;
    append(additional_, record);
    return *this;
}

QueryMaker& QueryMaker::trailing(const Octets& octets) {
    append(trailing_, octets);
    return *this;
}

Octets QueryMaker::octets() const {
    Octets message;
    append_u16(message, id_);
    append_u16(message, flags_);
    append_u16(message, announced_questions_);
    append_u16(message, 0);
    append_u16(message, 0);
    append_u16(message, additionals_ + (opt_ ? 1U : 0U));
    append(message, question_);
    append(message, additional_);
    if (opt_) {
        append(message, make_opt(opt_->payload, opt_->version, opt_->flags, opt_->options));
    }
    append(message, trailing_);
    return message;
}

Octets QueryMaker::framed() const {
    return arpad::framed(octets());
}

QueryMaker ask(std::string_view name, RrType type) {
    return {name, type};
}

Octets framed(std::span<const std::uint8_t> message) {
    Octets octets;
    append_u16(octets, message.size());
    append(octets, message);
    return octets;
}

Octets opt_record(std::uint16_t payload) {
    return make_opt(payload, 0, 0, {});
}

}  // namespace arpad
