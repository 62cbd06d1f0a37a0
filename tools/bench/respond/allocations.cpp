#include "respond/allocations.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string_view>

namespace arpad::bench {
namespace {

constexpr std::size_t region_octets = std::size_t{16} << 30U;  // of addresses; used as needed

std::uint8_t* region = nullptr;
std::size_t region_used = 0;
constinit thread_local std::size_t allocations = 0;
constinit thread_local bool uses_region = false;

void* allocate_in_region(std::size_t octets, std::size_t alignment) {
    region_used = (region_used + alignment - 1) / alignment * alignment;
    void* const memory = region + region_used;
    region_used += octets;
    if (region_used > region_octets) std::abort();
    return memory;
}

void* allocate(std::size_t octets, std::size_t alignment) {
    ++allocations;
    if (uses_region) return allocate_in_region(octets, alignment);
    const std::size_t rounded = (octets + alignment - 1) / alignment * alignment;
    void* const memory = alignment <= alignof(std::max_align_t)
                             ? std::malloc(octets)
                             : std::aligned_alloc(alignment, rounded);
    if (memory == nullptr) std::abort();
    return memory;
}

void release(void* memory) noexcept {
    const auto* const place = static_cast<const std::uint8_t*>(memory);
    if (memory == nullptr || (place >= region && place < region + region_used)) return;
    std::free(memory);
}

void report_write(int) {
    constexpr std::string_view text = "a write to memory that workers share\n";
    // Nothing can be done where even this fails.
    if (write(STDERR_FILENO, text.data(), text.size()) < 0) _exit(2);
    _exit(1);
}

void set_protection(int protection) {
    const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t octets = (region_used + page - 1) / page * page;
    if (octets != 0 && mprotect(region, octets, protection) != 0) std::abort();
}

}  // namespace

std::size_t allocations_of_this_thread() noexcept {
    return allocations;
}

Region::Region() {
    if (region == nullptr) {
        void* const memory = mmap(nullptr, region_octets, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) std::abort();
        region = static_cast<std::uint8_t*>(memory);
    }
    uses_region = true;
}

Region::~Region() {
    uses_region = false;
}

void protect_region() {
    (void)std::signal(SIGSEGV, report_write);
    set_protection(PROT_READ);
}

void unprotect_region() {
    set_protection(PROT_READ | PROT_WRITE);
    (void)std::signal(SIGSEGV, SIG_DFL);
}

}  // namespace arpad::bench

// The array forms end in these.
void* operator new(std::size_t octets) {
    return arpad::bench::allocate(octets, alignof(std::max_align_t));
}
void* operator new(std::size_t octets, const std::nothrow_t&) noexcept {
    return arpad::bench::allocate(octets, alignof(std::max_align_t));
}
void* operator new(std::size_t octets, std::align_val_t alignment) {
    return arpad::bench::allocate(octets, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
    arpad::bench::release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    arpad::bench::release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    arpad::bench::release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    arpad::bench::release(memory);
}
