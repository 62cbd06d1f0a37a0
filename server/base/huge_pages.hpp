/// \file  Asking the system for huge pages.
///
/// Threads: any number.
#pragma once

#include <cstddef>

namespace arpad {

/// Memory of fewer octets is not worth it: its ends, which are in small pages, are a large part.
inline constexpr std::size_t least_huge_octets = std::size_t{8} << 20U;

/// What the system's huge pages are aligned to.
inline constexpr std::size_t huge_page_octets = std::size_t{2} << 20U;

/// Asks for huge pages for what lies between `data` and `data + octets` and has not been touched.
/// Where that is refused, pages are small, which is all the same but for the time.
void ask_for_huge_pages(void* data, std::size_t octets) noexcept;

}  // namespace arpad
