#include "zone/record_octets.hpp"

#include "dns/reader.hpp"

namespace arpad {
namespace {

constexpr std::size_t fixed_octets = 1 + 2 + 4 + 2;

void append_u16(std::vector<std::uint8_t>& octets, std::size_t number) {
    octets.push_back(static_cast<std::uint8_t>(number >> 8U));
    octets.push_back(static_cast<std::uint8_t>(number));
}

}  // namespace

void append_record(std::vector<std::uint8_t>& octets, std::span<const std::uint8_t> labels,
                   RrType type, Ttl ttl, std::span<const std::uint8_t> rdata) {
    octets.push_back(static_cast<std::uint8_t>(labels.size()));
    octets.insert(octets.end(), labels.begin(), labels.end());
    append_u16(octets, static_cast<std::uint16_t>(type));
    append_u16(octets, ttl.seconds >> 16U);
    append_u16(octets, ttl.seconds & 0xFFFFU);
    append_u16(octets, rdata.size());
    octets.insert(octets.end(), rdata.begin(), rdata.end());
}

std::optional<TransferRecord> next_record(std::span<const std::uint8_t> octets,
                                          std::size_t& position) noexcept {
    const auto rest = octets.subspan(position);
    if (rest.empty() || rest.size() < fixed_octets + rest[0]) return std::nullopt;
    const std::size_t labels = rest[0];
    WireReader reader(rest, 1 + labels);
    TransferRecord record{rest.subspan(1, labels),
                          static_cast<RrType>(reader.read_u16()),
                          Ttl{reader.read_u32()},
                          {}};
    const std::size_t rdata = reader.read_u16();
    const std::size_t start = fixed_octets + labels;
    if (rest.size() - start < rdata) return std::nullopt;
    record.rdata = rest.subspan(start, rdata);
    position += start + rdata;
    return record;
}

}  // namespace arpad
