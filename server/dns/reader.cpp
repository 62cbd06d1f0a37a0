#include "dns/reader.hpp"

#include "dns/name.hpp"

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
