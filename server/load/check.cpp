#include "load/check.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "base/counted.hpp"

namespace arpad {

bool check_and_print(const Sources& sources, const ZoneDefaults& defaults,
                     Diagnostics diagnostics) {
    NoCopies no_copies;
    FirstSerials first_serials;
    Load load = load_zones(sources, defaults, no_copies, first_serials);
    diagnostics.append(std::move(load.diagnostics));
    diagnostics.sort();
    std::fputs(diagnostics.to_text().c_str(), stderr);  // never throws, whoever listens
    fmt::print("{}; {}, {}\n", summary_of(load), counted(diagnostics.error_count(), "error"),
               counted(diagnostics.warning_count(), "warning"));
    return diagnostics.error_count() == 0;
}

}  // namespace arpad
