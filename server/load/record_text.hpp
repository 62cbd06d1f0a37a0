/// \file  Writes entries of `records` into the text of a zone file, and leaves the rest of it as it
/// is.
///
/// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/result.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"

namespace arpad {

/// What an address is to have.
struct RecordEntry {
    Address address;
    std::vector<Name> names;  ///< At least one.
    std::optional<Ttl> ttl;   ///< None: the network's.
};

/// Why entries cannot be written.
struct UnwritableRecords {
    Place place;         ///< 0 if it is about the whole file.
    std::string reason;  ///< And what to do: one sentence.
};

/// `text`, a zone file without errors, with `entries` in place of those of the same addresses, and
/// new ones before the first of a higher address. Comments stay where they are.
[[nodiscard]] Result<std::string, UnwritableRecords> with_records(std::string_view text,
                                                                  std::vector<RecordEntry> entries);

}  // namespace arpad
