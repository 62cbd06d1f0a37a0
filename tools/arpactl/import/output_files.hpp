/// \file  Writing files so that nobody sees half of one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace arpad {

/// What to do about a file that is there already.
enum class Overwriting : std::uint8_t { refused, allowed };

/// A file to write.
struct OutputFile {
    std::filesystem::path path;
    std::string content;
};

/// Writes `content` beside `file.path`, to the disk, and only then gives it that name. Without
/// leave to overwrite it is `file_exists` if there is one, even if it came while writing.
[[nodiscard]] std::error_code write_output_file(const OutputFile& file, Overwriting overwriting);

}  // namespace arpad
