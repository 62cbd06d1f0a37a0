#include "answer/policy.hpp"

#include "dns/edns.hpp"

namespace arpad {
namespace {

constexpr Verdict ignore() noexcept {
    return {Verdict::Kind::ignore};
}

constexpr Verdict reject(Rcode rcode, std::optional<ExtendedError> extended = {}) noexcept {
    return {Verdict::Kind::reject, rcode, extended};
}

/// RFC 7873 5.4.
bool asks_for_cookie(const Query& query) noexcept {
    return query.opcode == Opcode::query && query.edns && !query.edns->cookie.empty();
}

/// Both are about a zone, which they name by its SOA (RFC 1996 3.7, RFC 2136 3.1.1).
constexpr Verdict judge_other_opcode(Opcode opcode, const Question& question) noexcept {
    if (question.type != RrType::soa) return reject(Rcode::form_err);
    if (question.rr_class != RrClass::in) return reject(Rcode::not_auth);
    return {opcode == Opcode::notify ? Verdict::Kind::take_notice : Verdict::Kind::take_update};
}

}  // namespace

Verdict judge(const Query& query, Transport transport) noexcept {
    // Answering what is no query could be answered in turn, without end.
    if (query.defect == Defect::no_header || query.defect == Defect::is_response) return ignore();
    // The opcode gives the rest of the message its meaning, so it is judged before the rest.
    if (!has_question(query.opcode)) return reject(Rcode::not_imp);
    if (query.defect == Defect::no_question && asks_for_cookie(query)) {
        return {Verdict::Kind::give_cookie};
    }
    if (query.defect != Defect::none) return reject(Rcode::form_err);
    // RFC 6891 6.1.3.
    if (query.edns && query.edns->version > edns_version) return reject(Rcode::bad_vers);

    const Question& question = *query.question;
    if (query.opcode != Opcode::query) return judge_other_opcode(query.opcode, question);
    if (question.rr_class == RrClass::ch) return {Verdict::Kind::tell_identity};
    if (question.rr_class != RrClass::in) return reject(Rcode::refused);
    if (question.type == RrType::axfr) {
        // RFC 5936 4.2 defines none over UDP.
        if (transport == Transport::udp) return reject(Rcode::form_err);
        return {Verdict::Kind::transfer};
    }
    if (question.type == RrType::ixfr) {
        // RFC 1995 3: the serial that the client has stands in the authority section.
        return query.known_serial ? Verdict{Verdict::Kind::transfer} : reject(Rcode::form_err);
    }
    return {Verdict::Kind::look_up};
}

}  // namespace arpad
