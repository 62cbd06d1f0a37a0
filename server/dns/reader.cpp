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

void WireReader::read_name(NameBuffer& name) noexcept {
    std::array<std::uint8_t, max_name_octets> wire;
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
        if (!at.intact_ || length > max_label_octets || octets + 1 + length > wire.size()) break;
        wire[octets++] = length;
        std::ranges::copy(label, wire.data() + octets);
        octets += length;
        if (length != 0) continue;
        if (!has_jumped) position_ = at.position_;
        name.assign(NameView::of_valid_wire({wire.data(), octets}));
        return;
    }
    intact_ = false;
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
