#include "base/huge_pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace arpad {

void ask_for_huge_pages(void* data, std::size_t octets) noexcept {
    if (octets < least_huge_octets) return;
    // madvise wants whole pages.
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t before = (page - reinterpret_cast<std::uintptr_t>(data) % page) % page;
    const std::size_t whole = (octets - before) / page * page;
    (void)::madvise(static_cast<std::uint8_t*>(data) + before, whole, MADV_HUGEPAGE);
}

}  // namespace arpad
