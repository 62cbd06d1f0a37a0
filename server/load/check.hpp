/// \file  Checks zone files and says what is wrong, for `arpad --check` and `arpactl check`.
#pragma once

#include "base/diagnostics.hpp"
#include "load/loader.hpp"

namespace arpad {

/// Loads `sources` as the server would, and of its state what `beside` says. The findings of
/// reading them (`diagnostics`) are among those of the result.
[[nodiscard]] Load check_sources(const Sources& sources, const ZoneDefaults& defaults,
                                 Diagnostics diagnostics, const Beside& beside = {});

/// Prints every finding to standard error and a summary to standard output. Whether there was no
/// error.
[[nodiscard]] bool print_findings(const Load& load);

}  // namespace arpad
