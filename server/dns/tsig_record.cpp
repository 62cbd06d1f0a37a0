#include "dns/tsig_record.hpp"

namespace arpad {

std::optional<TsigRecord> read_tsig_record(WireReader& reader) noexcept {
    TsigRecord record;
    record.start = reader.position();
    reader.read_name(record.key);
    const auto type = static_cast<RrType>(reader.read_u16());
    const auto rr_class = static_cast<RrClass>(reader.read_u16());
    const std::uint32_t ttl = reader.read_u32();
    WireReader rdata(reader.read_octets(reader.read_u16()));
    if (!reader.is_intact() || type != RrType::tsig || rr_class != RrClass::any || ttl != 0) {
        return std::nullopt;
    }
    const auto algorithm = rdata.read_plain_name();
    record.time = std::uint64_t{rdata.read_u16()} << 32U;
    record.time |= rdata.read_u32();
    record.fudge = rdata.read_u16();
    record.mac = rdata.read_octets(rdata.read_u16());
    record.original_id = rdata.read_u16();
    record.error = static_cast<TsigError>(rdata.read_u16());
    record.other = rdata.read_octets(rdata.read_u16());
    if (!rdata.is_intact() || rdata.remaining() != 0) return std::nullopt;
    record.algorithm = NameView::of_valid_wire(algorithm);
    return record;
}

}  // namespace arpad
