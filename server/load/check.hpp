/// \file  Checks zone files and says what is wrong, for `arpad --check` and `arpactl check`.
#pragma once

#include "base/diagnostics.hpp"
#include "load/loader.hpp"

namespace arpad {

/// Loads `sources` as the server would, without its state, and prints every finding, those of
/// reading them (`diagnostics`) included, to standard error and a summary to standard output.
/// Whether there was no error.
[[nodiscard]] bool check_and_print(const Sources& sources, const ZoneDefaults& defaults,
                                   Diagnostics diagnostics);

}  // namespace arpad
