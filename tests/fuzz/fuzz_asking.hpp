/// \file  Asks a responder, and checks what holds for every reply, whatever was asked.
#pragma once

#include <cstdint>
#include <span>

#include "answer/responder.hpp"
#include "reverse/address.hpp"

namespace arpad {

/// Asks `message` from `client` over `transport`, with a buffer of no more octets than the
/// responder asks for. Stops the process if the reply is not as it has to be.
Outcome ask_and_check(Responder& responder, std::span<const std::uint8_t> message,
                      Transport transport, const Address& client = {});

}  // namespace arpad
