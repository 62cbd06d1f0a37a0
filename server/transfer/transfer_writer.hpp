/// \file  One message of a transfer, filled record by record (RFC 5936 2.2).
///
/// Owners are compressed against the zone's name and the owner before, which reverse names share
/// most with; names in RDATA against endings that stand in the message already, which are known by
/// their place in the zone's memory where many names share them, and by their hash otherwise.
/// Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/transfer_record.hpp"

namespace arpad {

/// Octets that a message of a transfer has at most: no pointer leads further (RFC 1035 4.1.4), so
/// that a longer one is not compressed as well.
inline constexpr std::size_t max_transfer_octets = 0x3FFF;

/// See above. Borrows its buffer.
class TransferWriter {
public:
    /// A reply to a question for the zone `apex` of `type` in the first `limit` octets of `buffer`,
    /// which are at most 65,535. `flags` are those of its header.
    TransferWriter(std::span<std::uint8_t> buffer, std::size_t limit, std::uint16_t id,
                   std::uint16_t flags, NameView apex, RrType type) noexcept;

    /// Adds `record` to the answer. False if there is no room for it: nothing is added then, and
    /// nothing may be any more. Endings of RDATA must stay where they are until the message is
    /// complete.
    [[nodiscard]] bool put(const TransferRecord& record) noexcept;

    /// Adds an OPT record to the additional section. There has to be room for it.
    void put_opt() noexcept;

    /// Whether it has no record yet.
    [[nodiscard]] bool is_empty() const noexcept { return answers_ == 0; }

    /// Completes the header and says how many octets the message has.
    [[nodiscard]] std::size_t finish() noexcept;

private:
    /// An ending in the zone's memory, and where it stands in the message.
    struct WrittenEnding {
        const std::uint8_t* at = nullptr;
        std::size_t position = 0;
    };

    /// A name that stands in the message from `position` on.
    struct Written {
        std::uint64_t hash = 0;
        std::uint16_t position = 0;  // 0: none
    };

    [[nodiscard]] bool has_room(std::size_t octets) const noexcept {
        return limit_ - position_ >= octets;
    }
    void put_u16(std::size_t value) noexcept;
    void put_u32(std::uint32_t value) noexcept;
    void put_octets(std::span<const std::uint8_t> octets) noexcept;
    void put_pointer(std::size_t position) noexcept { put_u16(0xC000U | position); }
    void put_owner(std::span<const std::uint8_t> labels) noexcept;
    void put_rdata(RrType type, std::span<const std::uint8_t> rdata) noexcept;
    void put_ending(NameView ending) noexcept;
    void put_name(NameView name) noexcept;
    [[nodiscard]] bool stands_at(std::size_t position, NameView name) const noexcept;
    [[nodiscard]] Written& slot_of(std::uint64_t hash, bool is_whole) noexcept;

    static constexpr std::size_t apex_at = 12;
    static constexpr std::size_t slots = 64;  // a power of two

    std::span<std::uint8_t> buffer_;
    std::size_t limit_;
    std::size_t position_ = 0;
    std::uint16_t answers_ = 0;
    std::uint16_t additionals_ = 0;

    // The owner before: its labels below the apex, at the end of their room, and where the message
    // has the last so many octets of them; 0 where no label begins.
    std::array<std::uint8_t, max_name_octets> last_labels_{};
    std::size_t last_octets_ = 0;
    std::array<std::uint16_t, max_name_octets + 1> last_at_{};

    // Names in RDATA, whole ones apart: they would drive out endings, which come again more often.
    std::array<Written, 2 * slots> written_{};
    std::array<WrittenEnding, slots> endings_{};
};

}  // namespace arpad
