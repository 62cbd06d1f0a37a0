/// \file  A zone file as YAML: what yaml-cpp reads of it, and the plain records that it need not
/// read.
///
/// yaml-cpp is the judge of what a file means. What load/record_lines takes out is used only if the
/// parse of the rest shows that it is what it seems; else yaml-cpp reads the whole file, and all
/// that is said about it comes from there. Never throws.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "load/record_lines.hpp"
#include "load/yaml_document.hpp"

namespace arpad {

/// Who reads a zone file. The result is the same; tests compare the two.
enum class Reading : std::uint8_t {
    fast,         ///< Plain lines of `records` without yaml-cpp.
    all_by_yaml,  ///< All by yaml-cpp.
};

/// A zone file as it was written.
struct ZoneDocument {
    YamlDocument yaml;  ///< Without the records in `lines`.
    RecordLines lines;
};

/// Reads `text`, the content of `file`, as parse_yaml() does.
[[nodiscard]] std::optional<ZoneDocument> parse_zone_file(std::string_view file,
                                                          std::string_view text, Reading reading,
                                                          std::string advice_if_empty,
                                                          Diagnostics& diagnostics);

}  // namespace arpad
