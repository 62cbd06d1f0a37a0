/// \file  A responder with zones, asked without a socket, and matchers for its replies.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "answer/responder.hpp"
#include "support/query_maker.hpp"
#include "support/reply_text.hpp"
#include "support/zone_maker.hpp"

namespace arpad {

using Zones = std::vector<std::shared_ptr<const Zone>>;

/// See above. Its buffers are no larger than the responder asks for, so that a sanitizer sees it
/// write too much.
class TestResponder {
public:
    explicit TestResponder(Zones zones, const IdentityConfig& identity = {});

    /// The reply to `message`, none if there is none. Throws if ldns cannot read it.
    [[nodiscard]] std::optional<ReplyText> send(std::span<const std::uint8_t> message,
                                                Transport transport = Transport::udp);

    /// The reply to `query`. Throws if there is none.
    [[nodiscard]] ReplyText reply_to(const QueryMaker& query, Transport transport = Transport::udp);

    /// The same for a plain query.
    [[nodiscard]] ReplyText reply_to(std::string_view name, RrType type);

    [[nodiscard]] Responder& responder() noexcept { return responder_; }

private:
    Responder responder_;
    Octets udp_reply_;
    Octets tcp_reply_;
};

/// The reply has `rcode`.
MATCHER_P(has_rcode, rcode, "") {
    *result_listener << "which is " << to_text(static_cast<Rcode>(arg.rcode));
    return arg.rcode == static_cast<unsigned>(rcode);
}

/// The reply has no record but, at most, the OPT.
MATCHER(has_no_records, "") {
    return arg.answer.empty() && arg.authority.empty() && arg.additional.empty();
}

/// The reply has the Extended DNS Error `code` (RFC 8914) and no text with it.
MATCHER_P(has_extended_error, code, "") {
    if (!arg.edns) return false;
    const auto found = arg.edns->options.find(15);
    return found != arg.edns->options.end() &&
           found->second == Octets{0, static_cast<std::uint8_t>(code)};
}

}  // namespace arpad
