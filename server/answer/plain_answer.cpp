#include "answer/plain_answer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "answer/encode.hpp"
#include "dns/edns.hpp"
#include "dns/message.hpp"
#include "reverse/arpa_address.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

constexpr std::size_t piece_octets = overread_octets;

/// Of a COOKIE option with a server cookie.
constexpr std::size_t cookie_option_octets = option_header_octets + cookie_octets;

/// Where the fields of an OPT record at the root stand (RFC 6891 6.1.2).
namespace opt_at {
constexpr std::size_t type = 1;
constexpr std::size_t payload = 3;
constexpr std::size_t version = 6;
constexpr std::size_t flags = 7;
constexpr std::size_t octets = 9;  // of the RDATA
}  // namespace opt_at

/// A number in network order at `from`.
template <class Number>
Number load(const std::uint8_t* from) noexcept {
    Number number;
    std::memcpy(&number, from, sizeof number);
    if constexpr (std::endian::native == std::endian::little) {
        if constexpr (sizeof number == 2) return __builtin_bswap16(number);
        if constexpr (sizeof number == 4) return __builtin_bswap32(number);
    }
    return number;
}

/// Writes `number` in network order.
template <class Number>
void store(std::uint8_t* to, Number number) noexcept {
    number = load<Number>(reinterpret_cast<const std::uint8_t*>(&number));
    std::memcpy(to, &number, sizeof number);
}

/// Copies `from` in pieces, reading and writing up to 15 octets more.
void copy_over(std::uint8_t* to, std::span<const std::uint8_t> from) noexcept {
    for (std::size_t at = 0; at < from.size(); at += piece_octets) {
        std::memcpy(to + at, from.data() + at, piece_octets);
    }
}

/// Copies `from`, of at least one piece, in pieces of which the last overlaps the one before.
void copy_exactly(std::uint8_t* to, std::span<const std::uint8_t> from) noexcept {
    const std::size_t last = from.size() - piece_octets;
    for (std::size_t at = 0; at < last; at += piece_octets) {
        std::memcpy(to + at, from.data() + at, piece_octets);
    }
    std::memcpy(to + last, from.data() + last, piece_octets);
}

// The header in the words it is read and written in.
namespace word {
constexpr std::uint32_t response_or_opcode = 0xF800;  // of id and flags
constexpr std::uint32_t recursion_desired = header_flag::recursion_desired;
constexpr std::uint32_t answer_flags = header_flag::response | header_flag::authoritative;
constexpr std::uint32_t one_question = 0x0001'0000;     // QDCOUNT and ANCOUNT
constexpr std::uint32_t ptr_in_class_in = 0x000C'0001;  // type and class
constexpr std::uint32_t class_in = 0x0001;
constexpr std::uint32_t pointer_to_question = 0xC00C;
}  // namespace word

/// A plain question: its message is an ordinary query for the reverse name of a whole address.
struct PlainQuestion {
    Address address;
    RrType type = RrType::ptr;
    std::size_t name_octets = 0;
    std::size_t end = 0;  ///< Where the question ends in the message.
    bool has_edns = false;
    bool is_dnssec_ok = false;
    std::span<const std::uint8_t> cookie;  ///< That the client shows; empty if it shows none.
};

/// Reads all of `opt` into `question`, if it is an OPT record of version 0 at the root with no
/// option but a cookie, as we make them or the client's part alone.
bool read_plain_opt(std::span<const std::uint8_t> opt, PlainQuestion& question) noexcept {
    constexpr std::size_t only_client = option_header_octets + client_cookie_octets;
    if (opt.size() < opt_octets) return false;
    const std::size_t octets = opt.size() - opt_octets;
    const std::uint8_t* const at = opt.data();
    if (at[0] != 0 ||
        load<std::uint16_t>(at + opt_at::type) != static_cast<std::uint16_t>(RrType::opt) ||
        at[opt_at::version] != edns_version || load<std::uint16_t>(at + opt_at::octets) != octets) {
        return false;
    }
    question.has_edns = true;
    question.is_dnssec_ok = (load<std::uint16_t>(at + opt_at::flags) & edns_dnssec_ok) != 0;
    if (octets == 0) return true;
    if (octets != only_client && octets != cookie_option_octets) return false;
    const auto option = opt.subspan(opt_octets);
    question.cookie = option.subspan(option_header_octets);
    return load<std::uint16_t>(option.data()) == static_cast<std::uint16_t>(EdnsOption::cookie) &&
           load<std::uint16_t>(option.data() + 2) == question.cookie.size();
}

