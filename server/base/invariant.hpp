/// \file  Assertions that are on in every build.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace arpad {

/// Stops the program if `holds` is false: the fault is ours, and going on would serve wrong data.
/// `what` names the broken invariant.
constexpr void ensure(bool holds, const char* what,
                      std::source_location where = std::source_location::current()) {
    if (holds) [[likely]]
        return;
    (void)std::fprintf(stderr, "%s:%u: broken invariant: %s\n", where.file_name(),
                       static_cast<unsigned>(where.line()), what);
    std::abort();
}

}  // namespace arpad
