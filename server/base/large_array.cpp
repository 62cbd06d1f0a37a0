#include "base/large_array.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

#include "base/huge_pages.hpp"

namespace arpad {
namespace {

bool is_mapped(std::size_t octets) {
    return octets >= least_huge_octets;
}

/// Linux aligns what it maps to huge pages only if it is whole ones.
std::size_t whole_pages(std::size_t octets) {
    return (octets + huge_page_octets - 1) / huge_page_octets * huge_page_octets;
}

void* map(std::size_t octets) {
    void* const data =
        ::mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return data == MAP_FAILED ? nullptr : data;
}

void* grow_mapped(void* data, std::size_t octets, std::size_t wanted) {
    void* const grown = ::mremap(data, octets, wanted, MREMAP_MAYMOVE);
    return grown == MAP_FAILED ? nullptr : grown;
}

void release(void* data, std::size_t octets) {
    if (is_mapped(octets)) {
        ::munmap(data, octets);
    } else {
        std::free(data);
    }
}

}  // namespace

LargeMemory::~LargeMemory() {
    if (data_ != nullptr) release(data_, octets_);
}

void LargeMemory::grow(std::size_t octets) {
    if (is_mapped(octets)) octets = whole_pages(octets);
    void* grown = nullptr;
    if (!is_mapped(octets)) {
        grown = std::realloc(data_, octets);
    } else if (is_mapped(octets_)) {
        grown = grow_mapped(data_, octets_, octets);
    } else {
        grown = map(octets);
        if (grown != nullptr && data_ != nullptr) {
            std::memcpy(grown, data_, octets_);
            std::free(data_);
        }
    }
    if (grown == nullptr) throw std::bad_alloc();
    ask_for_huge_pages(grown, octets);
    data_ = grown;
    octets_ = octets;
}

}  // namespace arpad
