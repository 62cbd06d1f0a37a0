/// \file  `records` of a zone file.
#pragma once

#include <optional>

#include "load/file_findings.hpp"
#include "load/record_lines.hpp"
#include "load/yaml_document.hpp"
#include "reverse/prefix.hpp"
#include "zone/model.hpp"

namespace arpad {

/// Reads the entries of `records`, of which the plain ones are in `lines`, and reports what is
/// wrong: keys that are no address or outside `network` (if there is one), addresses that come
/// twice, values that make no sense. The models are in the order of the lines.
[[nodiscard]] RecordModels read_records(YamlNode records, const RecordLines& lines,
                                        const std::optional<Prefix>& network,
                                        FileFindings& findings);

}  // namespace arpad
