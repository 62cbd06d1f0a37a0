#include "answer/responder.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "answer/lookup.hpp"
#include "answer/plain_answer.hpp"
#include "answer/policy.hpp"
#include "answer/referral.hpp"
#include "dns/message.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

using Authority = Reply::Authority;

/// CNAMEs followed inside our zones, made by DNAMEs or not. RFC 2317 chains have one link per
/// nesting; more than this is a loop or a mistake, and the client gets the links so far.
constexpr unsigned max_links = 8;

NameView target_of(RrsetView alias) noexcept {
    return NameView::of_valid_wire(*alias.begin());
}

/// The CNAME that the DNAME `found` makes of `owner` (RFC 6672 2.2), in `space`; none if its target
/// gets longer than 255 octets.
std::optional<RrsetView> make_alias(const Lookup& found, NameView owner,
                                    MadeRrset& space) noexcept {
    const NameView target = target_of(*found.rrset);
    const auto kept =
        owner.wire().first(owner.octets() - owner.suffix(found.owner_labels).octets());
    const auto room = space.name_space();
    const std::size_t octets = kept.size() + target.octets();
    if (octets > room.size()) return std::nullopt;
    std::ranges::copy(kept, room.begin());
    std::ranges::copy(target.wire(), room.begin() + static_cast<std::ptrdiff_t>(kept.size()));
    return space.finish(RrType::cname, found.rrset->ttl(), octets);
}

/// Who sends `request`, which is signed by `tsig` if at all.
Requester requester_of(const Request& request, const std::optional<TsigReplier>& tsig) noexcept {
    const TsigKey* const signer = tsig ? tsig->signer() : nullptr;
    return {request.client, signer == nullptr ? std::nullopt : std::optional(signer->name.view()),
            request.transport == Transport::tls};
}

/// Whether `requester` may ask `zone` for `type`. Those who take it over TLS only may still look by
/// UDP whether there is a new version (RFC 9103 5).
bool may_ask(const Zone& zone, Requester requester, RrType type) noexcept {
    if (type == RrType::soa) requester.is_encrypted = true;
    return !zone.transfer().restricts_queries || zone.transfer().view_of(requester);
}

/// Whether transfers can show `zone` as `view`. What is made here has been checked; of what arpad
/// has sent we know only runs of ranges, and too many names may come of these.
bool can_be_shown(const Zone& zone, TransferView view) noexcept {
    const bool is_checked = view == TransferView::arpad || !zone.transfer().is_secondary();
    return is_checked || are_ranges_transferable(zone);
}

/// RFC 8914 4.15, 4.25.
Outcome deny_service(const Zone& zone, Reply& reply) noexcept {
    const bool is_expired = zone.unavailability() == Unavailability::expired;
    return reply.finish(Rcode::serv_fail, Authority::other,
                        is_expired ? ExtendedError::invalid_data : ExtendedError::not_ready);
}

/// RFC 1995 2, 4: nothing is newer, or the client is to come back over TCP.
Outcome tell_version(const Zone& zone, Reply& reply) noexcept {
    reply.put_answer(zone.apex(), zone.soa());
    return reply.finish(Rcode::no_error, Authority::ours);
}

/// What has changed, if that fits into the datagram.
Outcome tell_differences(const Zone& zone, TransferView view, const Query& query, Reply& reply) {
    OutgoingTransfer transfer(zone.shared_from_this(), view, query, std::nullopt);
    if (!transfer.is_incremental()) return tell_version(zone, reply);
    std::array<std::uint8_t, max_udp_octets> message;
    const std::size_t octets =
        transfer.write_at_once(message, std::min(reply.limit(), message.size()));
    return octets == 0 ? tell_version(zone, reply)
                       : reply.finish_as(std::span(message).first(octets));
}

}  // namespace

/// Who sends a request, and what its reply tells beside what was asked.
struct Responder::Client {
    Outcome::Client standing = Outcome::Client::unproved;
    EdnsAnswers answers;
};

