#include "load/check.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/counted.hpp"
#include "base/standard_error.hpp"

namespace arpad {

Load check_sources(const Sources& sources, const ZoneDefaults& defaults, Diagnostics diagnostics,
                   const Beside& beside) {
    NoCopies no_copies;
    FirstSerials first_serials;
    Load load = load_zones(sources, defaults, no_copies, first_serials, beside);
    diagnostics.append(std::move(load.diagnostics));
    diagnostics.sort();
    load.diagnostics = std::move(diagnostics);
    return load;
}

bool print_findings(const Load& load) {
    const Diagnostics& diagnostics = load.diagnostics;
    print(diagnostics);
    fmt::print("{}; {}, {}\n", summary_of(load), counted(diagnostics.error_count(), "error"),
               counted(diagnostics.warning_count(), "warning"));
    return diagnostics.error_count() == 0;
}

}  // namespace arpad
