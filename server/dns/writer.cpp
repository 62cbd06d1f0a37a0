#include "dns/writer.hpp"

#include <algorithm>
#include <cstring>

#include "dns/reader.hpp"

namespace arpad {
namespace {

/// Where `suffix` starts in `name` if `name` ends in it, else `name.octets()`.
std::size_t suffix_start(NameView name, NameView suffix) noexcept {
    if (name.octets() < suffix.octets()) return name.octets();
    const std::size_t start = name.octets() - suffix.octets();
    std::size_t label = 0;
    while (label < start) label += 1U + name.wire()[label];
    if (label != start) return name.octets();
    return NameView::of_valid_wire(name.wire().subspan(start)) == suffix ? start : name.octets();
}

}  // namespace

void MessageWriter::rewind(Mark mark) noexcept {
    position_ = mark.position;
    name_count_ = mark.names;
    intact_ = true;
}

void MessageWriter::put_u8(std::uint8_t value) noexcept {
    if (reserve(1)) buffer_[position_++] = value;
}

void MessageWriter::put_u16(std::uint16_t value) noexcept {
    if (!reserve(2)) return;
    buffer_[position_++] = static_cast<std::uint8_t>(value >> 8U);
    buffer_[position_++] = static_cast<std::uint8_t>(value);
}

void MessageWriter::put_u32(std::uint32_t value) noexcept {
    if (!reserve(4)) return;
    put_u16(static_cast<std::uint16_t>(value >> 16U));
    put_u16(static_cast<std::uint16_t>(value));
}

void MessageWriter::put_octets(std::span<const std::uint8_t> octets) noexcept {
    if (octets.empty() || !reserve(octets.size())) return;
    std::memcpy(buffer_.data() + position_, octets.data(), octets.size());
    position_ += octets.size();
}

void MessageWriter::patch_u16(std::size_t position, std::uint16_t value) noexcept {
    buffer_[position] = static_cast<std::uint8_t>(value >> 8U);
    buffer_[position + 1] = static_cast<std::uint8_t>(value);
}

std::optional<std::size_t> MessageWriter::find_suffix(NameView suffix) const noexcept {
    for (const WrittenName& written : std::span(names_).first(name_count_)) {
        const std::size_t start = suffix_start(written.name, suffix);
        // What is itself a pointer in `written` is spelled out in an earlier name.
        if (start < written.literal_octets) return written.position + start;
    }
    return std::nullopt;
}

void MessageWriter::remember(WrittenName written) noexcept {
    if (name_count_ < remembered_names && written.position <= max_pointer_target) {
        names_[name_count_++] = written;
    }
}

void MessageWriter::remember_name(NameView name, std::size_t position) noexcept {
    remember({name, name.octets() - 1, position});
}

void MessageWriter::put_plain_name(NameView name) noexcept {
    const std::size_t start = position_;
    put_octets(name.wire());
    if (intact_) remember_name(name, start);
}

void MessageWriter::put_name(NameView name) noexcept {
    const std::size_t start = position_;
    for (NameView rest = name; !rest.is_root(); rest = rest.parent()) {
        const auto target = find_suffix(rest);
        if (!target || *target > max_pointer_target) continue;
        const std::size_t literal = name.octets() - rest.octets();
        put_octets(name.wire().first(literal));
        put_u16(static_cast<std::uint16_t>(0xC000U | *target));
        if (intact_ && literal > 0) remember({name, literal, start});
        return;
    }
    put_plain_name(name);
}

void MessageWriter::put_rdata(RrType type, std::span<const std::uint8_t> rdata) noexcept {
    const std::size_t length_position = position_;
    put_u16(static_cast<std::uint16_t>(rdata.size()));
    const auto [octets_before, names] = compressible_names(type);
    if (names == 0) {
        put_octets(rdata);
        return;
    }
    WireReader reader(rdata);
    put_octets(reader.read_octets(octets_before));
    for (unsigned i = 0; i < names; ++i) {
        put_name(NameView::of_valid_wire(reader.read_plain_name()));
    }
    put_octets(reader.read_octets(reader.remaining()));
    if (intact_) {
        patch_u16(length_position, static_cast<std::uint16_t>(position_ - length_position - 2));
    }
}

RdataNames compressible_names(RrType type) noexcept {
    switch (type) {
        case RrType::ns:
        case RrType::cname:
        case RrType::ptr:
            return {0, 1};
        case RrType::mx:
            return {2, 1};
        case RrType::soa:
            return {0, 2};
        default:
            return {};
    }
}

}  // namespace arpad