/// An answer while its chain of CNAMEs is followed.
class Responder::Chain {
public:
    /// `name` is that of the question in lower case; it is the chain's from here on.
    Chain(const Snapshot& snapshot, NameBuffer& name, const Question& question,
          const Requester& requester, Reply& reply) noexcept
        : snapshot_(snapshot),
          requester_(requester),
          type_(question.type),
          reply_(reply),
          owner_(question.name),
          name_(name) {}

    /// Follows the chain from `zone` on, which the question lies in.
    void follow(const Zone* zone) noexcept {
        for (unsigned link = 0; zone != nullptr; ++link) {
            if (!zone->is_available()) {
                rcode_ = Rcode::serv_fail;
                unavailable_ = zone;
                return;
            }
            const Lookup found = look_up(*zone, name_, type_, spaces_[link]);
            // AA speaks of the first owner name in the answer section (RFC 1035 4.1.1), the rcode
            // of the last name in the chain (RFC 6604 3).
            if (link == 0 && found.kind == Lookup::Kind::referral) authority_ = Authority::other;
            owners_[link] = owner_;
            const auto alias = put(*zone, found, spaces_[link]);
            if (!alias || link == max_links) return;
            owner_ = target_of(*alias);
            if (is_among(std::span(owners_).first(link + 1), owner_)) return;
            name_.assign(owner_);
            zone = snapshot_.find_zone(name_, type_);
            // It leads nobody to where they may not ask.
            if (zone != nullptr && !may_ask(*zone, requester_, type_)) return;
        }
    }

    [[nodiscard]] Rcode rcode() const noexcept { return rcode_; }
    [[nodiscard]] Authority authority() const noexcept { return authority_; }
    [[nodiscard]] bool is_negative() const noexcept { return is_negative_; }

    /// The zone that the chain ends in and that cannot be served; null if there is none.
    [[nodiscard]] const Zone* unavailable() const noexcept { return unavailable_; }

private:
    /// Whether the chain has come back to where it was: no record is sent twice.
    static bool is_among(std::span<const NameView> names, NameView name) noexcept {
        return std::ranges::find(names, name) != names.end();
    }

    /// Puts what was found at the current name into the sections it belongs to. The CNAME that
    /// leads on, if there is one.
    std::optional<RrsetView> put(const Zone& zone, const Lookup& found, MadeRrset& space) noexcept {
        rcode_ = Rcode::no_error;
        switch (found.kind) {
            case Lookup::Kind::answer:
                reply_.put_answer(owner_, *found.rrset);
                return std::nullopt;
            case Lookup::Kind::alias:
                reply_.put_answer(owner_, *found.rrset);
                return found.rrset;
            case Lookup::Kind::redirection:
                return put_redirection(found, space);
            case Lookup::Kind::referral:
                put_referral(reply_, zone, owner_.suffix(found.owner_labels), *found.rrset);
                return std::nullopt;
            case Lookup::Kind::name_absent:
                rcode_ = Rcode::nx_domain;
                break;
            case Lookup::Kind::no_data:
            case Lookup::Kind::empty_non_terminal:
                break;
        }
        reply_.put_authority(zone.apex(), zone.soa(), zone.negative_ttl());
        is_negative_ = true;
        return std::nullopt;
    }

    std::optional<RrsetView> put_redirection(const Lookup& found, MadeRrset& space) noexcept {
        // A DNAME may be passed through again, on the way to other names each time.
        const auto put = std::span(dnames_).first(dname_count_);
        if (std::ranges::find(put, found.rrset->stored_at()) == put.end()) {
            reply_.put_answer(owner_.suffix(found.owner_labels), *found.rrset);
            dnames_[dname_count_++] = found.rrset->stored_at();
        }
        const auto alias = make_alias(found, owner_, space);
        if (!alias) {
            rcode_ = Rcode::yx_domain;  // RFC 6672 2.2
            return std::nullopt;
        }
        reply_.put_answer(owner_, *alias);
        // Who asked for the CNAME has it, whatever made it.
        const bool is_answered = type_ == RrType::cname || type_ == RrType::any;
        return is_answered ? std::nullopt : alias;
    }

