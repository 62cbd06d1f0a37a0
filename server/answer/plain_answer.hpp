/// \file  The short way for the question that nearly all are: what an address has, by its reverse
/// name.
///
/// Such a question is turned into the address straight from the message, and the reply is put
/// together from stored pieces. Whatever is not plain about message, zone or data is left to the
/// long way (answer/responder), which gives the same reply octet for octet.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "answer/cookie_exchange.hpp"
#include "answer/request.hpp"
#include "zone/snapshot.hpp"

namespace arpad {

/// Lets the processor fetch from memory what `answer_plainly` will need for `messages`, for all of
/// them at the same time: waiting for memory is most of its work. No allocation.
void prefetch_plain_answers(const Snapshot& snapshot,
                            std::span<const std::span<const std::uint8_t>> messages) noexcept;

/// Answers `request` from `snapshot` in `buffer`, which holds at least 1232 octets, if it is plain:
/// an ordinary query for the reverse name of a whole address, with no EDNS option but a cookie, and
/// a zone that has one PTR or nothing there. None if it is anything else; `buffer` may be
/// overwritten then too. No allocation.
[[nodiscard]] std::optional<Outcome> answer_plainly(const Snapshot& snapshot,
                                                    const Request& request,
                                                    const CookieSource& cookies,
                                                    std::span<std::uint8_t> buffer) noexcept;

}  // namespace arpad
