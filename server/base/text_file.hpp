/// \file  Reading a whole file into memory.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "base/result.hpp"

namespace arpad {

/// The octets of the file at `path`, or the system's reason why they cannot be had. Waits if `path`
/// is a pipe.
[[nodiscard]] Result<std::string, std::error_code> read_text_file(
    const std::filesystem::path& path);

}  // namespace arpad