    const Snapshot& snapshot_;
    const Requester& requester_;
    RrType type_;
    Reply& reply_;
    NameView owner_;    // the current name, as the reply spells it
    NameBuffer& name_;  // and in lower case
    Rcode rcode_ = Rcode::no_error;
    Authority authority_ = Authority::ours;
    bool is_negative_ = false;
    const Zone* unavailable_ = nullptr;
    std::array<MadeRrset, max_links + 1> spaces_;            // what was made for each link
    std::array<NameView, max_links + 1> owners_;             // of each link
    std::array<const std::uint8_t*, max_links + 1> dnames_;  // those that were put
    std::size_t dname_count_ = 0;
};

Responder::Responder(std::shared_ptr<const Snapshot> snapshot,
                     std::shared_ptr<const Identity> identity, Clock clock)
    : snapshot_(std::move(snapshot)),
      identity_(std::move(identity)),
      keys_(std::make_shared<const Keyring>()),
      clock_(clock) {}

std::shared_ptr<const Snapshot> Responder::adopt(std::shared_ptr<const Snapshot> snapshot) {
    return std::exchange(snapshot_, std::move(snapshot));
}

void Responder::expect(std::span<const std::span<const std::uint8_t>> messages) const noexcept {
    prefetch_plain_answers(*snapshot_, messages);
}

Outcome Responder::respond(const Request& request, std::span<std::uint8_t> buffer) noexcept {
    const auto plain = answer_plainly(*snapshot_, request, {cookies_.get(), clock_}, buffer);
    return plain ? *plain : respond_the_long_way(request, buffer);
}

Outcome Responder::respond_the_long_way(const Request& request,
                                        std::span<std::uint8_t> buffer) noexcept {
    const Query query = decode_query(request.message);
    const Verdict verdict = judge(query, request.transport);
    if (verdict.kind == Verdict::Kind::ignore) return {};
    const Client client = client_of(request, query);
    Outcome outcome;
    if (query.tsig) {
        outcome = respond_signed(request, query, client, verdict, buffer);
    } else {
        std::optional<TsigReplier> unsigned_request;
        Reply reply(query, request.transport, client.answers, buffer);
        outcome = carry_out(verdict, request, query, client, unsigned_request, reply);
        outcome.client = client.standing;
    }
    if (query.question) outcome.type = query.question->type;
    return outcome;
}

Outcome Responder::ask_for_proof(const Request& request, std::span<std::uint8_t> buffer) noexcept {
    const Query query = decode_query(request.message);
    Client client = client_of(request, query);
    client.answers.nsid = {};  // as much longer than the query as it makes it, it helps a reflector
    // Clients that sign do not believe what is not signed.
    std::optional<TsigReplier> tsig;
    const std::uint64_t now = query.tsig ? tsig_time(clock_()) : 0;
    if (query.tsig) tsig.emplace(*keys_, request.message, *query.tsig, now);
    const bool is_signed =
        tsig && tsig->signer() != nullptr &&
        Reply(query, request.transport, client.answers, buffer).has_room(tsig->added_octets());
    Reply reply(query, request.transport, client.answers, buffer,
                is_signed ? tsig->added_octets() : 0);
    Outcome outcome = client.standing == Outcome::Client::takes_cookies
                          ? reply.finish(Rcode::bad_cookie, Authority::other)
                          : reply.finish_truncated();
    if (is_signed) outcome.octets = tsig->sign(buffer, outcome.octets, now);
    outcome.client = client.standing;
    if (query.question) outcome.type = query.question->type;
    return outcome;
}

Responder::Client Responder::client_of(const Request& request, const Query& query) const noexcept {
    Client client;
    client.answers.nsid = identity_->nsid();
    client.answers.keepalive = request.keepalive;
    if (!cookies_ || !query.edns || query.edns->cookie.empty()) return client;
    const CookieExchange exchange =
        exchange_cookie({cookies_.get(), clock_}, query.edns->cookie, request.client);
    client.standing = exchange.standing;
    client.answers.cookie = exchange.given;
    return client;
}

