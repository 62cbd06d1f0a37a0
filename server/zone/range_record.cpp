#include "zone/range_record.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/reader.hpp"

namespace arpad {
namespace {

constexpr std::uint8_t layout_version = 1;
constexpr std::uint8_t ipv4_family = 1;  // IANA, Address Family Numbers
constexpr std::uint8_t ipv6_family = 2;
constexpr unsigned octet_bits = 8;

void append_number(Rdata& rdata, Uint128 number, unsigned octets) {
    for (unsigned i = octets; i-- > 0;) {
        rdata.push_back(static_cast<std::uint8_t>(number >> (i * octet_bits)));
    }
}

Uint128 read_number(WireReader& reader, unsigned octets) {
    Uint128 number = 0;
    for (const std::uint8_t octet : reader.read_octets(octets)) {
        number = number << octet_bits | octet;
    }
    return number;
}

}  // namespace

Rdata range_rdata(const RangeSegment& segment, const NamedRange& range) {
    const AddressRange& written = range.names->range();
    const Family family = written.first.family();
    const unsigned octets = address_bits(family) / octet_bits;
    Rdata rdata{layout_version, family == Family::ipv4 ? ipv4_family : ipv6_family};
    append_number(rdata, range.ttl.seconds, sizeof(range.ttl.seconds));
    for (const Uint128 number :
         {written.first.value(), written.last.value(), segment.first, segment.last}) {
        append_number(rdata, number, octets);
    }
    const std::string_view text = range.names->text();
    rdata.insert(rdata.end(), text.begin(), text.end());
    return rdata;
}

std::optional<NamedRange> range_from_rdata(std::span<const std::uint8_t> rdata,
                                           const Prefix& base) {
    WireReader reader(rdata);
    const std::uint8_t version = reader.read_u8();
    const std::uint8_t family_number = reader.read_u8();
    const Family family = family_number == ipv4_family ? Family::ipv4 : Family::ipv6;
    const bool is_known =
        version == layout_version && (family_number == ipv4_family || family_number == ipv6_family);
    if (!reader.is_intact() || !is_known || family != base.family()) return std::nullopt;
    const Ttl ttl{reader.read_u32()};
    const unsigned octets = address_bits(family) / octet_bits;
    const auto read_address = [&] { return Address(family, read_number(reader, octets)); };
    AddressRange written;
    written.first = read_address();
    written.last = read_address();
    AddressRange run;
    run.first = read_address();
    run.last = read_address();
    if (!reader.is_intact()) return std::nullopt;
    const auto text = rdata.subspan(reader.position());
    const bool is_run = run.first <= run.last && written.first <= run.first &&
                        run.last <= written.last && base.contains(run.first) &&
                        base.contains(run.last);
    if (!is_run || ttl > max_ttl) return std::nullopt;
    auto names =
        NameTemplate::make({reinterpret_cast<const char*>(text.data()), text.size()}, written);
    if (!names) return std::nullopt;
    return NamedRange{run, std::move(*names), ttl};
}

bool are_disjoint(std::span<const NamedRange> ranges) {
    std::vector<AddressRange> sorted;
    for (const NamedRange& range : ranges) sorted.push_back(range.range);
    std::ranges::sort(sorted, {}, &AddressRange::first);
    const auto meet = [](const AddressRange& left, const AddressRange& right) {
        return right.first <= left.last;
    };
    return std::ranges::adjacent_find(sorted, meet) == sorted.end();
}

}  // namespace arpad
