#include "import/transfer_message.hpp"

#include <utility>

#include "dns/message.hpp"
#include "dns/reader.hpp"
#include "dns/writer.hpp"
#include "transfer/record_reader.hpp"

namespace arpad {
namespace {

using Octets = std::span<const std::uint8_t>;

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
            read.records.push_back({std::move(record->owner),
                                    record->ttl,
                                    record->type,
                                    std::move(record->rdata),
                                    {},
                                    {}});
        } else {
            ++read.unusable;
        }
    }
    return read;
}

}  // namespace arpad
