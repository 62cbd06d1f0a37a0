/// \file  Ids of the messages that we send to other nameservers.
///
/// Threads: any.
#pragma once

#include <cstdint>
#include <random>

namespace arpad {

/// An id that nobody guesses who does not see our messages, and so cannot reply to them.
[[nodiscard]] inline std::uint16_t random_message_id() {
    thread_local std::random_device device;
    return static_cast<std::uint16_t>(device());
}

}  // namespace arpad
