/// \file  The records of a message of a zone transfer (RFC 5936).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dns/name.hpp"
#include "load/master_file.hpp"

namespace arpad {

/// What a message holds.
struct TransferMessage {
    std::vector<MasterRecord> records;  ///< Their `file` is empty.
    std::size_t unusable = 0;  ///< How many records were passed over, as they cannot be in a zone.
    std::string refusal;       ///< Why there are none; empty if the server did not refuse.
};

/// Id of the query; the transport keeps replies apart, so any will do.
inline constexpr std::uint16_t transfer_id = 0x6172;

/// The query for all of `zone`, without the length in front of it.
[[nodiscard]] std::vector<std::uint8_t> transfer_query(NameView zone);

/// Reads a reply to that query. None if it is none.
[[nodiscard]] std::optional<TransferMessage> read_transfer_message(
    std::span<const std::uint8_t> message);

}  // namespace arpad
