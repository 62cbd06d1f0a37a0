/// \file  What a zone file and `zone_defaults` have in common: TTLs, nameservers, SOA, transfers.
#pragma once

#include <array>
#include <string_view>

#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "load/zone_file.hpp"

namespace arpad {

/// The settings as one file writes them.
struct ZoneSettings {
    ZoneDefaults written;
    SerialModel serial;
    Place soa;                         ///< Of the `soa` key; 0 if not written.
    Place transfer;                    ///< Likewise.
    bool has_nameservers_key = false;  ///< Whether `nameservers` is written, right or wrong.
    bool has_contact_key = false;      ///< Likewise for `contact` in `soa`.
};

/// Reads `ttl`, `nameservers`, `nameservers_ttl`, `edit_ttl`, `soa` and `transfer` out of `fields`,
/// which knows these keys.
[[nodiscard]] ZoneSettings read_zone_settings(const Fields& fields, FileFindings& findings);

}  // namespace arpad
