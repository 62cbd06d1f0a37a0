/// \file  A reply, encoded section by section into the caller's buffer.
///
/// Allocates nothing. Sections are filled in order: answer, authority, additional. What does not
/// fit makes the reply a truncated one with empty sections (RFC 2181 9), so that a client never
/// takes part of an RRset for the whole.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "answer/request.hpp"
#include "crypto/cookie.hpp"
#include "dns/edns.hpp"
#include "dns/message.hpp"
#include "dns/types.hpp"
#include "dns/writer.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// What the OPT of a reply tells clients that ask for it.
struct EdnsAnswers {
    std::span<const std::uint8_t> nsid = {};  ///< Empty: nothing (RFC 5001).
    std::optional<Cookie> cookie = {};        ///< Of a client that has shown one (RFC 7873 5.2).
    std::optional<std::chrono::milliseconds> keepalive = {};  ///< RFC 7828; over TCP and TLS.
};

/// See above.
class Reply {
public:
    enum class Authority : std::uint8_t {
        ours,   ///< AA is set.
        other,  ///< AA is clear.
    };

    /// A reply to `query` in `buffer`, which holds at least 512 octets and, over TCP, should hold
    /// 65,535. Of `answers` it tells what was asked for. Over TLS the reply to a padded query is
    /// padded, so that its size tells less (RFC 7830 4). `reserved` octets are left for what is
    /// added behind the reply.
    Reply(const Query& query, Transport transport, const EdnsAnswers& answers,
          std::span<std::uint8_t> buffer, std::size_t reserved = 0) noexcept;

    /// Adds `rrset` of `owner` to the answer section. Both must live until `finish`.
    void put_answer(NameView owner, RrsetView rrset) noexcept;

    /// Adds `rrset` of `owner` to the authority section, with `ttl`.
    void put_authority(NameView owner, RrsetView rrset, Ttl ttl) noexcept;

    /// Whether a client can do without a record of the additional section.
    enum class Need : std::uint8_t { required, optional };

    /// Adds `rrset` of `owner` to the additional section. Where it does not fit, one that is
    /// optional is left out, and one that is required truncates the reply (RFC 9471 3.1).
    void put_additional(NameView owner, RrsetView rrset, Need need) noexcept;

    /// Adds one record of class CH at the question's name to the answer section.
    void put_chaos_text(std::span<const std::uint8_t> rdata) noexcept;

    /// Has the OPT say for how long an update is to hold (RFC 9664 4).
    void grant_lease(std::chrono::seconds lease) noexcept { lease_ = lease; }

    /// Completes the reply with header and OPT and says what it is. `text` goes with `extended`, as
    /// far as there is room for it. Replies with an rcode of
    /// FORMERR, SERVFAIL, NOTIMP, REFUSED, BADVERS and BADCOOKIE have no records but the OPT.
    [[nodiscard]] Outcome finish(Rcode rcode, Authority authority,
                                 std::optional<ExtendedError> extended = {},
                                 std::string_view text = {}) noexcept;

    /// Completes the reply as one that is truncated, whatever it would have held.
    [[nodiscard]] Outcome finish_truncated() noexcept;

    /// Octets that it has at most, without those that are reserved.
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

    /// Whether `octets` fit beside what has been put and OPT.
    [[nodiscard]] bool has_room(std::size_t octets) const noexcept;

    /// Completes the reply as `message`, at most `limit()` octets that were made elsewhere.
    [[nodiscard]] Outcome finish_as(std::span<const std::uint8_t> message) noexcept;

private:
    [[nodiscard]] std::uint16_t put_rrset(NameView owner, RrsetView rrset, Ttl ttl) noexcept;
    void put_record(NameView owner, RrType type, RrClass rr_class, Ttl ttl,
                    std::span<const std::uint8_t> rdata) noexcept;
    void put_opt(Rcode rcode, std::optional<ExtendedError> extended,
                 std::string_view text) noexcept;
    void put_extended_error(ExtendedError error, std::string_view text) noexcept;
    void begin_option(EdnsOption option, std::size_t octets) noexcept;
    void put_option(EdnsOption option, std::span<const std::uint8_t> data) noexcept;
    void put_lease() noexcept;
    void put_keepalive() noexcept;
    void put_padding() noexcept;
    void put_header(Rcode rcode, Authority authority) noexcept;
    void clear_sections() noexcept;
    [[nodiscard]] std::size_t opt_space() const noexcept;
    [[nodiscard]] Outcome complete(Rcode rcode, Authority authority,
                                   std::optional<ExtendedError> extended,
                                   std::string_view text) noexcept;

    const Query& query_;
    EdnsAnswers answers_to_edns_;  // those that are to be sent
    bool is_padded_;
    std::optional<std::chrono::seconds> lease_;
    std::span<std::uint8_t> buffer_;
    std::size_t limit_;
    MessageWriter writer_;
    MessageWriter::Mark after_question_{};
    std::uint16_t answers_ = 0;
    std::uint16_t authorities_ = 0;
    std::uint16_t additionals_ = 0;
    bool is_truncated_ = false;
};

}  // namespace arpad