/// The signature is judged first (RFC 8945 5.2), and the reply to a signed request is signed.
Outcome Responder::respond_signed(const Request& request, const Query& query, const Client& client,
                                  Verdict verdict, std::span<std::uint8_t> buffer) {
    const std::uint64_t now = tsig_time(clock_());
    std::optional<TsigReplier> tsig(std::in_place, *keys_, request.message, *query.tsig, now);
    if (tsig->is_malformed()) {
        Reply reply(query, request.transport, client.answers, buffer);
        return reply.finish(Rcode::form_err, Authority::other);
    }
    // RFC 8945 5.3 would have question and signature sent at least. Names that are longer than any
    // that keys have leave no room even for that in a small datagram.
    if (Reply reply(query, request.transport, client.answers, buffer);
        !reply.has_room(tsig->added_octets())) {
        Outcome outcome = reply.finish(Rcode::form_err, Authority::other);
        outcome.client = client.standing;
        return outcome;
    }
    const bool is_signed = tsig->error() == TsigError::none;
    if (!is_signed) verdict = {Verdict::Kind::reject, Rcode::not_auth};
    Reply reply(query, request.transport, client.answers, buffer, tsig->added_octets());
    Outcome outcome = carry_out(verdict, request, query, client, tsig, reply);
    // What is signed may have been captured, and sent from another address.
    outcome.client = client.standing;
    if (outcome.kind == Outcome::Kind::answer) {
        outcome.octets = tsig->sign(buffer, outcome.octets, now);
    }
    return outcome;
}

Outcome Responder::carry_out(const Verdict& verdict, const Request& request, const Query& query,
                             const Client& client, std::optional<TsigReplier>& tsig,
                             Reply& reply) noexcept {
    switch (verdict.kind) {
        case Verdict::Kind::give_cookie:
            return give_cookie(query, client, reply);
        case Verdict::Kind::tell_identity:
            return tell_identity(*query.question, reply);
        case Verdict::Kind::look_up:
            return answer_from_zones(request, *query.question, tsig, reply);
        case Verdict::Kind::transfer:
            return transfer(request, query, tsig, reply);
        case Verdict::Kind::take_notice:
            return take_notice(request, *query.question, tsig, reply);
        case Verdict::Kind::take_update:
            return take_update(request, *query.question, client, tsig, reply);
        default:
            return reply.finish(verdict.rcode, Authority::other, verdict.extended);
    }
}

/// RFC 7873 5.4. A server without cookies knows no query without a question.
Outcome Responder::give_cookie(const Query& query, const Client& client,
                               Reply& reply) const noexcept {
    if (!cookies_) return reply.finish(Rcode::form_err, Authority::other);
    const bool shows_ours = query.edns->cookie.size() > client_cookie_octets;
    const bool is_wrong = shows_ours && client.standing != Outcome::Client::proved;
    return reply.finish(is_wrong ? Rcode::bad_cookie : Rcode::no_error, Authority::other);
}

/// The zone at `apex`; null if we serve none.
const Zone* Responder::find_apex(NameView apex) const noexcept {
    NameBuffer name;
    name.assign(apex);
    // Not DS, so that a zone is found at its apex.
    const Zone* const zone = snapshot_->find_zone(name, RrType::soa);
    return zone != nullptr && zone->apex() == name.view() ? zone : nullptr;
}

/// RFC 1996 3.
Outcome Responder::take_notice(const Request& request, const Question& question,
                               const std::optional<TsigReplier>& tsig,
                               Reply& reply) const noexcept {
    const Zone* const zone = find_apex(question.name);
    if (zone == nullptr) return reply.finish(Rcode::not_auth, Authority::other);
    Outcome outcome;
    if (zone->transfer().allows_notify(requester_of(request, tsig))) {
        if (take_notice_) take_notice_(zone->apex(), request.client);
        outcome = reply.finish(Rcode::no_error, Authority::ours);
    } else {
        outcome = reply.finish(Rcode::refused, Authority::other, ExtendedError::prohibited);
    }
    outcome.zone = zone;
    return outcome;
}

