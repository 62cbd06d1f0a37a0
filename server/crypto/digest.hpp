/// \file  Digests of content, to tell whether it has changed.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace arpad {

/// SHA-256.
using Digest = std::array<std::uint8_t, 32>;

/// Takes octets piece by piece and makes their digest. Small pieces cost what SHA-256 costs on
/// their octets. Threads: one at a time.
class Digester {
public:
    Digester();
    ~Digester();
    Digester(Digester&&) noexcept;
    Digester& operator=(Digester&&) noexcept;
    Digester(const Digester&) = delete;
    Digester& operator=(const Digester&) = delete;

    /// Adds `octets`. Where pieces may vary in length, add the length before them.
    void add(std::span<const std::uint8_t> octets) {
        if (octets.size() > pending_.size() - pending_octets_) {
            make_room_for(octets);
            return;
        }
        std::ranges::copy(octets, pending_.data() + pending_octets_);
        pending_octets_ += octets.size();
    }

    void add_u8(std::uint8_t value) { add({&value, 1}); }

    /// Adds `value` in network order.
    void add_u32(std::uint32_t value) {
        const std::array<std::uint8_t, 4> octets{
            static_cast<std::uint8_t>(value >> 24U), static_cast<std::uint8_t>(value >> 16U),
            static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
        add(octets);
    }

    /// The digest of all that was added. Nothing may be added after it.
    [[nodiscard]] Digest finish();

private:
    struct Context;
    std::unique_ptr<Context> context_;
    std::array<std::uint8_t, 4096> pending_;  // a call into OpenSSL for each few octets is slow
    std::size_t pending_octets_ = 0;

    void make_room_for(std::span<const std::uint8_t> octets);
    void take(std::span<const std::uint8_t> octets);
};

/// The digest of `text`.
[[nodiscard]] Digest digest_of(std::string_view text);

/// The digest of `text` that only those can make who have `key` (HMAC-SHA256, RFC 2104).
[[nodiscard]] Digest keyed_digest(std::span<const std::uint8_t> key, std::string_view text);

}  // namespace arpad
