/// \file  DNS cookies (RFC 7873) in the form that all nameservers of a zone understand (RFC 9018).
///
/// A client that shows the server cookie it was given has received it: its address is no forged
/// one. Nothing is kept for each client; a cookie proves itself by a hash.
/// Allocates nothing, but when a CookieJar is made.
/// Threads: any; immutable.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "crypto/secret.hpp"
#include "dns/edns.hpp"
#include "reverse/address.hpp"

namespace arpad {

inline constexpr std::size_t server_cookie_octets = 16;  ///< Of ours (RFC 9018 4).
inline constexpr std::size_t cookie_octets = client_cookie_octets + server_cookie_octets;
inline constexpr std::size_t cookie_secret_octets = 16;

/// What a COOKIE option holds: the client's part, and ours behind it.
using Cookie = std::array<std::uint8_t, cookie_octets>;

/// Time as cookies count it (RFC 9018 4.3): seconds since 1970, modulo 2^32.
[[nodiscard]] inline std::uint32_t cookie_time(
    std::chrono::system_clock::time_point time) noexcept {
    const auto since = time.time_since_epoch();
    return static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

/// Makes server cookies, and knows them again.
class CookieJar {
public:
    /// Makes cookies with the first of `secrets`, of 16 octets each and at least one, and accepts
    /// those made with any of them.
    explicit CookieJar(std::vector<Secret> secrets);

    /// One with a secret that nobody else has.
    [[nodiscard]] static CookieJar with_random_secret();

    /// Whether `shown`, the data of a COOKIE option, has a server cookie that was made for `client`
    /// and holds at `now`, a `cookie_time`: for an hour, and if clocks differ, from five minutes
    /// before (RFC 9018 4.3).
    [[nodiscard]] bool is_valid(std::span<const std::uint8_t> shown, const Address& client,
                                std::uint32_t now) const noexcept;

    /// The cookie for `client` at `now`, which shows `shown`: a client cookie with or without a
    /// server cookie.
    [[nodiscard]] Cookie make(std::span<const std::uint8_t> shown, const Address& client,
                              std::uint32_t now) const noexcept;

private:
    std::vector<Secret> secrets_;
};

}  // namespace arpad
