/// \file  Any octets as a message to the responder, over UDP and over TCP.

#include <cstddef>
#include <cstdint>

#include "dns/message.hpp"
#include "fuzz/fuzz_asking.hpp"
#include "fuzz/fuzz_zones.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    static Responder responder = make_fuzz_responder();
    if (size > max_message_octets) return 0;
    ask_and_check(responder, {data, size}, Transport::udp);
    ask_and_check(responder, {data, size}, Transport::tcp);
    return 0;
}
