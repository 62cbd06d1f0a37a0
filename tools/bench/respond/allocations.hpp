/// \file  What the program allocates: its operator new counts.
#pragma once

#include <cstddef>

namespace arpad::bench {

/// Allocations of the calling thread so far.
[[nodiscard]] std::size_t allocations_of_this_thread() noexcept;

/// Takes all memory of the calling thread from a region of its own as long as it lives. What is
/// freed there is not used again. One at a time; the region stays for good.
class Region {
public:
    Region();
    ~Region();
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;
};

/// Makes all that was taken from the region read-only, or writable again. A write to it while it is
/// read-only ends the program with a message.
void protect_region();
void unprotect_region();

}  // namespace arpad::bench
