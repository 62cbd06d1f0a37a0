/// \file  The records of a message from another nameserver (RFC 5936, RFC 1995).
///
/// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "dns/name.hpp"
#include "dns/reader.hpp"
#include "dns/types.hpp"
#include "zone/received_zone.hpp"
#include "zone/update.hpp"

namespace arpad {

/// Reads the record of `message` at `reader`, which passes over it; none if it cannot be in a zone:
/// a malformed one, of another class than IN, of a meta type, or with RDATA that its type cannot
/// have.
[[nodiscard]] std::optional<ReceivedRecord> read_record(WireReader& reader,
                                                        std::span<const std::uint8_t> message);

/// The same of a record in an update (RFC 2136 2.4, 2.5), whose class and type may be those that
/// say what is asked for, and which has no data then; none if it is malformed.
[[nodiscard]] std::optional<UpdateRecord> read_update_record(WireReader& reader,
                                                             std::span<const std::uint8_t> message);

}  // namespace arpad
