#include "answer/encode.hpp"

#include <algorithm>
#include <array>

#include "dns/edns.hpp"

namespace arpad {
namespace {

constexpr std::size_t extended_error_octets = 2;
constexpr std::size_t keepalive_octets = 2;

std::size_t size_limit(const Query& query, Transport transport) noexcept {
    if (transport != Transport::udp) return max_message_octets;
    if (!query.edns) return max_plain_udp_octets;
    return std::min(query.edns->payload_octets, max_udp_octets);
}

/// Those of `answers` that `query` asks for. Keepalive is nothing to UDP (RFC 7828 3.2.2).
EdnsAnswers asked_for(const Query& query, Transport transport, EdnsAnswers answers) noexcept {
    if (!query.edns) return {};
    if (!query.edns->asks_nsid) answers.nsid = {};
    if (!query.edns->asks_keepalive || transport == Transport::udp) answers.keepalive.reset();
    return answers;
}

}  // namespace

Reply::Reply(const Query& query, Transport transport, const EdnsAnswers& answers,
             std::span<std::uint8_t> buffer, std::size_t reserved) noexcept
    : query_(query),
      answers_to_edns_(asked_for(query, transport, answers)),
      is_padded_(query.edns && query.edns->is_padded && transport == Transport::tls),
      buffer_(buffer),
      limit_(size_limit(query, transport) - reserved),
      writer_(buffer, limit_) {
    // The space of the header; it is written last, over the id that stands in for it.
    for (std::size_t i = 0; i < header_octets; i += 2) writer_.put_u16(query.id);
    if (query.question) {
        const std::size_t start = writer_.position();
        writer_.put_octets(query.question->wire);
        writer_.remember_name(query.question->name, start);
    }
    after_question_ = writer_.mark();
    writer_.set_limit(limit_ - opt_space());
}

std::size_t Reply::opt_space() const noexcept {
    if (!query_.edns) return 0;
    const auto& [nsid, cookie, keepalive] = answers_to_edns_;
    return opt_octets + (nsid.empty() ? 0 : option_header_octets + nsid.size()) +
           (cookie ? option_header_octets + cookie->size() : 0) +
           (keepalive ? option_header_octets + keepalive_octets : 0);
}

bool Reply::has_room(std::size_t octets) const noexcept {
    return writer_.is_intact() && writer_.position() + opt_space() + octets <= limit_;
}

void Reply::put_record(NameView owner, RrType type, RrClass rr_class, Ttl ttl,
                       std::span<const std::uint8_t> rdata) noexcept {
    writer_.put_name(owner);
    writer_.put_u16(static_cast<std::uint16_t>(type));
    writer_.put_u16(static_cast<std::uint16_t>(rr_class));
    writer_.put_u32(ttl.seconds);
    writer_.put_rdata(type, rdata);
}

/// How many records it has put.
std::uint16_t Reply::put_rrset(NameView owner, RrsetView rrset, Ttl ttl) noexcept {
    for (const auto rdata : rrset) put_record(owner, rrset.type(), RrClass::in, ttl, rdata);
    return static_cast<std::uint16_t>(rrset.size());
}

void Reply::put_answer(NameView owner, RrsetView rrset) noexcept {
    answers_ = static_cast<std::uint16_t>(answers_ + put_rrset(owner, rrset, rrset.ttl()));
}

void Reply::put_authority(NameView owner, RrsetView rrset, Ttl ttl) noexcept {
    authorities_ = static_cast<std::uint16_t>(authorities_ + put_rrset(owner, rrset, ttl));
}

void Reply::put_additional(NameView owner, RrsetView rrset, Need need) noexcept {
    const bool was_intact = writer_.is_intact();
    const MessageWriter::Mark before = writer_.mark();
    const std::uint16_t records = put_rrset(owner, rrset, rrset.ttl());
    if (need == Need::optional && was_intact && !writer_.is_intact()) {
        writer_.rewind(before);
        return;
    }
    additionals_ = static_cast<std::uint16_t>(additionals_ + records);
}

void Reply::put_chaos_text(std::span<const std::uint8_t> rdata) noexcept {
    put_record(query_.question->name, RrType::txt, RrClass::ch, Ttl{0}, rdata);
    ++answers_;
}

void Reply::clear_sections() noexcept {
    writer_.rewind(after_question_);
    answers_ = 0;
    authorities_ = 0;
    additionals_ = 0;
}

Outcome Reply::finish(Rcode rcode, Authority authority, std::optional<ExtendedError> extended,
                      std::string_view text) noexcept {
    const bool carries_data =
        rcode == Rcode::no_error || rcode == Rcode::nx_domain || rcode == Rcode::yx_domain;
    is_truncated_ = carries_data && !writer_.is_intact();
    if (is_truncated_ || !carries_data) clear_sections();
    return complete(rcode, authority, extended, text);
}

Outcome Reply::finish_truncated() noexcept {
    is_truncated_ = true;
    clear_sections();
    return complete(Rcode::no_error, Authority::other, std::nullopt, {});
}

Outcome Reply::complete(Rcode rcode, Authority authority, std::optional<ExtendedError> extended,
                        std::string_view text) noexcept {
    writer_.set_limit(limit_);
    if (query_.edns) put_opt(rcode, extended, text);
    put_header(rcode, authority);
    return {.kind = Outcome::Kind::answer,
            .rcode = rcode,
            .is_truncated = is_truncated_,
            .octets = writer_.position()};
}

void Reply::put_opt(Rcode rcode, std::optional<ExtendedError> extended,
                    std::string_view text) noexcept {
    const auto extended_rcode = static_cast<std::uint32_t>(rcode) >> 4U;
    writer_.put_u8(0);  // the root
    writer_.put_u16(static_cast<std::uint16_t>(RrType::opt));
    writer_.put_u16(max_udp_octets);
    writer_.put_u32(extended_rcode << 24U | static_cast<std::uint32_t>(edns_version) << 16U |
                    (query_.edns->dnssec_ok ? edns_dnssec_ok : 0));
    const std::size_t length_position = writer_.position();
    writer_.put_u16(0);
    if (answers_to_edns_.cookie) put_option(EdnsOption::cookie, *answers_to_edns_.cookie);
    if (!answers_to_edns_.nsid.empty()) put_option(EdnsOption::nsid, answers_to_edns_.nsid);
    if (answers_to_edns_.keepalive) put_keepalive();
    if (lease_) put_lease();
    if (extended) put_extended_error(*extended, text);
    if (is_padded_) put_padding();
    writer_.patch_u16(length_position,
                      static_cast<std::uint16_t>(writer_.position() - length_position - 2));
}

void Reply::begin_option(EdnsOption option, std::size_t octets) noexcept {
    writer_.put_u16(static_cast<std::uint16_t>(option));
    writer_.put_u16(static_cast<std::uint16_t>(octets));
}

void Reply::put_option(EdnsOption option, std::span<const std::uint8_t> data) noexcept {
    begin_option(option, data.size());
    writer_.put_octets(data);
}

/// RFC 7828 3.1.
void Reply::put_keepalive() noexcept {
    using Unit = std::chrono::duration<std::int64_t, std::deci>;
    constexpr std::int64_t most = 0xFFFF;
    const auto units = std::chrono::duration_cast<Unit>(*answers_to_edns_.keepalive).count();
    begin_option(EdnsOption::tcp_keepalive, keepalive_octets);
    writer_.put_u16(static_cast<std::uint16_t>(std::min(units, most)));
}

void Reply::put_lease() noexcept {
    begin_option(EdnsOption::update_lease, sizeof(std::uint32_t));
    writer_.put_u32(static_cast<std::uint32_t>(lease_->count()));
}

void Reply::put_extended_error(ExtendedError error, std::string_view text) noexcept {
    // Some clients leave no more than 512 octets; the text is worth no truncation.
    constexpr std::size_t enough = 400;
    const std::size_t before_text =
        writer_.position() + option_header_octets + extended_error_octets;
    if (before_text > limit_) return;
    const auto shown = text.substr(0, std::min(limit_ - before_text, enough));
    begin_option(EdnsOption::extended_error, extended_error_octets + shown.size());
    writer_.put_u16(static_cast<std::uint16_t>(error));
    writer_.put_octets({reinterpret_cast<const std::uint8_t*>(shown.data()), shown.size()});
}

/// What is reserved is not counted: it is the same for all replies that a key signs.
void Reply::put_padding() noexcept {
    static constexpr std::array<std::uint8_t, padding_block_octets> zeros{};
    const std::size_t unpadded = writer_.position() + option_header_octets;
    if (unpadded > limit_) return;
    const std::size_t beyond = unpadded % padding_block_octets;
    const std::size_t wanted = beyond == 0 ? 0 : padding_block_octets - beyond;
    const std::size_t octets = std::min(wanted, limit_ - unpadded);
    put_option(EdnsOption::padding, std::span(zeros).first(octets));
}

void Reply::put_header(Rcode rcode, Authority authority) noexcept {
    std::uint32_t flags = header_flag::response;
    flags |= static_cast<std::uint32_t>(query_.opcode) << 11U;
    if (authority == Authority::ours) flags |= header_flag::authoritative;
    if (is_truncated_) flags |= header_flag::truncated;
    if (query_.recursion_desired) flags |= header_flag::recursion_desired;
    flags |= static_cast<std::uint32_t>(rcode) & 0xFU;

    MessageWriter header(buffer_, header_octets);
    header.put_u16(query_.id);
    header.put_u16(static_cast<std::uint16_t>(flags));
    header.put_u16(query_.question ? 1 : 0);
    header.put_u16(answers_);
    header.put_u16(authorities_);
    header.put_u16(static_cast<std::uint16_t>(additionals_ + (query_.edns ? 1 : 0)));
}

Outcome Reply::finish_as(std::span<const std::uint8_t> message) noexcept {
    std::ranges::copy(message, buffer_.begin());
    Outcome outcome;
    outcome.kind = Outcome::Kind::answer;
    outcome.octets = message.size();
    return outcome;
}

}  // namespace arpad
