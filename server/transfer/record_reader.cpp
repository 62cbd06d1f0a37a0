#include "transfer/record_reader.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "dns/writer.hpp"
#include "load/master_name.hpp"
#include "load/master_rdata.hpp"
// Behind the standard library: it defines `false`.
#include "load/ldns_pointers.hpp"

namespace arpad {
namespace {

using Octets = std::span<const std::uint8_t>;

/// A record's data in its message.
struct RdataPlace {
    std::size_t record = 0;  // where the record begins
    std::size_t begin = 0;
    std::size_t octets = 0;
};

/// RDATA of a type of RFC 1035, whose names may be compressed.
std::optional<Rdata> expand_names(RrType type, Octets message, const RdataPlace& place) {
    const auto [octets_before, names] = compressible_names(type);
    WireReader reader(message.first(place.begin + place.octets), place.begin);
    const auto before = reader.read_octets(octets_before);
    Rdata rdata(before.begin(), before.end());
    std::array<std::uint8_t, max_name_octets> name;
    for (unsigned i = 0; i < names; ++i) {
        const std::size_t octets = reader.read_name(name);
        rdata.insert(rdata.end(), name.begin(), name.begin() + static_cast<std::ptrdiff_t>(octets));
    }
    const auto behind = reader.read_octets(reader.remaining());
    if (!reader.is_intact()) return std::nullopt;
    rdata.insert(rdata.end(), behind.begin(), behind.end());
    return rdata;
}

/// RDATA as ldns reads it, which knows the other types that once were compressed (RFC 3597 4).
std::optional<Rdata> expand_by_ldns(Octets message, std::size_t record) {
    ldns_rr* made = nullptr;
    const auto status =
        ldns_wire2rr(&made, message.data(), message.size(), &record, LDNS_SECTION_ANSWER);
    const LdnsRr rr(made);
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

/// A record before its data is read.
struct RecordHead {
    Name owner;
    RrType type = RrType::any;
    RrClass rr_class = RrClass::in;
    std::uint32_t ttl = 0;
    RdataPlace place;
};

/// None if the message ends before the record does.
std::optional<RecordHead> read_head(WireReader& reader) {
    RecordHead head;
    head.place.record = reader.position();
    std::array<std::uint8_t, max_name_octets> owner;
    const std::size_t owner_octets = reader.read_name(owner);
    head.type = static_cast<RrType>(reader.read_u16());
    head.rr_class = static_cast<RrClass>(reader.read_u16());
    head.ttl = reader.read_u32();
    head.place.octets = reader.read_u16();
    head.place.begin = reader.position();
    reader.read_octets(head.place.octets);
    if (!reader.is_intact()) return std::nullopt;
    head.owner = Name(NameView::of_valid_wire(std::span(owner).first(owner_octets)));
    return head;
}

}  // namespace

std::optional<ReceivedRecord> read_record(WireReader& reader, Octets message) {
    auto head = read_head(reader);
    if (!head || head->rr_class != RrClass::in || is_meta_type(head->type)) return std::nullopt;
    auto rdata = read_rdata(head->type, message, head->place);
    if (!rdata) return std::nullopt;
    // RFC 2181 8: a TTL with the first bit set is zero.
    return ReceivedRecord{std::move(head->owner), head->type,
                          Ttl{head->ttl > max_ttl.seconds ? 0 : head->ttl}, std::move(*rdata)};
}

std::optional<UpdateRecord> read_update_record(WireReader& reader, Octets message) {
    auto head = read_head(reader);
    if (!head) return std::nullopt;
    UpdateRecord record{std::move(head->owner), head->type, head->rr_class, head->ttl, {}};
    const bool has_data = record.rr_class == RrClass::in || head->place.octets > 0;
    if (!has_data || is_meta_type(record.type)) {
        // That it should have none is judged with the rest.
        record.rdata.resize(head->place.octets);
        return record;
    }
    auto rdata = read_rdata(record.type, message, head->place);
    if (!rdata) return std::nullopt;
    record.rdata = std::move(*rdata);
    return record;
}

}  // namespace arpad
