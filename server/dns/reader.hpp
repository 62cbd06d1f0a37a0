/// \file  Reads wire format in network order, never past the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dns/name.hpp"

namespace arpad {

/// A place in a borrowed message that moves forward. A read past the end yields zero and makes
/// `is_intact()` false for good, so a caller may read a whole structure and ask once.
class WireReader {
public:
    constexpr explicit WireReader(std::span<const std::uint8_t> octets,
                                  std::size_t position = 0) noexcept
        : octets_(octets), position_(position), intact_(position <= octets.size()) {}

    /// False once anything was missing or malformed.
    [[nodiscard]] constexpr bool is_intact() const noexcept { return intact_; }
    [[nodiscard]] constexpr std::size_t position() const noexcept { return position_; }
    [[nodiscard]] constexpr std::size_t remaining() const noexcept {
        return intact_ ? octets_.size() - position_ : 0;
    }

    constexpr std::uint8_t read_u8() noexcept {
        if (!has(1)) return 0;
        return octets_[position_++];
    }

    constexpr std::uint16_t read_u16() noexcept {
        if (!has(2)) return 0;
        const auto value =
            static_cast<std::uint16_t>(octets_[position_] << 8U | octets_[position_ + 1]);
        position_ += 2;
        return value;
    }

    constexpr std::uint32_t read_u32() noexcept {
        const std::uint32_t high = read_u16();
        return high << 16U | read_u16();
    }

    /// The next `count` octets; empty if there are fewer.
    constexpr std::span<const std::uint8_t> read_octets(std::size_t count) noexcept {
        if (!has(count)) return {};
        const auto octets = octets_.subspan(position_, count);
        position_ += count;
        return octets;
    }

    /// The next name, which must be uncompressed; its octets, or empty if it is malformed.
    std::span<const std::uint8_t> read_plain_name() noexcept;

    /// Writes the next name to `room` as it was sent, following compression pointers (RFC 1035
    /// 4.1.4), and says how many octets it has; 0 if it is malformed. Each pointer must lead to
    /// what stands before all that was read of the name so far, so that no loop can arise.
    std::size_t read_name(std::span<std::uint8_t, max_name_octets> room) noexcept;

    /// The same, into `name` and in lower case.
    void read_name(NameBuffer& name) noexcept;

    /// Passes over a name that may end in a compression pointer (RFC 1035 4.1.4). The pointer must
    /// lead to what stands before the name; it is not followed, so no loop can arise.
    void skip_name() noexcept;

private:
    constexpr bool has(std::size_t count) noexcept {
        intact_ = intact_ && octets_.size() - position_ >= count;
        return intact_;
    }

    std::span<const std::uint8_t> octets_;
    std::size_t position_;
    bool intact_;
};

}  // namespace arpad
