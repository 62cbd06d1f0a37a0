/// \file  Records in master-file form.
#pragma once

#include <string>

#include "import/zone_records.hpp"

namespace arpad {

/// `owner` below `apex`: without its labels, `@` for the apex itself.
[[nodiscard]] std::string relative_text(NameView owner, NameView apex);

/// Type and data of `record`. What is read back from it is the same record, or it is written in the
/// generic form (RFC 3597 5).
[[nodiscard]] std::string record_text(const ZoneRecord& record);

}  // namespace arpad
