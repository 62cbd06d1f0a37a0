/// \file  Any octets as a reply of another nameserver: only what replies to the question is taken.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/invariant.hpp"
#include "dns/message.hpp"
#include "transfer/question.hpp"

namespace arpad {
namespace {

const std::vector<std::uint8_t>& query() {
    static const auto octets = make_query(0x1234, *Name::from_text("1.2.0.192.in-addr.arpa"),
                                          RrType::ptr, Recursion::wanted);
    return octets;
}

void check(std::span<const std::uint8_t> reply) {
    const auto read = read_reply(reply, query());
    if (!read) return;
    ensure(reply.size() >= query().size(), "it has a header and a question");
    ensure(reply[0] == 0x12 && reply[1] == 0x34, "the id is that of the query");
    ensure((reply[2] & 0x80U) != 0, "it is a response");
    ensure(read->is_truncated == ((reply[2] & 0x02U) != 0), "it says that it is truncated");
    ensure(static_cast<unsigned>(read->rcode) == (reply[3] & 0x0FU), "it has the header's rcode");
    const std::size_t records = std::size_t{reply[6]} << 8U | reply[7];
    ensure(read->answers.size() <= records, "it has no more records");
    const auto question = std::span(query()).subspan(header_octets);
    ensure(std::ranges::equal(reply.subspan(header_octets, question.size()), question),
           "it repeats the question");
    for (const ReceivedRecord& record : read->answers) {
        ensure(Name::from_wire(record.owner.view().wire()).has_value(), "owners are names");
        if (!is_one_name(record.type)) continue;
        ensure(Name::from_wire(record.rdata).has_value(), "what is to be a name is one");
    }
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    arpad::check({data, size});
    return 0;
}
