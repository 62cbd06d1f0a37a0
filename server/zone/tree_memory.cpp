#include "zone/tree_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <new>

#include "base/huge_pages.hpp"

namespace arpad {
namespace {

constexpr std::size_t chunk_octets = huge_page_octets;
constexpr std::size_t alignment = alignof(std::uint64_t);

/// At the beginning of a chunk, which is aligned to its size.
struct ChunkHeader {
    std::atomic<std::uint32_t> holders{1};  // pieces given out, and the writer
};

ChunkHeader* header_of(void* data) noexcept {
    const auto place = reinterpret_cast<std::uintptr_t>(data);
    return reinterpret_cast<ChunkHeader*>(place & ~(chunk_octets - 1));
}

void let_go(ChunkHeader* chunk) noexcept {
    if (chunk->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) munmap(chunk, chunk_octets);
}

/// New memory of one chunk, aligned to its size.
std::byte* map_chunk() {
    // Of twice the memory, which costs nothing before it is touched, the aligned half is kept.
    void* const twice =
        mmap(nullptr, 2 * chunk_octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (twice == MAP_FAILED) throw std::bad_alloc();
    auto* const begin = static_cast<std::byte*>(twice);
    const std::size_t before =
        chunk_octets - reinterpret_cast<std::uintptr_t>(begin) % chunk_octets;
    std::byte* const chunk = begin + before % chunk_octets;
    if (chunk != begin) munmap(begin, static_cast<std::size_t>(chunk - begin));
    std::byte* const end = begin + 2 * chunk_octets;
    munmap(chunk + chunk_octets, static_cast<std::size_t>(end - chunk) - chunk_octets);
    (void)madvise(chunk, chunk_octets, MADV_HUGEPAGE);  // small pages do as well, if slower
    return chunk;
}

}  // namespace

void TreeChunks::open() {
    std::byte* const chunk = map_chunk();
    new (chunk) ChunkHeader;
    chunk_ = chunk;
    used_ = sizeof(std::uint64_t);
    static_assert(sizeof(ChunkHeader) <= sizeof(std::uint64_t));
}

/// Lets go of the chunk, and of what was not used of it.
void TreeChunks::close() noexcept {
    if (chunk_ == nullptr) return;
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t kept = (used_ + page - 1) / page * page;
    if (kept < chunk_octets) madvise(chunk_ + kept, chunk_octets - kept, MADV_DONTNEED);
    let_go(header_of(chunk_));
    chunk_ = nullptr;
}

TreeSpace TreeChunks::allocate(std::size_t octets) {
    const std::size_t rounded = (octets + alignment - 1) / alignment * alignment;
    constexpr std::size_t room = chunk_octets - sizeof(std::uint64_t);
    if (rounded > room) return {::operator new(octets), TreeMemory::heap};
    if (chunk_ == nullptr || chunk_octets - used_ < rounded) {
        close();
        open();
    }
    std::byte* const data = chunk_ + used_;
    used_ += rounded;
    header_of(chunk_)->holders.fetch_add(1, std::memory_order_relaxed);
    return {data, TreeMemory::chunk};
}

TreeSpace allocate_tree_space(TreeChunks* chunks, std::size_t octets) {
    if (chunks != nullptr) return chunks->allocate(octets);
    return {::operator new(octets), TreeMemory::heap};
}

void free_tree_space(TreeSpace space) noexcept {
    if (space.memory == TreeMemory::chunk) {
        let_go(header_of(space.data));
    } else {
        ::operator delete(space.data);
    }
}

}  // namespace arpad
