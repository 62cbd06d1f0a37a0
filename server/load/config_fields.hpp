/// \file  What several sections of the server configuration have: endpoints and paths.
///
/// What is wrong goes to `findings`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "load/yaml_document.hpp"
#include "reverse/endpoint.hpp"

namespace arpad {

/// An address to listen on; `usual_port` is that of one without a port, as for all of these.
[[nodiscard]] std::optional<Endpoint> read_endpoint(YamlNode item, std::uint16_t usual_port,
                                                    FileFindings& findings);

/// The list `listen`, which must be there; no two entries are equal.
[[nodiscard]] std::vector<Endpoint> read_listen(const Fields& fields, std::uint16_t usual_port,
                                                FileFindings& findings);

/// The path of a `kind` that `key` says, as relative to `base`; none if it is not written.
[[nodiscard]] std::optional<std::filesystem::path> read_path(const Fields& fields,
                                                             std::string_view key,
                                                             std::string_view kind,
                                                             const std::filesystem::path& base,
                                                             FileFindings& findings);

}  // namespace arpad
