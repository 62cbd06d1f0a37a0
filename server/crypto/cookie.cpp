#include "crypto/cookie.hpp"

#include <sodium/crypto_shorthash.h>
#include <sodium/utils.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/invariant.hpp"
#include "crypto/random.hpp"

namespace arpad {
namespace {

using ServerCookie = std::array<std::uint8_t, server_cookie_octets>;

constexpr std::uint8_t version = 1;
constexpr std::size_t timestamp_at = 4;  // behind version and reserved
constexpr std::size_t hash_at = 8;
constexpr std::int32_t longest_age = 3600;    // seconds
constexpr std::int32_t furthest_ahead = 300;  // likewise

static_assert(crypto_shorthash_BYTES == server_cookie_octets - hash_at);
static_assert(crypto_shorthash_KEYBYTES == cookie_secret_octets);

constexpr std::size_t octet_bits = 8;

void put_u32(std::uint8_t* to, std::uint32_t number) noexcept {
    for (std::size_t i = 0; i < sizeof number; ++i) {
        to[i] = static_cast<std::uint8_t>(number >> octet_bits * (sizeof number - 1 - i));
    }
}

std::uint32_t read_u32(const std::uint8_t* from) noexcept {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i) number = number << octet_bits | from[i];
    return number;
}

/// Completes the server `cookie` (RFC 9018 4.4) by the hash of all that stands before it.
void put_hash(ServerCookie& cookie, std::span<const std::uint8_t> client_cookie,
              const Address& client, const Secret& secret) noexcept {
    constexpr std::size_t most_address_octets = 16;
    std::array<std::uint8_t, client_cookie_octets + hash_at + most_address_octets> hashed{};
    auto* at = std::ranges::copy(client_cookie, hashed.begin()).out;
    at = std::copy_n(cookie.begin(), hash_at, at);
    const std::size_t address_octets = client.bits() / octet_bits;
    for (std::size_t i = address_octets; i-- > 0;) {
        *at++ = static_cast<std::uint8_t>(client.value() >> octet_bits * i);
    }
    crypto_shorthash(cookie.data() + hash_at, hashed.data(),
                     static_cast<std::size_t>(std::distance(hashed.begin(), at)),
                     secret.octets().data());
}

}  // namespace

CookieJar::CookieJar(std::vector<Secret> secrets) : secrets_(std::move(secrets)) {
    ensure(!secrets_.empty(), "cookies are made with a secret");
    ensure(std::ranges::all_of(
               secrets_,
               [](const Secret& secret) { return secret.octets().size() == cookie_secret_octets; }),
           "a secret for cookies has 16 octets");
}

CookieJar CookieJar::with_random_secret() {
    std::vector<std::uint8_t> secret(cookie_secret_octets);
    fill_randomly(secret);
    return CookieJar({Secret(std::move(secret))});
}

bool CookieJar::is_valid(std::span<const std::uint8_t> shown, const Address& client,
                         std::uint32_t now) const noexcept {
    if (shown.size() != cookie_octets) return false;
    const auto ours = shown.subspan(client_cookie_octets);
    if (ours.front() != version) return false;
    const std::uint32_t timestamp = read_u32(ours.data() + timestamp_at);
    // Serial arithmetic (RFC 1982): the clock may pass 2^32.
    const auto age = static_cast<std::int32_t>(now - timestamp);
    if (age > longest_age || age < -furthest_ahead) return false;
    return std::ranges::any_of(secrets_, [&](const Secret& secret) {
        ServerCookie expected;
        std::ranges::copy(ours, expected.begin());  // what is reserved may be anything
        put_hash(expected, shown.first(client_cookie_octets), client, secret);
        return sodium_memcmp(expected.data(), ours.data(), expected.size()) == 0;
    });
}

Cookie CookieJar::make(std::span<const std::uint8_t> shown, const Address& client,
                       std::uint32_t now) const noexcept {
    Cookie cookie;
    const auto client_cookie = shown.first(client_cookie_octets);
    auto* const behind = std::ranges::copy(client_cookie, cookie.begin()).out;
    ServerCookie ours{version};
    put_u32(ours.data() + timestamp_at, now);
    put_hash(ours, client_cookie, client, secrets_.front());
    std::ranges::copy(ours, behind);
    return cookie;
}

}  // namespace arpad
