/// \file  `keys`: the TSIG keys of the server configuration, or of a file of their own.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/tsig.hpp"
#include "load/fields.hpp"
#include "load/file_findings.hpp"

namespace arpad {

/// Reads a mapping of keys by name, no two equal.
[[nodiscard]] std::vector<TsigKey> read_keys(YamlNode node, FileFindings& findings);

/// Reads the file of keys at `path`, which others than its owner and group must not have access to.
[[nodiscard]] std::vector<TsigKey> read_keys_file(const std::filesystem::path& path,
                                                  Diagnostics& diagnostics);

/// The octets that the base64 `text` (RFC 4648 4) stands for; none if it is none, or of nothing.
[[nodiscard]] std::optional<Secret> secret_from_base64(std::string_view text);

/// The reverse.
[[nodiscard]] std::string to_base64(const Secret& secret);

}  // namespace arpad
