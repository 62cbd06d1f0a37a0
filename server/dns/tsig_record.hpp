/// \file  The TSIG record of a message, as it stands in it (RFC 8945 4.2). What it is worth is
/// decided by crypto/tsig.
///
/// Allocates nothing. What is read borrows the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "dns/name.hpp"
#include "dns/reader.hpp"
#include "dns/types.hpp"

namespace arpad {

/// The error field of a TSIG record (RFC 8945 3).
enum class TsigError : std::uint16_t {
    none = 0,
    bad_sig = 16,
    bad_key = 17,
    bad_time = 18,
    bad_trunc = 22,
};

/// See above.
struct TsigRecord {
    std::size_t start = 0;    ///< Where it begins; what is signed stands before it.
    NameBuffer key;           ///< Its name.
    NameView algorithm;       ///< As sent.
    std::uint64_t time = 0;   ///< Seconds since 1970, 48 bits.
    std::uint16_t fudge = 0;  ///< Seconds by which the clocks may differ.
    std::span<const std::uint8_t> mac;
    std::uint16_t original_id = 0;
    TsigError error = TsigError::none;
    std::span<const std::uint8_t> other;
};

/// Reads the TSIG record that begins where `reader` stands in its message; none if there is no
/// well-formed one. The reader then stands behind it.
[[nodiscard]] std::optional<TsigRecord> read_tsig_record(WireReader& reader) noexcept;

}  // namespace arpad