std::optional<PlainQuestion> read_question(std::span<const std::uint8_t> message) noexcept {
    if (message.size() < header_octets) return std::nullopt;
    const auto flags = load<std::uint32_t>(message.data());
    const auto question_and_answer_counts = load<std::uint32_t>(message.data() + 4);
    const auto other_counts = load<std::uint32_t>(message.data() + 8);
    const bool is_ordinary = (flags & word::response_or_opcode) == 0 &&
                             question_and_answer_counts == word::one_question && other_counts <= 1;
    if (!is_ordinary) return std::nullopt;
    const auto found = read_arpa_address(message.subspan(header_octets));
    if (!found) return std::nullopt;
    PlainQuestion question;
    question.address = found->address;
    question.name_octets = found->octets;
    question.end = header_octets + found->octets + octets_behind_name;
    const std::uint8_t* const end = message.data() + question.end;
    const auto type_and_class = load<std::uint32_t>(end - octets_behind_name);
    question.type = static_cast<RrType>(type_and_class >> 16U);
    const bool is_transfer = question.type == RrType::axfr || question.type == RrType::ixfr;
    if ((type_and_class & 0xFFFFU) != word::class_in || is_transfer) return std::nullopt;
    if (message.size() < question.end) return std::nullopt;
    const auto rest = message.subspan(question.end);
    const bool is_whole = other_counts == 1 ? read_plain_opt(rest, question) : rest.empty();
    return is_whole ? std::optional(question) : std::nullopt;
}

/// A reply as it grows.
class PlainReply {
public:
    PlainReply(std::span<const std::uint8_t> message, const PlainQuestion& question,
               std::span<std::uint8_t> buffer) noexcept
        : message_(message), question_(question), begin_(buffer.data()), at_(begin_) {
        copy_exactly(begin_, message.first(question.end));
        at_ += question.end;
    }

    /// Puts the PTR record that `data` holds.
    void put_ptr(const AddressData& data) noexcept {
        const auto beginning = data.beginning();
        const auto ending = data.ending();
        put_ptr_header(data.ttl(), beginning.size() + ending.size());
        copy_over(at_, beginning);
        at_ += beginning.size();
        copy_over(at_, ending);
        at_ += ending.size();
        ++answers_;
    }

    /// Puts the PTR record that `range` makes. False if its target could be compressed.
    [[nodiscard]] bool put_ptr(const NamedRange& range, Address address) noexcept {
        const NameSpaceView space(at_ + ptr_header_octets, max_name_octets);
        const NameView target = range.names->render(address, space);
        if (ends_in_arpa(target)) return false;
        put_ptr_header(range.ttl, target.octets());
        at_ += target.octets();
        ++answers_;
        return true;
    }

    /// Puts the SOA that says that there is no such name or no such data.
    void put_negative(const NegativeAnswer& negative) noexcept {
        negative.copy_to(at_, question_.name_octets);
        at_ += negative.octets();
        ++authorities_;
    }

    /// Has the reply give a cookie.
    void give_cookie(const CookieExchange& cookie) noexcept { cookie_ = cookie; }

