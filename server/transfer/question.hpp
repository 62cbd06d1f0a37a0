/// \file  Questions to other nameservers and resolvers, and what they reply (RFC 1035 4.1).
///
/// A conversation without sockets. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/received_zone.hpp"

namespace arpad {

/// Whether somebody is to look elsewhere for the answer.
enum class Recursion : std::uint8_t { not_wanted, wanted };

/// A query with the message id `id`.
[[nodiscard]] std::vector<std::uint8_t> make_query(std::uint16_t id, const Name& name, RrType type,
                                                   Recursion recursion);

/// What was replied.
struct QuestionReply {
    Rcode rcode = Rcode::no_error;
    bool is_truncated = false;
    std::vector<ReceivedRecord> answers;  ///< Of class IN, as far as they could be read.
};

/// What `reply` says; none if it is no reply to `query`.
[[nodiscard]] std::optional<QuestionReply> read_reply(std::span<const std::uint8_t> reply,
                                                      std::span<const std::uint8_t> query);

}  // namespace arpad
