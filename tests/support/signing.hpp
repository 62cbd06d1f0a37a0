/// \file  Signs messages (RFC 8945) for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace arpad {

/// Adds the TSIG record of `side`, a TsigRequester or a TsigReplier, that signs at `time`.
template <class Side>
void sign(Side& side, std::vector<std::uint8_t>& message, std::uint64_t time) {
    const std::size_t octets = message.size();
    message.resize(octets + side.added_octets());
    message.resize(side.sign(message, octets, time));
}

}  // namespace arpad
