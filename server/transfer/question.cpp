#include "transfer/question.hpp"

#include <algorithm>
#include <array>

#include "dns/message.hpp"
#include "dns/reader.hpp"
#include "dns/writer.hpp"
#include "transfer/record_reader.hpp"

namespace arpad {

std::vector<std::uint8_t> make_query(std::uint16_t id, const Name& name, RrType type,
                                     Recursion recursion) {
    std::array<std::uint8_t, max_plain_udp_octets> buffer;
    MessageWriter message(buffer, buffer.size());
    message.put_u16(id);
    message.put_u16(recursion == Recursion::wanted ? header_flag::recursion_desired : 0);
    for (const unsigned count : {1U, 0U, 0U, 0U}) {
        message.put_u16(static_cast<std::uint16_t>(count));
    }
    message.put_name(name);
    message.put_u16(static_cast<std::uint16_t>(type));
    message.put_u16(static_cast<std::uint16_t>(RrClass::in));
    return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(message.position())};
}

std::optional<QuestionReply> read_reply(std::span<const std::uint8_t> reply,
                                        std::span<const std::uint8_t> query) {
    if (reply.size() < query.size()) return std::nullopt;
    WireReader reader(reply);
    const std::uint16_t id = reader.read_u16();
    const std::uint16_t flags = reader.read_u16();
    const unsigned questions = reader.read_u16();
    const unsigned answers = reader.read_u16();
    const auto question = query.subspan(header_octets);
    const bool is_reply =
        id == WireReader(query).read_u16() && questions == 1 &&
        (flags & header_flag::response) != 0 && opcode_of(flags) == Opcode::query &&
        std::ranges::equal(reply.subspan(header_octets, question.size()), question);
    if (!is_reply) return std::nullopt;
    constexpr unsigned rcode_mask = 0xF;
    QuestionReply read;
    read.rcode = static_cast<Rcode>(flags & rcode_mask);
    read.is_truncated = (flags & header_flag::truncated) != 0;
    WireReader records(reply, query.size());
    for (unsigned i = 0; i < answers; ++i) {
        auto record = read_record(records, reply);
        if (!record) break;
        read.answers.push_back(std::move(*record));
    }
    return read;
}

}  // namespace arpad
