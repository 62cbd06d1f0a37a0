/// \file  `records` of a zone file.
#pragma once

#include <optional>
#include <vector>

#include "load/file_findings.hpp"
#include "load/yaml_document.hpp"
#include "reverse/prefix.hpp"
#include "zone/model.hpp"

namespace arpad {

/// Reads the entries of `records` that are right and reports the others: keys that are no address
/// or outside `network` (if there is one), addresses that come twice, values that make no sense.
[[nodiscard]] std::vector<RecordModel> read_records(YamlNode records,
                                                    const std::optional<Prefix>& network,
                                                    FileFindings& findings);

}  // namespace arpad
