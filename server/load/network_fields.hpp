/// \file  `network`, `zone` and `style` of a zone file: which zones it is about.
#pragma once

#include <optional>

#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "reverse/classless.hpp"
#include "zone/model.hpp"

namespace arpad {

/// Reads `style` out of `fields`, which knows it. None if it is not written or wrong.
[[nodiscard]] std::optional<ClasslessStyle> read_style(const Fields& fields,
                                                       FileFindings& findings);

/// Reads the three keys out of `fields`, which knows them. None if one of them cannot be read; a
/// `style` that is out of place is reported and left out.
[[nodiscard]] std::optional<NetworkKey> read_network_key(const Fields& fields,
                                                         FileFindings& findings);

}  // namespace arpad
