/// \file  Whole files: read into memory, and replaced so that nothing is lost.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "base/result.hpp"

namespace arpad {

/// The octets of the file at `path`, or the system's reason why they cannot be had. Waits if `path`
/// is a pipe.
[[nodiscard]] Result<std::string, std::error_code> read_text_file(
    const std::filesystem::path& path);

/// Puts `text` into the file at `path`, whether or not it exists: written beside it, made durable,
/// then renamed, so that the file is never half written. The system's reason if that failed; the
/// file is then as it was.
[[nodiscard]] std::error_code replace_text_file(const std::filesystem::path& path,
                                                std::string_view text);

}  // namespace arpad
