/// \file  Whole files: read into memory, and written so that nothing is lost.
#pragma once

#include <cstdint>
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

/// What to do about a file that is there already.
enum class Overwriting : std::uint8_t { refused, allowed };

/// Who may read a file, whatever the umask.
enum class Readers : std::uint8_t { owner, everybody };

/// Writes `text` beside `path`, to the disk, and only then gives it that name, so that nobody ever
/// sees half of it. The system's reason if that failed; the file is then as it was. Without leave
/// to overwrite it is `file_exists` if there is one, even if it came while writing.
[[nodiscard]] std::error_code write_text_file(const std::filesystem::path& path,
                                              std::string_view text, Overwriting overwriting,
                                              Readers readers);

}  // namespace arpad
