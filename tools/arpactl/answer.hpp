/// \file  The answer that a server would send, without a server.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/snapshot.hpp"

namespace arpad {

/// An answer, as tools print it. Records are lines of a master file.
struct AnswerText {
    std::string rcode;  ///< "NOERROR"
    bool is_authoritative = false;
    std::vector<std::string> answer;
    std::vector<std::string> authority;
    std::vector<std::string> additional;
};

/// The question for `name` and `type` as a message.
[[nodiscard]] std::vector<std::uint8_t> make_query(NameView name, RrType type);

/// `message`, a reply, as text. Throws if it is none.
[[nodiscard]] AnswerText read_answer(std::span<const std::uint8_t> message);

/// What a server with `snapshot` answers to the question for `name` and `type` over TCP.
[[nodiscard]] AnswerText ask(const std::shared_ptr<const Snapshot>& snapshot, NameView name,
                             RrType type);

}  // namespace arpad
