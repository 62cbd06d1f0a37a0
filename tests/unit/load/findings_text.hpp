/// \file  Findings as an operator reads them, to be compared with what a test expects.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostics.hpp"

namespace arpad {

/// Each finding as it is printed, in the order reported.
[[nodiscard]] inline std::vector<std::string> texts_of(const Diagnostics& diagnostics) {
    std::vector<std::string> texts;
    for (const Diagnostic& entry : diagnostics.entries()) texts.push_back(entry.to_text());
    return texts;
}

}  // namespace arpad
