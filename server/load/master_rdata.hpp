/// \file  RDATA from the words of a master file to wire form.
///
/// Names, numbers, addresses and strings are read here; what is left of a type's fields is given
/// to ldns field by field, so that its limits on the length of a record's text do not count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "load/master_lexer.hpp"

namespace arpad {

inline constexpr std::size_t max_rdata_octets = 65'535;

/// Why words are no RDATA, in the words of Diagnostic.
struct RdataFlaw {
    std::size_t token = 0;  ///< Index of the word at fault; their number if one is missing.
    std::string message;
    std::string advice;
};

/// Reads the words behind a record's type: the type's own form, or `\# LENGTH HEX` (RFC 3597 5) for
/// any type. Relative names are below `origin`; without one they are flaws. The result is
/// uncompressed and valid for `type`, which is no meta type.
[[nodiscard]] Result<std::vector<std::uint8_t>, RdataFlaw> read_master_rdata(
    RrType type, std::span<const MasterToken> tokens, const std::optional<Name>& origin);

/// Whether `rdata` is what a record of `type` can hold, names uncompressed. True for any RDATA of a
/// type that is not known.
[[nodiscard]] bool is_valid_rdata(RrType type, std::span<const std::uint8_t> rdata);

}  // namespace arpad
