#include "crypto/keyed_hash.hpp"

#include <sodium/crypto_shorthash.h>

#include <bit>

#include "crypto/random.hpp"

namespace arpad {

static_assert(crypto_shorthash_BYTES == sizeof(std::uint64_t));

KeyedHash::KeyedHash() {
    static_assert(std::tuple_size_v<decltype(key_)> == crypto_shorthash_KEYBYTES);
    fill_randomly(key_);
}

std::uint64_t KeyedHash::operator()(std::uint64_t value) const noexcept {
    const auto octets = std::bit_cast<std::array<std::uint8_t, sizeof value>>(value);
    std::array<std::uint8_t, crypto_shorthash_BYTES> hash;
    crypto_shorthash(hash.data(), octets.data(), octets.size(), key_.data());
    return std::bit_cast<std::uint64_t>(hash);
}

}  // namespace arpad
