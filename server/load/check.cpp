#include "load/check.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/counted.hpp"
#include "base/standard_error.hpp"

namespace arpad {

bool check_and_print(const Sources& sources, const ZoneDefaults& defaults,
                     Diagnostics diagnostics) {
    NoCopies no_copies;
    FirstSerials first_serials;
    Load load = load_zones(sources, defaults, no_copies, first_serials);
    diagnostics.append(std::move(load.diagnostics));
    diagnostics.sort();
    print(diagnostics);
    fmt::print("{}; {}, {}\n", summary_of(load), counted(diagnostics.error_count(), "error"),
               counted(diagnostics.warning_count(), "warning"));
    return diagnostics.error_count() == 0;
}

}  // namespace arpad
