#include "import/transfer_message.hpp"

#include <algorithm>
#include <memory>
#include <utility>

// Behind the standard library: it defines `false`.
#include <ldns/ldns.h>

#include "dns/reader.hpp"
#include "dns/writer.hpp"
#include "load/master_name.hpp"
#include "load/master_rdata.hpp"

namespace arpad {
namespace {

using Octets = std::span<const std::uint8_t>;

constexpr std::size_t header_octets = 12;

struct RrDeleter {
    void operator()(ldns_rr* rr) const noexcept { ldns_rr_free(rr); }
};

/// The name at `position` of `message`, its pointers followed; none if it is malformed. Each
/// pointer leads further to the front, so there is no loop.
std::optional<Name> read_name(Octets message, std::size_t position) {
    std::vector<std::uint8_t> wire;
    std::size_t least = position;  // where the part that is being read began
    while (position < message.size() && wire.size() < max_name_octets) {
        const std::uint8_t length = message[position];
        if ((length & 0xC0U) == 0xC0U) {
            if (position + 1 >= message.size()) return std::nullopt;
            const std::size_t target = (length & 0x3FU) << 8U | message[position + 1];
            if (target >= least) return std::nullopt;
            position = least = target;
            continue;
        }
        const std::size_t octets = std::size_t{1} + length;
        if (length > max_label_octets || position + octets > message.size()) return std::nullopt;
        const auto label = message.subspan(position, octets);
        wire.insert(wire.end(), label.begin(), label.end());
        position += octets;
        if (length > 0) continue;
        auto name = Name::from_wire(wire);
        if (!name) return std::nullopt;
        return std::move(*name);
    }
    return std::nullopt;
}

/// A record's data in its message.
struct RdataPlace {
    std::size_t record = 0;  ///< Where the record begins.
    std::size_t begin = 0;
    std::size_t octets = 0;
};

/// RDATA of a type of RFC 1035, whose names may be compressed.
std::optional<Rdata> expand_names(RrType type, Octets message, const RdataPlace& place) {
    const auto [octets_before, names] = compressible_names(type);
    WireReader reader(message.first(place.begin + place.octets), place.begin);
    const auto before = reader.read_octets(octets_before);
    Rdata rdata(before.begin(), before.end());
    for (unsigned i = 0; i < names; ++i) {
        const auto name = read_name(message, reader.position());
        reader.skip_name();
        if (!name || !reader.is_intact()) return std::nullopt;
        const auto wire = name->view().wire();
        rdata.insert(rdata.end(), wire.begin(), wire.end());
    }
    const auto behind = reader.read_octets(reader.remaining());
    rdata.insert(rdata.end(), behind.begin(), behind.end());
    return rdata;
}

/// RDATA as ldns reads it, which knows the other types that once were compressed (RFC 3597 4).
std::optional<Rdata> expand_by_ldns(Octets message, std::size_t record) {
    ldns_rr* made = nullptr;
    const auto status =
        ldns_wire2rr(&made, message.data(), message.size(), &record, LDNS_SECTION_ANSWER);
    const std::unique_ptr<ldns_rr, RrDeleter> rr(made);
    if (status != LDNS_STATUS_OK || !rr) return std::nullopt;
    Rdata rdata;
    for (std::size_t i = 0; i < ldns_rr_rd_count(rr.get()); ++i) {
        const ldns_rdf* const rdf = ldns_rr_rdf(rr.get(), i);
        rdata.insert(rdata.end(), ldns_rdf_data(rdf), ldns_rdf_data(rdf) + ldns_rdf_size(rdf));
    }
    return rdata;
}

std::optional<Rdata> read_rdata(RrType type, Octets message, const RdataPlace& place) {
    const auto octets = message.subspan(place.begin, place.octets);
    auto rdata = std::optional<Rdata>(std::in_place, octets.begin(), octets.end());
    if (compressible_names(type).names > 0) {
        rdata = expand_names(type, message, place);
    } else if (!is_valid_rdata(type, *rdata)) {
        rdata = expand_by_ldns(message, place.record);
    }
    if (!rdata || !is_valid_rdata(type, *rdata)) return std::nullopt;
    return rdata;
}

/// Reads the record at `reader`, which passes over it; none if it cannot be in a zone.
std::optional<MasterRecord> read_record(WireReader& reader, Octets message) {
    MasterRecord record;
    const std::size_t begin = reader.position();
    auto owner = read_name(message, begin);
    reader.skip_name();
    record.type = static_cast<RrType>(reader.read_u16());
    const auto rr_class = static_cast<RrClass>(reader.read_u16());
    // RFC 2181 8: a TTL with the first bit set is zero.
    const std::uint32_t ttl = reader.read_u32();
    record.ttl = Ttl{ttl > max_ttl.seconds ? 0 : ttl};
    const std::size_t octets = reader.read_u16();
    const std::size_t rdata_at = reader.position();
    reader.read_octets(octets);
    if (!reader.is_intact() || !owner || rr_class != RrClass::in || is_meta_type(record.type)) {
        return std::nullopt;
    }
    auto rdata = read_rdata(record.type, message, {begin, rdata_at, octets});
    if (!rdata) return std::nullopt;
    record.owner = std::move(*owner);
    record.rdata = std::move(*rdata);
    return record;
}

}  // namespace

std::vector<std::uint8_t> transfer_query(NameView zone) {
    std::vector<std::uint8_t> query(header_octets + zone.octets() + 4);
    MessageWriter writer(query, query.size());
    writer.put_u16(transfer_id);
    writer.put_u16(0);
    writer.put_u16(1);
    writer.put_u16(0);
    writer.put_u32(0);
    writer.put_octets(zone.wire());
    writer.put_u16(static_cast<std::uint16_t>(RrType::axfr));
    writer.put_u16(static_cast<std::uint16_t>(RrClass::in));
    return query;
}

std::optional<TransferMessage> read_transfer_message(Octets message) {
    WireReader reader(message);
    const std::uint16_t id = reader.read_u16();
    const std::uint16_t flags = reader.read_u16();
    const unsigned questions = reader.read_u16();
    const unsigned answers = reader.read_u16();
    reader.read_u32();
    constexpr unsigned is_response = 0x8000;
    constexpr unsigned rcode_bits = 0xF;
    if (!reader.is_intact() || id != transfer_id || (flags & is_response) == 0) return std::nullopt;
    TransferMessage read;
    if ((flags & rcode_bits) != 0) {
        read.refusal = to_text(static_cast<Rcode>(flags & rcode_bits));
        return read;
    }
    for (unsigned i = 0; i < questions; ++i) {
        reader.skip_name();
        reader.read_u32();
    }
    for (unsigned i = 0; i < answers; ++i) {
        auto record = read_record(reader, message);
        if (!reader.is_intact()) return std::nullopt;
        if (record) {
            read.records.push_back(std::move(*record));
        } else {
            ++read.unusable;
        }
    }
    return read;
}

}  // namespace arpad