    [[nodiscard]] Outcome finish(Rcode rcode, const Zone* zone) noexcept {
        if (question_.has_edns) put_opt();
        const auto id_and_flags = load<std::uint32_t>(message_.data());
        const std::uint32_t kept = id_and_flags & (0xFFFF'0000U | word::recursion_desired);
        store(begin_, kept | word::answer_flags | static_cast<std::uint32_t>(rcode));
        store(begin_ + 4, word::one_question | answers_);
        store(begin_ + 8, authorities_ << 16U | (question_.has_edns ? 1U : 0U));
        const auto octets = static_cast<std::size_t>(at_ - begin_);
        return {.kind = Outcome::Kind::answer,
                .client = cookie_ ? cookie_->standing : Outcome::Client::unproved,
                .rcode = rcode,
                .is_negative = authorities_ != 0,
                .octets = octets,
                .zone = zone,
                .type = question_.type};
    }

private:
    static constexpr std::size_t ptr_header_octets = 12;

    void put_ptr_header(Ttl ttl, std::size_t octets) noexcept {
        store(at_, static_cast<std::uint16_t>(word::pointer_to_question));
        store(at_ + 2, word::ptr_in_class_in);
        store(at_ + 6, ttl.seconds);
        store(at_ + 10, static_cast<std::uint16_t>(octets));
        at_ += ptr_header_octets;
    }

    void put_opt() noexcept {
        std::array<std::uint8_t, opt_octets> opt{};
        store(opt.data() + opt_at::type, static_cast<std::uint16_t>(RrType::opt));
        store(opt.data() + opt_at::payload, max_udp_octets);
        store(opt.data() + opt_at::flags,
              static_cast<std::uint16_t>(question_.is_dnssec_ok ? edns_dnssec_ok : 0));
        store(opt.data() + opt_at::octets,
              static_cast<std::uint16_t>(cookie_ ? cookie_option_octets : 0));
        std::memcpy(at_, opt.data(), opt.size());
        at_ += opt.size();
        if (!cookie_) return;
        store(at_, static_cast<std::uint16_t>(EdnsOption::cookie));
        store(at_ + 2, static_cast<std::uint16_t>(cookie_octets));
        std::memcpy(at_ + option_header_octets, cookie_->given.data(), cookie_octets);
        at_ += cookie_option_octets;
    }

    std::span<const std::uint8_t> message_;
    const PlainQuestion& question_;
    std::uint8_t* begin_;
    std::uint8_t* at_;
    std::uint32_t answers_ = 0;
    std::uint32_t authorities_ = 0;
    std::optional<CookieExchange> cookie_;  // none: the client shows none
};

/// Whether the SOA that a negative answer carries is ready to be copied, and fits the smallest
/// reply.
bool can_deny(const Zone& zone, const PlainQuestion& question) noexcept {
    const NegativeAnswer& negative = zone.negative_answer();
    constexpr std::size_t most_opt_octets = opt_octets + cookie_option_octets;
    return negative.is_known() &&
           question.end + negative.octets() + most_opt_octets <= max_plain_udp_octets;
}

/// Whether an RRset that is a PTR answers the question; for ANY one RRset is enough (RFC 8482 4.1).
bool is_answered_by_ptr(const PlainQuestion& question) noexcept {
    return question.type == RrType::ptr || question.type == RrType::any;
}

}  // namespace

void prefetch_plain_answers(const Snapshot& snapshot,
                            std::span<const std::span<const std::uint8_t>> messages) noexcept {
    constexpr std::size_t most_at_once = 32;  // about as many reads as a processor has under way
    std::array<AddressSearch, most_at_once> searches;
    while (!messages.empty()) {
        const std::size_t looked_at = std::min(messages.size(), most_at_once);
        std::size_t count = 0;
        for (const auto message : messages.first(looked_at)) {
            if (message.size() < header_octets) continue;
            const auto found = read_arpa_address(message.subspan(header_octets));
            if (!found) continue;
            const Zone* const zone = snapshot.find_address_zone(found->address);
            if (zone != nullptr) searches[count++] = {zone->addresses(), found->address};
        }
        for (bool is_any_left = true; is_any_left;) {
            is_any_left = false;
            for (AddressSearch& search : std::span(searches).first(count)) {
                is_any_left = search.step() || is_any_left;
            }
        }
        messages = messages.subspan(looked_at);
    }
}

std::optional<Outcome> answer_plainly(const Snapshot& snapshot, const Request& request,
                                      const CookieSource& cookies,
                                      std::span<std::uint8_t> buffer) noexcept {
    const auto question = read_question(request.message);
    if (!question) return std::nullopt;
    const bool shows_cookie = !question->cookie.empty();
    if (shows_cookie && cookies.jar == nullptr) return std::nullopt;
    const Zone* const zone = snapshot.find_address_zone(question->address);
    if (zone == nullptr || zone->is_diverted(question->address)) return std::nullopt;
    PlainReply reply(request.message, *question, buffer);
    if (shows_cookie) {
        reply.give_cookie(exchange_cookie(cookies, question->cookie, request.client));
    }
    const auto data = zone->addresses().find(question->address);
    if (data && !data->is_lone_ptr()) return std::nullopt;
    const NamedRange* const range = data ? nullptr : zone->parts().ranges.find(question->address);
    const bool exists = data || range != nullptr;
    if (!exists && zone->wildcards().any()) return std::nullopt;
    if (exists && is_answered_by_ptr(*question)) {
        if (data) {
            reply.put_ptr(*data);
        } else if (!reply.put_ptr(*range, question->address)) {
            return std::nullopt;
        }
        return reply.finish(Rcode::no_error, zone);
    }
    if (!can_deny(*zone, *question)) return std::nullopt;
    reply.put_negative(zone->negative_answer());
    return reply.finish(exists ? Rcode::no_error : Rcode::nx_domain, zone);
}

}  // namespace arpad
