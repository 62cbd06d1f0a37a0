/// \file  Writes a message into a buffer that it does not own, with name compression.
///
/// Allocates nothing. A write that does not fit writes nothing more and makes `is_intact()` false
/// until the writer is taken back to an earlier mark.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "dns/name.hpp"
#include "dns/types.hpp"

namespace arpad {

/// See above. `limit` bounds the message; it may be lowered and raised while writing.
class MessageWriter {
public:
    /// A place to come back to.
    struct Mark {
        std::size_t position;
        std::size_t names;
    };

    /// Writes from the start of `buffer`, at most `limit` octets and at most its size.
    MessageWriter(std::span<std::uint8_t> buffer, std::size_t limit) noexcept
        : buffer_(buffer), limit_(limit < buffer.size() ? limit : buffer.size()) {}

    [[nodiscard]] bool is_intact() const noexcept { return intact_; }
    [[nodiscard]] std::size_t position() const noexcept { return position_; }
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
    void set_limit(std::size_t limit) noexcept {
        limit_ = limit < buffer_.size() ? limit : buffer_.size();
    }

    [[nodiscard]] Mark mark() const noexcept { return {position_, name_count_}; }

    /// Forgets everything written after `mark`.
    void rewind(Mark mark) noexcept;

    void put_u8(std::uint8_t value) noexcept;
    void put_u16(std::uint16_t value) noexcept;
    void put_u32(std::uint32_t value) noexcept;
    void put_octets(std::span<const std::uint8_t> octets) noexcept;

    /// Overwrites two octets already written at `position`.
    void patch_u16(std::size_t position, std::uint16_t value) noexcept;

    /// Writes `name`, its longest suffix that was written before as a pointer (RFC 1035 4.1.4).
    /// `name` must stay valid as long as the writer is used. Keeps case: a pointer is used where
    /// names differ in case only, as all servers do.
    void put_name(NameView name) noexcept;

    /// Writes `name` in full and remembers it for compression.
    void put_plain_name(NameView name) noexcept;

    /// Remembers that `name` stands uncompressed at `position`, which was written already.
    void remember_name(NameView name, std::size_t position) noexcept;

    /// Writes RDLENGTH and RDATA, names in it compressed where RFC 3597 4 allows that: in the types
    /// of RFC 1035. `rdata` is uncompressed and must be valid for `type`; it must stay valid too.
    void put_rdata(RrType type, std::span<const std::uint8_t> rdata) noexcept;

private:
    /// A name in the message, the first `literal_octets` of it spelled out at `position`.
    struct WrittenName {
        NameView name;
        std::size_t literal_octets;
        std::size_t position;
    };

    bool reserve(std::size_t count) noexcept {
        intact_ = intact_ && limit_ >= position_ && limit_ - position_ >= count;
        return intact_;
    }
    [[nodiscard]] std::optional<std::size_t> find_suffix(NameView suffix) const noexcept;
    void remember(WrittenName written) noexcept;

    static constexpr std::size_t max_pointer_target = 0x3FFF;
    static constexpr std::size_t remembered_names = 24;  // enough for what an answer holds

    std::span<std::uint8_t> buffer_;
    std::size_t limit_;
    std::size_t position_ = 0;
    bool intact_ = true;
    std::size_t name_count_ = 0;
    std::array<WrittenName, remembered_names> names_;
};

/// Where domain names stand in RDATA.
struct RdataNames {
    std::size_t octets_before = 0;  ///< Fixed octets before the first name.
    unsigned names = 0;             ///< Domain names one behind the other; the rest is opaque.
};

/// Where the compressible names of RFC 1035's types are; no names for any other type.
[[nodiscard]] RdataNames compressible_names(RrType type) noexcept;

}  // namespace arpad
