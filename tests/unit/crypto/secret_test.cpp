#include "crypto/secret.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/descriptor.hpp"

namespace arpad {
namespace {

#ifdef __has_feature
constexpr bool has_heap_of_its_own =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool has_heap_of_its_own = false;
#endif

constexpr char letter = 'S';

/// What stands at `address`, which may have been freed: the system is asked.
std::string octets_at(std::uintptr_t address, std::size_t octets) {
    const Descriptor memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
    std::string found(octets, '\0');
    const ssize_t count =
        ::pread(memory.number(), found.data(), octets, static_cast<off_t>(address));
    EXPECT_EQ(count, static_cast<ssize_t>(octets));
    return found;
}

TEST(WipingOfFreedMemory, LeavesNothingOfPiecesOfAnySize) {
    if (has_heap_of_its_own) GTEST_SKIP() << "sanitizers have heaps of their own";
    struct Piece {
        void* memory;
        std::size_t octets;
    };
    std::vector<Piece> pieces;
    std::vector<std::uintptr_t> addresses;
    for (std::size_t octets = 32; octets <= 4096; octets += 48) {
        for (int i = 0; i < 10; ++i) pieces.push_back({std::malloc(octets), octets});
    }
    for (const Piece& piece : pieces) {
        std::fill_n(static_cast<char*>(piece.memory), piece.octets, letter);
        addresses.push_back(reinterpret_cast<std::uintptr_t>(piece.memory));
    }
    // Stays, so that the heap does not shrink, and all of it can be looked at.
    void* const last = std::malloc(4096);
    {
        const WipingOfFreedMemory wiping;
        for (const Piece& piece : pieces) std::free(piece.memory);
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const std::string found = octets_at(addresses[i], pieces[i].octets);
        EXPECT_EQ(found.find(std::string(8, letter)), std::string::npos)
            << "piece " << i << " of " << pieces[i].octets << " octets";
    }
    std::free(last);
}

TEST(Wipe, LeavesATextEmpty) {
    std::string text(100, letter);
    const auto address = reinterpret_cast<std::uintptr_t>(text.data());
    wipe(text);
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(octets_at(address, 100), std::string(100, '\0'));
}

}  // namespace
}  // namespace arpad
