#include "dns/reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace arpad {

std::span<const std::uint8_t> WireReader::read_plain_name() noexcept {
    const std::size_t start = position_;
    for (;;) {
        const std::uint8_t length = read_u8();
        if (!intact_) return {};
        if (length > max_label_octets || position_ - start + length > max_name_octets) {
            intact_ = false;
            return {};
        }
        if (length == 0) return octets_.subspan(start, position_ - start);
        read_octets(length);
    }
}

std::size_t WireReader::read_name(std::span<std::uint8_t, max_name_octets> room) noexcept {
    std::size_t octets = 0;
    WireReader at = *this;
    std::size_t earliest = position_;  // where the part that is being read begins
    bool has_jumped = false;
    for (;;) {
        const std::uint8_t length = at.read_u8();
        if ((length & 0xC0U) == 0xC0U) {
            const std::size_t target = (length & 0x3FU) << 8U | at.read_u8();
            if (!std::exchange(has_jumped, true)) position_ = at.position_;
            if (!at.intact_ || target >= earliest) break;
            at.position_ = target;
            earliest = target;
            continue;
        }
        const auto label = at.read_octets(length);
        if (!at.intact_ || length > max_label_octets || octets + 1 + length > room.size()) break;
        room[octets++] = length;
        std::ranges::copy(label, room.data() + octets);
        octets += length;
        if (length != 0) continue;
        if (!has_jumped) position_ = at.position_;
        return octets;
    }
    intact_ = false;
    return 0;
}

void WireReader::read_name(NameBuffer& name) noexcept {
    std::array<std::uint8_t, max_name_octets> wire;
    const std::size_t octets = read_name(wire);
    if (octets > 0) name.assign(NameView::of_valid_wire({wire.data(), octets}));
}

void WireReader::skip_name() noexcept {
    const std::size_t start = position_;
    for (;;) {
        const std::uint8_t length = read_u8();
        if ((length & 0xC0U) == 0xC0U) {
            const std::size_t target = (length & 0x3FU) << 8U | read_u8();
            intact_ = intact_ && target < start;
            return;
        }
        if (length > max_label_octets || position_ - start + length > max_name_octets) {
            intact_ = false;
        }
        if (!intact_ || length == 0) return;
        read_octets(length);
    }
}

}  // namespace arpad
