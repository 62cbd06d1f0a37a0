#include "crypto/random.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <string_view>
#include <vector>

#include "base/invariant.hpp"

namespace arpad {

void fill_randomly(std::span<std::uint8_t> octets) {
    ensure(RAND_priv_bytes(octets.data(), static_cast<int>(octets.size())) == 1,
           "the system has random octets");
}

std::string random_text(std::size_t octets) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::vector<std::uint8_t> random(octets);
    fill_randomly(random);
    std::string text;
    unsigned bits = 0;
    unsigned pending = 0;
    for (const std::uint8_t octet : random) {
        pending = pending << 8U | octet;
        for (bits += 8; bits >= 6; bits -= 6) text += alphabet[pending >> (bits - 6) & 0x3fU];
        pending &= (1U << bits) - 1U;
    }
    if (bits > 0) text += alphabet[pending << (6 - bits) & 0x3fU];
    OPENSSL_cleanse(random.data(), random.size());
    return text;
}

}  // namespace arpad
