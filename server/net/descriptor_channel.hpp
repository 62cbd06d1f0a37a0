/// \file  Messages between two processes of one machine, with open files (unix(7), SCM_RIGHTS).
///
/// Threads: one at a time. Calls wait, but not for long.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace arpad {

/// One end of a socket of the type SOCK_SEQPACKET.
class DescriptorChannel {
public:
    /// A message; each of its descriptors is open.
    struct Message {
        std::string text;
        std::vector<Descriptor> descriptors;
    };

    /// Both ends of a new one.
    [[nodiscard]] static Result<std::pair<DescriptorChannel, Descriptor>, std::error_code> make();

    /// The end that another process has given us.
    explicit DescriptorChannel(Descriptor socket);

    /// Sends one message. Descriptors stay open here.
    [[nodiscard]] std::error_code send(std::string_view text,
                                       std::span<const Descriptor> descriptors = {});

    /// The next message. None if the other end is closed, if nothing comes for ten seconds, or if
    /// what comes has more than 256 octets or 8 descriptors.
    [[nodiscard]] std::optional<Message> receive();

    /// The socket: readable when there is a message, or when the other end is closed.
    [[nodiscard]] int number() const noexcept { return socket_.number(); }

private:
    Descriptor socket_;
};

}  // namespace arpad
