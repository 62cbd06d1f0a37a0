#include "transfer/notifier.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <ranges>
#include <utility>

#include "dns/message.hpp"
#include "dns/reader.hpp"
#include "dns/writer.hpp"
#include "transfer/message_id.hpp"

namespace arpad {
namespace {

constexpr std::size_t first_window = 16;
constexpr std::size_t largest_window = 64;
constexpr std::chrono::seconds first_pause{2};
constexpr std::chrono::seconds longest_pause{300};
constexpr unsigned failures_until_silent = 3;
constexpr unsigned attempts_until_unheard = 6;
constexpr unsigned attempts_until_refused = 3;
constexpr std::chrono::hours patience{24};
constexpr std::size_t answer_count_at = 6;

std::chrono::seconds pause_after(unsigned failures) noexcept {
    constexpr unsigned doublings = 8;
    return std::min(longest_pause, first_pause * (1 << std::min(failures, doublings)));
}

/// Those of `entries` that are due at `now`; the others stay.
template <class Entry, class Time>
std::vector<Entry> take_due(std::vector<Entry>& entries, Time now) {
    const auto due =
        std::ranges::partition(entries, [now](const Entry& entry) { return entry.due > now; });
    std::vector<Entry> taken(std::make_move_iterator(due.begin()),
                             std::make_move_iterator(due.end()));
    entries.erase(due.begin(), due.end());
    return taken;
}

void put_header(MessageWriter& message, std::uint16_t id, std::uint16_t answers) {
    message.put_u16(id);
    message.put_u16(opcode_bits(Opcode::notify) | header_flag::authoritative);
    message.put_u16(1);
    message.put_u16(answers);
    message.put_u16(0);
    message.put_u16(0);
}

/// What there is to a reply to a notice.
struct NotifyReply {
    std::uint16_t id = 0;
    Rcode rcode = Rcode::no_error;
    NameBuffer zone;
};

/// None if `message` is none.
std::optional<NotifyReply> read_reply(std::span<const std::uint8_t> message) {
    WireReader reader(message);
    NotifyReply reply;
    reply.id = reader.read_u16();
    const std::uint16_t flags = reader.read_u16();
    constexpr std::uint16_t rcode_mask = 0xF;
    reply.rcode = static_cast<Rcode>(flags & rcode_mask);
    const std::uint16_t questions = reader.read_u16();
    (void)reader.read_octets(6);
    reader.read_name(reply.zone);
    const bool is_reply =
        (flags & header_flag::response) != 0 && opcode_of(flags) == Opcode::notify;
    if (!reader.is_intact() || questions != 1 || !is_reply) return std::nullopt;
    return reply;
}

}  // namespace

/// What a remote is to be told.
struct Notifier::Notice {
    Name zone;
    Ttl ttl;
    std::vector<std::uint8_t> soa;  // RDATA
    std::optional<Name> key;
    unsigned attempts = 0;
    std::optional<Time> first_sent;
};

/// A notice that has been sent.
struct Notifier::Pending {
    std::uint16_t id = 0;
    Notice notice;
    Time sent;
    Time due;
    std::optional<TsigRequester> tsig;
};

/// A notice that was refused, and may not be for ever: a secondary may be about to learn of a zone.
/// The same zone neither waits nor rests, and no other notice of it is out.
struct Notifier::Deferred {
    Time due;
    Notice notice;
};

/// Nothing is said about a zone for a while after the remote has been told of it.
struct Notifier::Rest {
    Time due;
    std::optional<Notice> notice;  // for afterwards
};

/// All that one remote is to be told.
struct Notifier::Line {
    using Rests = std::map<Name, Rest, CanonicalLess>;

    std::map<Name, Notice, CanonicalLess> waiting;
    Rests resting;
    std::deque<Rests::iterator> rests;  // the same, the first one to end at the front
    std::map<Name, Deferred, CanonicalLess> deferred;
    std::vector<Pending> pending;
    Name last_sent;  // goes on behind it, so that each zone has its turn
    std::size_t window = first_window;
    unsigned failures = 0;  // pauses without any reply, one after the other
    Time last_failure;
    std::optional<Time> last_reply;
    std::optional<Time> silent_since;
    std::optional<NotifyEvent> complaint;

    /// Has `notice` wait, unless a newer one does.
    void wait(Notice&& notice) {
        Name zone = notice.zone;
        waiting.try_emplace(std::move(zone), std::move(notice));
    }

    /// Has `notice` wait instead of older ones.
    void announce(Notice notice) {
        if (const auto older = deferred.find(notice.zone); older != deferred.end()) {
            notice.attempts = older->second.notice.attempts;
            deferred.erase(older);
        }
        const auto found = resting.find(notice.zone);
        if (found != resting.end()) {
            found->second.notice = std::move(notice);
            return;
        }
        Name zone = notice.zone;
        waiting.insert_or_assign(std::move(zone), std::move(notice));
    }

