/// \file  Asking the processor to fetch memory before it is needed.
#pragma once

namespace arpad {

/// Lets the processor fetch the cache line at `where`, and goes on meanwhile.
inline void fetch_ahead(const void* where) noexcept {
    __builtin_prefetch(where);
    // GCC 12 takes a function that only prefetches for one that does nothing, and leaves its calls
    // out.
    asm volatile("" : : "r"(where));
}

}  // namespace arpad
