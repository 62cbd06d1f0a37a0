/// \file  What comes of the cookie that a client shows (RFC 7873 5.2).
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "answer/request.hpp"
#include "crypto/cookie.hpp"

namespace arpad {

/// What cookies are made and judged by.
struct CookieSource {
    const CookieJar* jar;  ///< Null: there are no cookies.
    std::chrono::system_clock::time_point (*clock)();
};

/// What a client has proved, and the cookie that it is given.
struct CookieExchange {
    Outcome::Client standing;
    Cookie given;
};

/// Judges `shown`, which `client` shows, and renews it. There are cookies. No allocation.
[[nodiscard]] inline CookieExchange exchange_cookie(const CookieSource& source,
                                                    std::span<const std::uint8_t> shown,
                                                    const Address& client) noexcept {
    const std::uint32_t now = cookie_time(source.clock());
    const bool is_valid = source.jar->is_valid(shown, client, now);
    return {is_valid ? Outcome::Client::proved : Outcome::Client::takes_cookies,
            source.jar->make(shown, client, now)};
}

}  // namespace arpad