    /// Says nothing about `zone`, which does not rest yet, from `now` on for a while.
    void rest(const Name& zone, Time now) {
        Rest rest{now + Notifier::gap, {}};
        if (auto newer = waiting.extract(zone)) rest.notice = std::move(newer.mapped());
        rests.push_back(resting.insert_or_assign(zone, std::move(rest)).first);
    }

    /// Ends the rests that have lasted long enough.
    void end_rests(Time now) {
        while (!rests.empty() && rests.front()->second.due <= now) {
            auto ended = resting.extract(rests.front());
            rests.pop_front();
            if (ended.mapped().notice) wait(std::move(*ended.mapped().notice));
        }
    }

    /// Has those wait that have been deferred for long enough.
    void take_up_deferred(Time now) {
        for (auto entry = deferred.begin(); entry != deferred.end();) {
            const auto next = std::next(entry);
            if (entry->second.due <= now) wait(std::move(deferred.extract(entry).mapped().notice));
            entry = next;
        }
    }

    [[nodiscard]] bool is_pending(const Name& zone) const {
        return std::ranges::any_of(pending,
                                   [&](const Pending& sent) { return sent.notice.zone == zone; });
    }

    [[nodiscard]] std::uint16_t unused_id() const {
        while (true) {
            const std::uint16_t id = random_message_id();
            if (std::ranges::find(pending, id, &Pending::id) == pending.end()) return id;
        }
    }

