#include "crypto/secret.hpp"

#include <malloc.h>
#include <openssl/crypto.h>

#include <array>
#include <cstddef>
#include <cstdlib>

namespace arpad {
namespace {

/// Overwrites the small pieces of freed memory that glibc keeps at hand for the calling thread:
/// those it does not overwrite itself. It has up to seven of each size (tcache, malloc(3)).
void wipe_pieces_at_hand() noexcept {
    constexpr std::size_t smallest = 24;
    constexpr std::size_t largest = 1032;
    constexpr std::size_t step = 16;
    constexpr std::size_t of_each_size = 7;
    std::array<void*, ((largest - smallest) / step + 1) * of_each_size> pieces{};
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        pieces[i] = std::malloc(smallest + i / of_each_size * step);
        if (pieces[i] != nullptr) OPENSSL_cleanse(pieces[i], ::malloc_usable_size(pieces[i]));
    }
    for (void* const piece : pieces) std::free(piece);
}

}  // namespace

Secret::~Secret() {
    OPENSSL_cleanse(octets_.data(), octets_.size());
}

Secret& Secret::operator=(Secret other) noexcept {
    std::swap(octets_, other.octets_);
    return *this;
}

void wipe(std::string& text) noexcept {
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

WipingOfFreedMemory::WipingOfFreedMemory() noexcept {
    constexpr int pattern = 0x55;  // not 0, which is off
    ::mallopt(M_PERTURB, pattern);
}

WipingOfFreedMemory::~WipingOfFreedMemory() {
    wipe_pieces_at_hand();
    ::mallopt(M_PERTURB, 0);
}

}  // namespace arpad
