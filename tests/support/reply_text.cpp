#include "support/reply_text.hpp"

#include <ldns/ldns.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "dns/reader.hpp"

namespace arpad {
namespace {

/// One record or question in presentation form, its fields apart by one space each.
std::string to_text(const ldns_rr* rr) {
    const std::unique_ptr<char, decltype(&std::free)> raw(ldns_rr2str(rr), &std::free);
    std::string text;
    if (!raw) return text;  // ldns can read it, and cannot write it
    for (const char letter : std::string_view(raw.get())) {
        const bool is_space = letter == ' ' || letter == '\t' || letter == '\n';
        if (!is_space) {
            text += letter;
        } else if (!text.empty() && text.back() != ' ') {
            text += ' ';
        }
    }
    if (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

std::vector<std::string> to_texts(const ldns_rr_list* records) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(records); ++i) {
        texts.push_back(to_text(ldns_rr_list_rr(records, i)));
    }
    return texts;
}

std::map<std::uint16_t, Octets> read_options(const ldns_rdf* options) {
    std::map<std::uint16_t, Octets> read;
    if (options == nullptr) return read;
    WireReader reader({ldns_rdf_data(options), ldns_rdf_size(options)});
    while (reader.remaining() > 0) {
        const std::uint16_t code = reader.read_u16();
        const auto content = reader.read_octets(reader.read_u16());
        read.emplace(code, Octets(content.begin(), content.end()));
    }
    return read;
}

EdnsText edns_of(const ldns_pkt* packet) {
    return {ldns_pkt_edns_udp_size(packet), ldns_pkt_edns_version(packet), ldns_pkt_edns_z(packet),
            read_options(ldns_pkt_edns_data(packet))};
}

}  // namespace

std::optional<ReplyText> read_reply(std::span<const std::uint8_t> message) {
    ldns_pkt* parsed = nullptr;
    if (ldns_wire2pkt(&parsed, message.data(), message.size()) != LDNS_STATUS_OK) {
        return std::nullopt;
    }
    const std::unique_ptr<ldns_pkt, decltype(&ldns_pkt_free)> packet(parsed, &ldns_pkt_free);
    ReplyText reply;
    reply.octets.assign(message.begin(), message.end());
    reply.id = ldns_pkt_id(parsed);
    reply.opcode = static_cast<unsigned>(ldns_pkt_get_opcode(parsed));
    reply.qr = ldns_pkt_qr(parsed);
    reply.aa = ldns_pkt_aa(parsed);
    reply.tc = ldns_pkt_tc(parsed);
    reply.rd = ldns_pkt_rd(parsed);
    reply.ra = ldns_pkt_ra(parsed);
    reply.ad = ldns_pkt_ad(parsed);
    reply.cd = ldns_pkt_cd(parsed);
    reply.z = (message[3] & 0x40U) != 0;
    reply.rcode = static_cast<unsigned>(ldns_pkt_get_rcode(parsed));
    reply.question = to_texts(ldns_pkt_question(parsed));
    reply.answer = to_texts(ldns_pkt_answer(parsed));
    reply.authority = to_texts(ldns_pkt_authority(parsed));
    reply.additional = to_texts(ldns_pkt_additional(parsed));
    if (ldns_pkt_edns(parsed)) {
        reply.edns = edns_of(parsed);
        reply.rcode |= static_cast<unsigned>(ldns_pkt_edns_extended_rcode(parsed)) << 4U;
    }
    return reply;
}

}  // namespace arpad
