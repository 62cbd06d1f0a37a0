/// \file  `ranges` of a zone file.
#pragma once

#include <optional>
#include <vector>

#include "load/file_findings.hpp"
#include "load/yaml_document.hpp"
#include "reverse/prefix.hpp"
#include "zone/model.hpp"

namespace arpad {

/// Reads the entries of `ranges` that are right, in the order of NetworkModel, and reports the
/// others: keys that are neither a prefix nor FIRST-LAST or not inside `network` (if there is one),
/// ranges that come twice or cross, templates that make illegal names or one name twice.
[[nodiscard]] std::vector<RangeModel> read_ranges(YamlNode ranges,
                                                  const std::optional<Prefix>& network,
                                                  FileFindings& findings);

}  // namespace arpad
