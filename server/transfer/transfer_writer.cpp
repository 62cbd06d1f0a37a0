#include "transfer/transfer_writer.hpp"

#include <algorithm>

#include "dns/edns.hpp"
#include "dns/message.hpp"
#include "dns/writer.hpp"

namespace arpad {
namespace {

constexpr std::size_t fixed_record_octets = 10;  // type, class, TTL, RDLENGTH
constexpr std::uint16_t opt_payload_octets = 1232;

std::uint64_t hash_with(std::span<const std::uint8_t> label, std::uint64_t parent) noexcept {
    std::uint64_t hash = parent;
    for (const std::uint8_t octet : label) hash = (hash ^ octet) * 0x0000'0100'0000'01B3U;
    return hash;
}

/// How many octets are the same at the ends of both.
std::size_t equal_at_end(std::span<const std::uint8_t> one,
                         std::span<const std::uint8_t> other) noexcept {
    const auto [end, other_end] =
        std::ranges::mismatch(one.rbegin(), one.rend(), other.rbegin(), other.rend());
    return static_cast<std::size_t>(end - one.rbegin());
}

}  // namespace

TransferWriter::TransferWriter(std::span<std::uint8_t> buffer, std::size_t limit, std::uint16_t id,
                               std::uint16_t flags, NameView apex, RrType type) noexcept
    : buffer_(buffer), limit_(std::min(limit, buffer.size())) {
    put_u16(id);
    put_u16(flags);
    put_u16(1);
    for (int i = 0; i < 3; ++i) put_u16(0);  // counts, which `finish` knows
    put_octets(apex.wire());
    put_u16(static_cast<std::uint16_t>(type));
    put_u16(static_cast<std::uint16_t>(RrClass::in));
    last_at_[0] = apex_at;
}

void TransferWriter::put_u16(std::size_t value) noexcept {
    buffer_[position_++] = static_cast<std::uint8_t>(value >> 8U);
    buffer_[position_++] = static_cast<std::uint8_t>(value);
}

void TransferWriter::put_u32(std::uint32_t value) noexcept {
    put_u16(value >> 16U);
    put_u16(value);
}

void TransferWriter::put_octets(std::span<const std::uint8_t> octets) noexcept {
    std::ranges::copy(octets, buffer_.begin() + static_cast<std::ptrdiff_t>(position_));
    position_ += octets.size();
}

bool TransferWriter::put(const TransferRecord& record) noexcept {
    // What compression saves is not counted on, except for the apex.
    if (!has_room(record.labels.size() + 2 + fixed_record_octets + record.rdata.size() +
                  record.ending.size())) {
        return false;
    }
    put_owner(record.labels);
    put_u16(static_cast<std::uint16_t>(record.type));
    put_u16(static_cast<std::uint16_t>(RrClass::in));
    put_u32(record.ttl.seconds);
    const std::size_t length_at = position_;
    put_u16(0);
    if (record.ending.empty()) {
        put_rdata(record.type, record.rdata);
    } else {
        put_octets(record.rdata);
        put_ending(NameView::of_valid_wire(record.ending));
    }
    const std::size_t end = position_;
    position_ = length_at;
    put_u16(end - length_at - 2);
    position_ = end;
    ++answers_;
    return true;
}

/// Spells out as much as the owner before does not have at its end.
void TransferWriter::put_owner(std::span<const std::uint8_t> labels) noexcept {
    if (labels.empty()) {
        put_pointer(apex_at);
        return;
    }
    const std::size_t equal = equal_at_end(labels, std::span(last_labels_).last(last_octets_));
    std::size_t start = 0;
    while (labels.size() - start > equal || last_at_[labels.size() - start] == 0) {
        start += 1U + labels[start];
    }
    const std::size_t shared = labels.size() - start;
    const std::size_t at = position_;
    put_octets(labels.first(start));
    put_pointer(last_at_[shared]);
    std::fill(last_at_.begin() + static_cast<std::ptrdiff_t>(shared) + 1,
              last_at_.begin() + static_cast<std::ptrdiff_t>(last_octets_) + 1, std::uint16_t{0});
    for (std::size_t label = 0; label < start; label += 1U + labels[label]) {
        const std::size_t position = at + label;
        const bool can_be_pointed_at = position <= max_transfer_octets;
        last_at_[labels.size() - label] =
            can_be_pointed_at ? static_cast<std::uint16_t>(position) : std::uint16_t{0};
    }
    // What they share stands there already.
    std::ranges::copy(labels.first(start),
                      last_labels_.end() - static_cast<std::ptrdiff_t>(labels.size()));
    last_octets_ = labels.size();
}

void TransferWriter::put_rdata(RrType type, std::span<const std::uint8_t> rdata) noexcept {
    const RdataNames names = compressible_names(type);
    put_octets(rdata.first(names.octets_before));
    rdata = rdata.subspan(names.octets_before);
    for (unsigned i = 0; i < names.names; ++i) {
        std::size_t octets = 1;
        while (rdata[octets - 1] != 0) octets += 1U + rdata[octets - 1];
        put_name(NameView::of_valid_wire(rdata.first(octets)));
        rdata = rdata.subspan(octets);
    }
    put_octets(rdata);
}

void TransferWriter::put_ending(NameView ending) noexcept {
    constexpr std::size_t pointer_octets = 2;
    if (ending.octets() <= pointer_octets) {
        put_octets(ending.wire());
        return;
    }
    const std::uint8_t* const at = ending.wire().data();
    const auto number = reinterpret_cast<std::uintptr_t>(at);
    WrittenEnding& written = endings_[(number ^ number >> 6U ^ number >> 12U) & (slots - 1)];
    if (written.at == at) {
        put_pointer(written.position);
        return;
    }
    if (position_ <= max_transfer_octets) written = {at, position_};
    put_name(ending);
}

void TransferWriter::put_name(NameView name) noexcept {
    // From the right, so that each ending's hash follows from that of the one before.
    std::array<std::uint8_t, max_labels> starts;
    std::array<std::uint64_t, max_labels> hashes;
    const auto wire = name.wire();
    std::size_t labels = 0;
    for (std::size_t at = 0; wire[at] != 0; at += 1U + wire[at]) {
        starts[labels++] = static_cast<std::uint8_t>(at);
    }
    std::uint64_t hash = 0xCBF2'9CE4'8422'2325U;
    for (std::size_t i = labels; i-- > 0;) {
        hash = hash_with(wire.subspan(starts[i], 1U + wire[starts[i]]), hash);
        hashes[i] = hash;
    }
    std::size_t known = 0;  // the longest ending that stands in the message
    std::size_t target = 0;
    for (; known < labels; ++known) {
        const Written& written = slot_of(hashes[known], known == 0);
        const auto ending = NameView::of_valid_wire(wire.subspan(starts[known]));
        if (written.position != 0 && written.hash == hashes[known] &&
            stands_at(written.position, ending)) {
            target = written.position;
            break;
        }
    }
    for (std::size_t i = 0; i < known; ++i) {
        const std::size_t position = position_ + starts[i];
        if (position > max_transfer_octets) break;
        slot_of(hashes[i], i == 0) = {hashes[i], static_cast<std::uint16_t>(position)};
    }
    if (target == 0) {
        put_octets(wire);
    } else {
        put_octets(wire.first(starts[known]));
        put_pointer(target);
    }
}

TransferWriter::Written& TransferWriter::slot_of(std::uint64_t hash, bool is_whole) noexcept {
    const std::size_t slot = (hash ^ hash >> 29U) & (slots - 1);
    return written_[is_whole ? slot : slots + slot];
}

/// Whether `name`, in its own case, is what the message has at `position`.
bool TransferWriter::stands_at(std::size_t position, NameView name) const noexcept {
    const auto wire = name.wire();
    std::size_t at = 0;
    for (;;) {
        const std::uint8_t length = buffer_[position];
        if ((length & 0xC0U) == 0xC0U) {
            position = (length & 0x3FU) << 8U | buffer_[position + 1];
            continue;
        }
        if (!std::ranges::equal(wire.subspan(at, 1U + wire[at]),
                                buffer_.subspan(position, 1U + length))) {
            return false;
        }
        if (length == 0) return true;
        at += 1U + length;
        position += 1U + length;
    }
}

void TransferWriter::put_opt() noexcept {
    buffer_[position_++] = 0;
    put_u16(static_cast<std::uint16_t>(RrType::opt));
    put_u16(opt_payload_octets);
    put_u32(0);
    put_u16(0);
    ++additionals_;
}

std::size_t TransferWriter::finish() noexcept {
    constexpr std::size_t answer_count_at = 6;
    const std::size_t end = position_;
    position_ = answer_count_at;
    put_u16(answers_);
    put_u16(0);
    put_u16(additionals_);
    position_ = end;
    return end;
}

}  // namespace arpad
