#include "answer.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>

// Behind the standard library: it defines `false`.
#include <ldns/ldns.h>

#include "answer/responder.hpp"

namespace arpad {
namespace {

std::vector<std::string> lines_of(const ldns_rr_list* records) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(records); ++i) {
        char* text = ldns_rr2str(ldns_rr_list_rr(records, i));
        std::string line(text);
        LDNS_FREE(text);
        line.erase(std::ranges::find(line, '\n'), line.end());
        std::ranges::replace(line, '\t', ' ');
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace

std::vector<std::uint8_t> make_query(NameView name, RrType type) {
    std::vector<std::uint8_t> query(header_octets);
    query[5] = 1;  // one question
    const auto put = [&query](unsigned number) {
        query.push_back(static_cast<std::uint8_t>(number >> 8U));
        query.push_back(static_cast<std::uint8_t>(number));
    };
    query.insert(query.end(), name.wire().begin(), name.wire().end());
    put(static_cast<unsigned>(type));
    put(static_cast<unsigned>(RrClass::in));
    return query;
}

AnswerText read_answer(std::span<const std::uint8_t> message) {
    ldns_pkt* packet = nullptr;
    if (ldns_wire2pkt(&packet, message.data(), message.size()) != LDNS_STATUS_OK) {
        throw std::runtime_error("ldns cannot read the answer: please report this");
    }
    const std::unique_ptr<ldns_pkt, void (*)(ldns_pkt*)> owner(packet, ldns_pkt_free);
    const auto rcode = static_cast<Rcode>(ldns_pkt_get_rcode(packet));
    return {std::string(to_text(rcode)), ldns_pkt_aa(packet), lines_of(ldns_pkt_answer(packet)),
            lines_of(ldns_pkt_authority(packet)), lines_of(ldns_pkt_additional(packet))};
}

AnswerText ask(const std::shared_ptr<const Snapshot>& snapshot, NameView name, RrType type) {
    Responder responder(snapshot, std::make_shared<const Identity>(IdentityConfig()));
    const std::vector<std::uint8_t> query = make_query(name, type);
    std::vector<std::uint8_t> reply(max_message_octets);
    const Outcome outcome = responder.respond({query, Transport::tcp}, reply);
    return read_answer(std::span(reply).first(outcome.octets));
}

}  // namespace arpad
