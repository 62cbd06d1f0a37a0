/// \file  The files that commands write with `-o DIR`.
#pragma once

#include <filesystem>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/text_file.hpp"

namespace arpad {

/// What to do about a file that cannot be written.
inline constexpr const char* cannot_write_advice =
    "check that the directory is there and may be written to";

/// Makes the directories of `paths`. Unless they may be overwritten, those files that are there
/// already are errors, all of them before the first is written.
void prepare_output(const std::vector<std::filesystem::path>& paths, Overwriting overwriting,
                    Diagnostics& diagnostics);

}  // namespace arpad
