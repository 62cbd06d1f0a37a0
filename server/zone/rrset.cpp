#include "zone/rrset.hpp"

#include <algorithm>
#include <limits>

#include "base/invariant.hpp"
#include "dns/reader.hpp"

namespace arpad {
namespace {

std::size_t stored_rdata_octets(const Rrset& rrset) noexcept {
    std::size_t octets = 0;
    for (const Rdata& rdata : rrset.rdatas) octets += stored::rdata_header_octets + rdata.size();
    return octets;
}

void append(std::vector<std::uint8_t>& octets, const void* data, std::size_t size) {
    const auto* const first = static_cast<const std::uint8_t*>(data);
    octets.insert(octets.end(), first, first + size);
}

template <class Number>
void append_number(std::vector<std::uint8_t>& octets, Number number) {
    append(octets, &number, sizeof number);
}

}  // namespace

std::vector<Rrset> to_rrsets(NodeView node) {
    std::vector<Rrset> rrsets;
    for (const RrsetView view : node) {
        Rrset& rrset = rrsets.emplace_back(Rrset{view.type(), view.ttl(), {}});
        for (const auto rdata : view) rrset.rdatas.emplace_back(rdata.begin(), rdata.end());
    }
    return rrsets;
}

std::optional<SoaNumbers> soa_numbers(std::span<const std::uint8_t> rdata) noexcept {
    if (rdata.size() < SoaNumbers::octets) return std::nullopt;
    WireReader reader(rdata, rdata.size() - SoaNumbers::octets);
    SoaNumbers numbers;
    numbers.serial = Serial{reader.read_u32()};
    numbers.refresh = reader.read_u32();
    numbers.retry = reader.read_u32();
    numbers.expire = reader.read_u32();
    numbers.minimum = Ttl{reader.read_u32()};
    return numbers;
}

std::optional<Serial> soa_serial(std::span<const std::uint8_t> rdata) noexcept {
    const auto numbers = soa_numbers(rdata);
    return numbers ? std::optional(numbers->serial) : std::nullopt;
}

void append_node(std::vector<std::uint8_t>& octets, std::span<const Rrset> rrsets) {
    append_number(octets, static_cast<std::uint16_t>(rrsets.size()));
    for (const Rrset& rrset : rrsets) {
        append_number(octets, rrset.type);
        append_number(octets, static_cast<std::uint16_t>(rrset.rdatas.size()));
        append_number(octets, rrset.ttl.seconds);
        append_number(octets, static_cast<std::uint32_t>(stored_rdata_octets(rrset)));
        for (const Rdata& rdata : rrset.rdatas) {
            append_number(octets, static_cast<std::uint16_t>(rdata.size()));
            append(octets, rdata.data(), rdata.size());
        }
    }
}

NodeId NodeStore::add(std::span<const Rrset> rrsets) {
    ensure(octets_.size() <= std::numeric_limits<std::uint32_t>::max(), "a zone fits 4 GiB");
    const auto id = static_cast<NodeId>(octets_.size());
    append_node(octets_, rrsets);
    return id;
}

RrsetView MadeRrset::finish(RrType type, Ttl ttl, std::size_t octets) noexcept {
    const std::uint16_t count = 1;
    const auto length = static_cast<std::uint16_t>(octets);
    const auto stored_octets = static_cast<std::uint32_t>(stored::rdata_header_octets + octets);
    std::uint8_t* at = octets_.data();
    const auto put = [&at](const auto& number) {
        std::memcpy(at, &number, sizeof number);
        at += sizeof number;
    };
    put(count);  // of RRsets
    put(type);
    put(count);
    put(ttl.seconds);
    put(stored_octets);
    put(length);
    return RrsetView(octets_.data() + stored::node_header_octets);
}

std::vector<std::span<const std::uint8_t>> sorted_rdatas(RrsetView rrset) {
    std::vector<std::span<const std::uint8_t>> rdatas;
    for (const auto rdata : rrset) rdatas.push_back(rdata);
    std::ranges::sort(rdatas, std::ranges::lexicographical_compare);
    return rdatas;
}

Rdata comparable_rdata(RrType type, std::span<const std::uint8_t> rdata) {
    Rdata octets(rdata.begin(), rdata.end());
    // Lengths of labels are below any letter.
    if (is_one_name(type)) std::ranges::transform(octets, octets.begin(), to_lower);
    return octets;
}

std::size_t wire_octets(const Rrset& rrset) noexcept {
    constexpr std::size_t pointer_type_class_ttl_length = 12;
    std::size_t octets = 0;
    for (const Rdata& rdata : rrset.rdatas) octets += pointer_type_class_ttl_length + rdata.size();
    return octets;
}

}  // namespace arpad
