#include "dns/message.hpp"

#include <algorithm>

#include "dns/edns.hpp"
#include "dns/reader.hpp"

namespace arpad {
namespace {

struct SectionCounts {
    std::uint16_t questions;
    std::uint16_t answers;
    std::uint16_t authorities;
    std::uint16_t additionals;
};

/// The lease in the `data` of an Update Lease option, alone or before that of keys; none if it has
/// neither form, which is as good as no option.
std::optional<std::uint32_t> read_lease(std::span<const std::uint8_t> data) noexcept {
    constexpr std::size_t octets = 4;
    if (data.size() != octets && data.size() != 2 * octets) return std::nullopt;
    return WireReader(data).read_u32();
}

/// A client cookie, alone or with a server cookie of 8 to 32 octets (RFC 7873 4).
bool is_cookie_size(std::size_t octets) noexcept {
    constexpr std::size_t least = client_cookie_octets + 8;
    constexpr std::size_t most = client_cookie_octets + 32;
    return octets == client_cookie_octets || (octets >= least && octets <= most);
}

/// Whether the options fill `rdata` exactly (RFC 6891 6.1.2), and a COOKIE option has a form that
/// it may have (RFC 7873 5.2.2); notes those we know in `edns`.
bool read_options(std::span<const std::uint8_t> rdata, Edns& edns) noexcept {
    WireReader reader(rdata);
    while (reader.remaining() > 0) {
        const auto code = static_cast<EdnsOption>(reader.read_u16());
        const auto data = reader.read_octets(reader.read_u16());
        if (!reader.is_intact()) break;
        if (code == EdnsOption::update_lease) edns.lease_seconds = read_lease(data);
        if (code == EdnsOption::nsid) edns.asks_nsid = true;
        if (code == EdnsOption::padding) edns.is_padded = true;
        if (code == EdnsOption::tcp_keepalive) edns.asks_keepalive = true;
        // RFC 7873 5.2: of several the first counts.
        if (code == EdnsOption::cookie && edns.cookie.empty()) {
            if (!is_cookie_size(data.size())) return false;
            edns.cookie = data;
        }
    }
    return reader.is_intact();
}

std::optional<Question> read_question(WireReader& reader,
                                      std::span<const std::uint8_t> message) noexcept {
    const std::size_t start = reader.position();
    const auto name = reader.read_plain_name();
    const auto type = static_cast<RrType>(reader.read_u16());
    const auto rr_class = static_cast<RrClass>(reader.read_u16());
    if (!reader.is_intact()) return std::nullopt;
    return Question{NameView::of_valid_wire(name), type, rr_class,
                    message.subspan(start, reader.position() - start)};
}

/// A record, as far as the reader of a query needs it.
struct Record {
    bool is_at_root;
    RrType type;
    std::uint16_t rr_class;
    std::uint32_t ttl;
    std::span<const std::uint8_t> rdata;
};

Record read_record(WireReader& reader) noexcept {
    const std::size_t start = reader.position();
    reader.skip_name();
    const bool is_at_root = reader.position() - start == 1;
    const auto type = static_cast<RrType>(reader.read_u16());
    const std::uint16_t rr_class = reader.read_u16();
    const std::uint32_t ttl = reader.read_u32();
    return {is_at_root, type, rr_class, ttl, reader.read_octets(reader.read_u16())};
}

/// Takes the OPT record `opt` over into `query`.
Defect read_opt(const Record& opt, Query& query) noexcept {
    // RFC 6891 6.1.1: a second OPT is a FORMERR; 6.1.2: the owner of an OPT must be the root.
    if (query.edns || !opt.is_at_root) return Defect::bad_edns;
    Edns edns;
    edns.payload_octets =
        std::max<std::uint16_t>(opt.rr_class, static_cast<std::uint16_t>(max_plain_udp_octets));
    edns.version = static_cast<std::uint8_t>(opt.ttl >> 16U);
    edns.dnssec_ok = (opt.ttl & edns_dnssec_ok) != 0;
    // The options of a version we do not know may have another form: BADVERS is the answer to it.
    const bool options_fit = edns.version != edns_version || read_options(opt.rdata, edns);
    query.edns = edns;
    return options_fit ? Defect::none : Defect::bad_edns;
}

/// Takes the serial of the SOA record that an IXFR has (RFC 1995 3).
void note_known_serial(const Record& record, Query& query) noexcept {
    constexpr std::size_t numbers_octets = 20;
    const bool is_ixfr = query.question && query.question->type == RrType::ixfr;
    if (!is_ixfr || record.type != RrType::soa || record.rdata.size() < numbers_octets) return;
    WireReader numbers(record.rdata, record.rdata.size() - numbers_octets);
    query.known_serial = Serial{numbers.read_u32()};
}

/// Passes over the records of the answer and authority sections, and takes OPT and TSIG from the
/// additional section. Each record takes at least 11 octets, so the message's size bounds the work.
Defect read_records(WireReader& reader, const SectionCounts& counts, Query& query) noexcept {
    const std::uint32_t before_additionals = std::uint32_t{counts.answers} + counts.authorities;
    const std::uint32_t all = before_additionals + counts.additionals;
    for (std::uint32_t i = 0; i < all; ++i) {
        WireReader start = reader;
        const Record record = read_record(reader);
        if (!reader.is_intact()) return Defect::bad_record;
        if (record.type == RrType::tsig) {
            // RFC 8945 5.1: it is the last record of the additional section.
            if (i < before_additionals || i + 1 < all) return Defect::bad_tsig;
            query.tsig = read_tsig_record(start);
            if (!query.tsig) return Defect::bad_tsig;
            continue;
        }
        if (i < before_additionals) note_known_serial(record, query);
        if (record.type != RrType::opt) continue;
        // RFC 6891 6.1.1: an OPT belongs into the additional section.
        if (i < before_additionals) return Defect::bad_edns;
        if (const Defect defect = read_opt(record, query); defect != Defect::none) return defect;
    }
    return reader.remaining() == 0 ? Defect::none : Defect::trailing_octets;
}

Defect read_query(WireReader& reader, std::span<const std::uint8_t> message,
                  const SectionCounts& counts, Query& query) noexcept {
    if (counts.questions > 1) return Defect::question_count;
    if (counts.questions == 0) {
        const Defect defect = read_records(reader, counts, query);
        return defect == Defect::none ? Defect::no_question : defect;
    }
    query.question = read_question(reader, message);
    if (!query.question) return Defect::bad_question;
    return read_records(reader, counts, query);
}

/// RFC 6891 6.1.1 asks for an OPT in every reply to a message with one. All opcodes so far share
/// the layout of the sections; a message that does not is taken to have none.
void read_edns_of_other_opcode(WireReader& reader, const SectionCounts& counts,
                               Query& query) noexcept {
    for (std::uint32_t i = 0; i < counts.questions && reader.is_intact(); ++i) {
        reader.skip_name();
        reader.read_u32();
    }
    if (read_records(reader, counts, query) != Defect::none) query.edns.reset();
}

}  // namespace

Query decode_query(std::span<const std::uint8_t> message) noexcept {
    WireReader reader(message);
    Query query;
    query.id = reader.read_u16();
    const std::uint16_t flags = reader.read_u16();
    const std::uint16_t questions = reader.read_u16();
    const std::uint16_t answers = reader.read_u16();
    const std::uint16_t authorities = reader.read_u16();
    const SectionCounts counts{questions, answers, authorities, reader.read_u16()};
    if (!reader.is_intact()) {
        query.defect = Defect::no_header;
        return query;
    }
    query.opcode = opcode_of(flags);
    query.recursion_desired = (flags & header_flag::recursion_desired) != 0;
    if ((flags & header_flag::response) != 0) {
        query.defect = Defect::is_response;
    } else if (has_question(query.opcode)) {
        query.defect = read_query(reader, message, counts, query);
    } else {
        read_edns_of_other_opcode(reader, counts, query);
    }
    return query;
}

}  // namespace arpad
