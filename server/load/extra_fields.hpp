/// \file  `extra` of a zone file: records in master-file form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "zone/layout.hpp"
#include "zone/model.hpp"

namespace arpad {

/// The text of `extra`, and where it stands in its file.
struct ExtraText {
    std::string text;
    Place place;            ///< Of its first line, in a block; else of the value.
    bool is_block = false;  ///< Whether its lines are those of the file.
};

/// Finds `extra` in `fields`, which knows the key; `file_text` is what they were read from. None if
/// it is not written, or is no text in which each record has its line.
[[nodiscard]] std::optional<ExtraText> find_extra_text(const Fields& fields,
                                                       std::string_view file_text,
                                                       FileFindings& findings);

/// Reads the records of `extra`. Names are relative to `origin`; if there is none they have to be
/// absolute. `ttl` is that of records without one. Reports what cannot be read.
[[nodiscard]] std::vector<ExtraModel> read_extra(const ExtraText& extra,
                                                 const std::optional<Name>& origin, Ttl ttl,
                                                 FileFindings& findings);

/// What names in `extra` of network number `network` are relative to: the apex of its zone. None if
/// it has several.
[[nodiscard]] std::optional<Name> extra_origin(const Layout& layout, std::size_t network);

}  // namespace arpad
