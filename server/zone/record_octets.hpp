/// \file  Records as they are kept on disk, one behind the other:
///
///     u8 octets of labels, labels, u16 type, u32 TTL, u16 octets of RDATA, RDATA
///
/// Numbers are in network order; owners are below an apex that is known. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dns/types.hpp"
#include "zone/transfer_record.hpp"

namespace arpad {

/// Appends the record of `labels`, which are those of its owner below the apex without a root
/// label, to `octets`.
void append_record(std::vector<std::uint8_t>& octets, std::span<const std::uint8_t> labels,
                   RrType type, Ttl ttl, std::span<const std::uint8_t> rdata);

/// The record at `position` of `octets`, which is moved to the next one; none at the end, or if
/// there is no whole one. What is in it is not looked at.
[[nodiscard]] std::optional<TransferRecord> next_record(std::span<const std::uint8_t> octets,
                                                        std::size_t& position) noexcept;

}  // namespace arpad
