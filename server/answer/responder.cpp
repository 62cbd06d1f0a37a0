#include "answer/responder.hpp"

#include <utility>

#include "answer/lookup.hpp"
#include "answer/policy.hpp"
#include "dns/message.hpp"

namespace arpad {
namespace {

using Authority = Reply::Authority;

/// CNAMEs followed inside our zones. RFC 2317 chains have one link per nesting; more than this is
/// a loop or a mistake, and the client gets the links so far.
constexpr unsigned max_links = 8;

NameView target_of(RrsetView alias) noexcept {
    return NameView::of_valid_wire(*alias.begin());
}

/// Puts what was found at `name` in `zone` into the sections it belongs to. `owner` is `name` as
/// the reply spells it; all of them live until the reply is finished.
Rcode put(Reply& reply, const Lookup& found, const Zone& zone, NameView owner,
          const NameBuffer& name) noexcept {
    switch (found.kind) {
        case Lookup::Kind::answer:
        case Lookup::Kind::alias:
            reply.put_answer(owner, *found.rrset);
            return Rcode::no_error;
        case Lookup::Kind::referral:
            reply.put_authority(name.suffix(found.owner_labels), *found.rrset, found.rrset->ttl());
            return Rcode::no_error;
        case Lookup::Kind::no_data:
        case Lookup::Kind::empty_non_terminal:
            reply.put_authority(zone.apex(), zone.soa(), zone.negative_ttl());
            return Rcode::no_error;
        case Lookup::Kind::name_absent:
            reply.put_authority(zone.apex(), zone.soa(), zone.negative_ttl());
            return Rcode::nx_domain;
    }
    return Rcode::serv_fail;
}

}  // namespace

Responder::Responder(std::shared_ptr<const Snapshot> snapshot,
                     std::shared_ptr<const Identity> identity)
    : snapshot_(std::move(snapshot)), identity_(std::move(identity)) {}

std::shared_ptr<const Snapshot> Responder::adopt(std::shared_ptr<const Snapshot> snapshot) {
    return std::exchange(snapshot_, std::move(snapshot));
}

Outcome Responder::respond(const Request& request, std::span<std::uint8_t> buffer) noexcept {
    const Outcome outcome = decide(request, buffer);
    counters_.add(outcome);
    return outcome;
}

Outcome Responder::decide(const Request& request, std::span<std::uint8_t> buffer) noexcept {
    const Query query = decode_query(request.message);
    const Verdict verdict = judge(query);
    if (verdict.kind == Verdict::Kind::ignore) return {};
    Reply reply(query, request.transport, identity_->nsid(), buffer);
    switch (verdict.kind) {
        case Verdict::Kind::tell_identity:
            return tell_identity(*query.question, reply);
        case Verdict::Kind::look_up:
            return answer_from_zones(*query.question, reply);
        default:
            return reply.finish(verdict.rcode, Authority::other, verdict.extended);
    }
}

Outcome Responder::tell_identity(const Question& question, Reply& reply) const noexcept {
    const bool asks_text = question.type == RrType::txt || question.type == RrType::any;
    const auto text = asks_text ? identity_->find(question.name) : std::nullopt;
    if (!text) return reply.finish(Rcode::refused, Authority::other);
    reply.put_chaos_text(*text);
    return reply.finish(Rcode::no_error, Authority::ours);
}

Outcome Responder::answer_from_zones(const Question& question, Reply& reply) const noexcept {
    NameBuffer name;
    name.assign(question.name);
    const Zone* const first = snapshot_->find_zone(name, question.type);
    if (first == nullptr) {
        return reply.finish(Rcode::refused, Authority::other, ExtendedError::not_authoritative);
    }
    Rcode rcode = Rcode::no_error;
    Authority authority = Authority::ours;
    NameView owner = question.name;
    const Zone* zone = first;
    for (unsigned links = 0; zone != nullptr; ++links) {
        if (!zone->is_available()) {
            rcode = Rcode::serv_fail;
            break;
        }
        const Lookup found = look_up(*zone, name, question.type);
        // AA speaks of the first owner name in the answer section (RFC 1035 4.1.1), the rcode of
        // the last name in the chain (RFC 6604 3).
        if (links == 0 && found.kind == Lookup::Kind::referral) authority = Authority::other;
        rcode = put(reply, found, *zone, owner, name);
        if (found.kind != Lookup::Kind::alias || links == max_links) break;
        owner = target_of(*found.rrset);
        name.assign(owner);
        zone = snapshot_->find_zone(name, question.type);
    }
    Outcome outcome = rcode == Rcode::serv_fail
                          ? reply.finish(rcode, Authority::other, ExtendedError::not_ready)
                          : reply.finish(rcode, authority);
    outcome.zone = first;
    return outcome;
}

}  // namespace arpad