/// What nobody has signed is refused here, so that strangers cost no more than a query; all else is
/// decided where changes are made. Zones of others are changed at their primaries (RFC 2136 3.1.2,
/// 3.3). `tsig` goes with the update.
Outcome Responder::take_update(const Request& request, const Question& question,
                               const Client& client, std::optional<TsigReplier>& tsig,
                               Reply& reply) {
    const Zone* const zone = find_apex(question.name);
    if (zone == nullptr || zone->transfer().is_secondary()) {
        return reply.finish(Rcode::not_auth, Authority::other);
    }
    Outcome outcome;
    if (accepts_updates_ && tsig && tsig->signer() != nullptr) {
        update_ =
            std::make_unique<PendingUpdate>(request, std::move(*tsig), identity_, client.answers);
        outcome.kind = Outcome::Kind::update;
    } else {
        outcome = reply.finish(Rcode::refused, Authority::other, ExtendedError::prohibited,
                               accepts_updates_ ? "updates have to be signed with TSIG"
                                                : "no key may update zones here");
    }
    outcome.zone = zone;
    return outcome;
}

/// `tsig` goes with the transfer, if it comes to one.
Outcome Responder::transfer(const Request& request, const Query& query,
                            std::optional<TsigReplier>& tsig, Reply& reply) noexcept {
    const Zone* const zone = find_apex(query.question->name);
    if (zone == nullptr) {
        return reply.finish(Rcode::not_auth, Authority::other);  // RFC 5936 2.2.1
    }
    Outcome outcome;
    const auto view = zone->transfer().view_of(requester_of(request, tsig));
    if (!zone->is_available()) {
        outcome = deny_service(*zone, reply);
    } else if (!view || !can_be_shown(*zone, *view)) {
        outcome = reply.finish(Rcode::refused, Authority::other, ExtendedError::prohibited);
    } else if (query.known_serial && !is_newer(zone->serial(), *query.known_serial)) {
        outcome = tell_version(*zone, reply);
    } else if (request.transport == Transport::udp) {
        outcome = tell_differences(*zone, *view, query, reply);
    } else {
        transfer_ = std::make_unique<OutgoingTransfer>(zone->shared_from_this(), *view, query,
                                                       std::move(tsig));
        outcome.kind = Outcome::Kind::transfer;
    }
    outcome.zone = zone;
    return outcome;
}

Outcome Responder::tell_identity(const Question& question, Reply& reply) const noexcept {
    const bool asks_text = question.type == RrType::txt || question.type == RrType::any;
    const auto text = asks_text ? identity_->find(question.name) : std::nullopt;
    if (!text) return reply.finish(Rcode::refused, Authority::other);
    reply.put_chaos_text(*text);
    return reply.finish(Rcode::no_error, Authority::ours);
}

Outcome Responder::answer_from_zones(const Request& request, const Question& question,
                                     const std::optional<TsigReplier>& tsig,
                                     Reply& reply) const noexcept {
    NameBuffer name;
    name.assign(question.name);
    const Zone* const zone = snapshot_->find_zone(name, question.type);
    if (zone == nullptr) {
        return reply.finish(Rcode::refused, Authority::other, ExtendedError::not_authoritative);
    }
    const Requester requester = requester_of(request, tsig);
    if (!may_ask(*zone, requester, question.type)) {
        Outcome outcome = reply.finish(Rcode::refused, Authority::other, ExtendedError::prohibited);
        outcome.zone = zone;
        return outcome;
    }
    Chain chain(*snapshot_, name, question, requester, reply);
    chain.follow(zone);
    Outcome outcome = chain.unavailable() != nullptr
                          ? deny_service(*chain.unavailable(), reply)
                          : reply.finish(chain.rcode(), chain.authority());
    outcome.zone = zone;
    outcome.is_negative = chain.is_negative();
    return outcome;
}

}  // namespace arpad
