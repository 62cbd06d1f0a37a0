/// \file  Files that hold secrets.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"

namespace arpad {

/// Whether anybody may read or change the file at `path`.
[[nodiscard]] bool is_open_to_all(const std::filesystem::path& path);

/// The content of the file at `path`, which the setting `named_by` names, such as "`keys_file` of
/// the server configuration". None if it cannot be read, or others than its owner and group have
/// access to it. To be wiped when it has been taken apart.
[[nodiscard]] std::optional<std::string> read_secret_file(const std::filesystem::path& path,
                                                          std::string_view named_by,
                                                          Diagnostics& diagnostics);

}  // namespace arpad
