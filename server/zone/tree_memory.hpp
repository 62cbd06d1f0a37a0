/// \file  Memory for the branches and pages of an address index.
///
/// What a single change makes stands on the heap. What is made in large numbers at once stands one
/// behind the other in chunks, which are huge pages where the system has them: filling them takes
/// fewer faults, and searches miss fewer address translations. A chunk goes back to the system when
/// nothing in it is left.
/// Threads: a TreeChunks is used by one; memory may be freed by any.
#pragma once

#include <cstddef>
#include <cstdint>

namespace arpad {

/// Where memory comes from.
enum class TreeMemory : std::uint8_t { heap, chunk };

/// Memory, and where it is from.
struct TreeSpace {
    void* data;
    TreeMemory memory;
};

/// Gives memory out of chunks.
class TreeChunks {
public:
    TreeChunks() noexcept = default;
    ~TreeChunks() { close(); }
    TreeChunks(const TreeChunks&) = delete;
    TreeChunks& operator=(const TreeChunks&) = delete;

    /// `octets` octets, aligned for numbers of 64 bits; from the heap if a chunk is too small for
    /// them. Throws std::bad_alloc.
    [[nodiscard]] TreeSpace allocate(std::size_t octets);

private:
    void open();
    void close() noexcept;

    std::byte* chunk_ = nullptr;
    std::size_t used_ = 0;
};

/// `octets` octets out of `chunks`, or from the heap if that is null.
[[nodiscard]] TreeSpace allocate_tree_space(TreeChunks* chunks, std::size_t octets);

/// Frees what was given as `space`.
void free_tree_space(TreeSpace space) noexcept;

}  // namespace arpad