    /// The notice whose turn it is; the end if there is none that may be sent.
    [[nodiscard]] auto next() {
        auto candidate = waiting.upper_bound(last_sent);
        for (std::size_t tried = 0; tried < waiting.size(); ++tried) {
            if (candidate == waiting.end()) candidate = waiting.begin();
            // No second one about a zone: which reply is whose could not be told.
            if (!is_pending(candidate->first)) return candidate;
            ++candidate;
        }
        return waiting.end();
    }
};

Notifier::Notifier(Report report, SystemClock clock)
    : report_(std::move(report)), clock_(clock), keys_(std::make_shared<const Keyring>()) {}

Notifier::~Notifier() = default;

void Notifier::announce(const Zone& zone, std::span<const Remote> remotes) {
    const auto soa = *zone.soa().begin();
    for (const Remote& remote : remotes) {
        Notice notice{
            Name(zone.apex()), zone.soa().ttl(), {soa.begin(), soa.end()}, remote.key, 0, {}};
        lines_[remote.endpoint].announce(std::move(notice));
    }
}

std::optional<Notifier::Time> Notifier::proceed(Time now, const Send& send) {
    if (now < begin_) return begin_;
    std::optional<Time> next;
    for (auto& [remote, line] : lines_) {
        expire(remote, line, now);
        line.end_rests(now);
        line.take_up_deferred(now);
        send_next(remote, line, now, send);
        const auto come_back = [&next](const auto& entry) {
            if (!next || entry.due < *next) next = entry.due;
        };
        std::ranges::for_each(line.pending, come_back);
        std::ranges::for_each(std::views::values(line.deferred), come_back);
        if (!line.rests.empty()) come_back(line.rests.front()->second);
    }
    std::erase_if(lines_, [](const auto& entry) {
        const Line& line = entry.second;
        return line.pending.empty() && line.waiting.empty() && line.resting.empty() &&
               line.deferred.empty() && !line.complaint;
    });
    return next;
}

/// Takes back what has not been replied to in time.
void Notifier::expire(const Endpoint& remote, Line& line, Time now) {
    std::vector<Pending> expired = take_due(line.pending, now);
    for (Pending& sent : expired) {
        // All that was sent before the remote was found not to reply is one failure.
        if (line.failures == 0 || sent.sent >= line.last_failure) {
            ++line.failures;
            line.last_failure = now;
        }
        line.window = 1;
        Notice& notice = sent.notice;
        const bool replies_to_others =
            line.last_reply && notice.first_sent && *line.last_reply > *notice.first_sent;
        if (replies_to_others && notice.attempts >= attempts_until_unheard) {
            complain(line, {NotifyEvent::Kind::unheard, remote, notice.zone});
            continue;
        }
        line.wait(std::move(notice));
    }
    if (expired.empty() || line.waiting.empty()) return;
    if (line.failures >= failures_until_silent && !line.silent_since) {
        line.silent_since = now;
        report_(
            {NotifyEvent::Kind::silent, remote, line.waiting.begin()->first, line.waiting.size()});
    }
    if (line.silent_since && now - *line.silent_since >= patience) {
        report_({NotifyEvent::Kind::abandoned, remote, line.waiting.begin()->first,
                 line.waiting.size()});
        line = {};
    }
}

void Notifier::send_next(const Endpoint& remote, Line& line, Time now, const Send& send) {
    while (line.pending.size() < line.window) {
        const auto next = line.next();
        if (next == line.waiting.end()) return;
        Pending sent{
            line.unused_id(), std::move(next->second), now, now + pause_after(line.failures), {}};
        line.waiting.erase(next);
        Notice& notice = sent.notice;
        line.last_sent = notice.zone;
        if (notice.key) {
            auto key = keys_->find(*notice.key);
            if (!key) {
                complain(line, {NotifyEvent::Kind::unknown_key, remote, notice.zone});
                continue;
            }
            sent.tsig.emplace(std::move(key));
        }
        ++notice.attempts;
        if (!notice.first_sent) notice.first_sent = now;
        std::array<std::uint8_t, max_udp_octets> message;
        const std::size_t octets = write(sent, message);
        line.pending.push_back(std::move(sent));
        send(remote, std::span(message).first(octets));
    }
}

/// RFC 1996 3.7. The SOA is only a hint, and may be left out.
std::size_t Notifier::write(Pending& sent, std::span<std::uint8_t> buffer) const {
    const std::size_t added = sent.tsig ? sent.tsig->added_octets() : 0;
    MessageWriter message(buffer, buffer.size() - added);
    const Notice& notice = sent.notice;
    put_header(message, sent.id, 1);
    message.put_name(notice.zone);
    message.put_u16(static_cast<std::uint16_t>(RrType::soa));
    message.put_u16(static_cast<std::uint16_t>(RrClass::in));
    const auto behind_question = message.mark();
    message.put_name(notice.zone);
    message.put_u16(static_cast<std::uint16_t>(RrType::soa));
    message.put_u16(static_cast<std::uint16_t>(RrClass::in));
    message.put_u32(notice.ttl.seconds);
    message.put_rdata(RrType::soa, notice.soa);
    if (!message.is_intact() || message.position() + added > max_plain_udp_octets) {
        message.rewind(behind_question);
        message.patch_u16(answer_count_at, 0);
    }
    const std::size_t octets = message.position();
    return sent.tsig ? sent.tsig->sign(buffer, octets, tsig_time(clock_())) : octets;
}

void Notifier::receive(const Endpoint& remote, std::span<const std::uint8_t> message, Time now) {
    const auto found = lines_.find(remote);
    if (found == lines_.end()) return;
    Line& line = found->second;
    const auto reply = read_reply(message);
    if (!reply) return;
    const auto sent = std::ranges::find(line.pending, reply->id, &Pending::id);
    if (sent == line.pending.end() || !(sent->notice.zone.view() == reply->zone.view())) return;
    NotifyEvent event{NotifyEvent::Kind::refused, remote, sent->notice.zone, 1, reply->rcode};
    if (sent->tsig) {
        const auto failure = sent->tsig->check(message, tsig_time(clock_()));
        // Whoever it comes from does not have the key.
        if (failure && failure != TsigRequester::Failure::remote_error) return;
        if (failure) event.kind = NotifyEvent::Kind::bad_key;
        event.tsig_error = sent->tsig->remote_error();
    }
    Notice notice = std::move(sent->notice);
    if (&*sent != &line.pending.back()) *sent = std::move(line.pending.back());
    line.pending.pop_back();
    line.failures = 0;
    line.last_reply = now;
    line.window = std::min(largest_window, line.window * 2);
    if (std::exchange(line.silent_since, std::nullopt)) {
        report_({NotifyEvent::Kind::answers, remote, event.zone, line.waiting.size()});
    }
    const bool is_refused = reply->rcode != Rcode::no_error;
    if (is_refused && event.kind == NotifyEvent::Kind::refused &&
        notice.attempts < attempts_until_refused) {
        // A newer version that waits is told of instead.
        if (const auto newer = line.waiting.find(event.zone); newer != line.waiting.end()) {
            newer->second.attempts = std::max(newer->second.attempts, notice.attempts);
            return;
        }
        const Time due = now + pause_after(notice.attempts);
        line.deferred.insert_or_assign(event.zone, Deferred{due, std::move(notice)});
    } else if (is_refused) {
        complain(line, event);
    } else {
        if (line.complaint && line.complaint->zone == event.zone) line.complaint.reset();
        line.rest(event.zone, now);
    }
}

/// Reports `event`, unless it is the same trouble as the last one.
void Notifier::complain(Line& line, const NotifyEvent& event) {
    const bool is_known = line.complaint && line.complaint->kind == event.kind &&
                          line.complaint->rcode == event.rcode &&
                          line.complaint->tsig_error == event.tsig_error;
    if (is_known) return;
    line.complaint = event;
    report_(event);
}

}  // namespace arpad
