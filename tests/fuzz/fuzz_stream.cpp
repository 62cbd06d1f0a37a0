/// \file  Any octets as a TCP stream: however it is cut, the replies are the same.
///
/// The first octet gives the size of the pieces, the second how many of them come before replies
/// are taken; the rest is the stream.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "answer/responder.hpp"
#include "base/invariant.hpp"
#include "dns/message.hpp"
#include "fuzz/fuzz_zones.hpp"
#include "net/stream_session.hpp"

namespace arpad {
namespace {

using Octets = std::vector<std::uint8_t>;

/// How a stream is fed.
struct Cuts {
    std::size_t piece;              ///< Octets at once: at least one.
    std::size_t pieces_per_taking;  ///< At least one.
};

/// Takes all replies that there are.
void take_all(StreamSession& session, Octets& replies) {
    while (session.has_output()) {
        Octets sent;
        session.take_output(sent);
        replies.insert(replies.end(), sent.begin(), sent.end());
    }
}

/// All replies to `stream`.
Octets run(Responder& responder, std::span<const std::uint8_t> stream, Cuts cuts) {
    static Octets scratch(max_message_octets);
    static Telemetry telemetry(Telemetry::Detail::all);
    StreamSession session(responder, telemetry, scratch, {}, Transport::tcp);
    Octets replies;
    std::size_t pieces = 0;
    while (!stream.empty()) {
        if (!session.wants_input()) take_all(session, replies);
        ensure(session.wants_input(), "without a backlog input is welcome");
        const auto space = session.input_space();
        ensure(!space.empty(), "welcome input has space");
        const std::size_t count = std::min({cuts.piece, space.size(), stream.size()});
        std::ranges::copy(stream.first(count), space.begin());
        session.receive(count);
        stream = stream.subspan(count);
        if (++pieces % cuts.pieces_per_taking == 0) take_all(session, replies);
    }
    take_all(session, replies);
    return replies;
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    static Responder responder = make_fuzz_responder();
    if (size < 2) return 0;
    const std::span<const std::uint8_t> stream(data + 2, size - 2);
    const Cuts cuts{1U + data[0], 1U + data[1]};
    const Cuts uncut{stream.size(), 1};
    ensure(run(responder, stream, cuts) == run(responder, stream, uncut),
           "the replies do not depend on the cuts");
    return 0;
}
