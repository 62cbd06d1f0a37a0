#include "crypto/secret.hpp"

#include <malloc.h>
#include <openssl/crypto.h>

namespace arpad {

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
    ::mallopt(M_PERTURB, 0);
}

}  // namespace arpad
