#include "transfer/refresher.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace arpad {
namespace {

using std::chrono::seconds;

constexpr std::size_t at_once = 8;  // errands to one primary

// Whatever a SOA says: not more often, as that helps nobody, and not never.
constexpr seconds shortest_pause{1};
constexpr seconds longest_pause{2'419'200};  // four weeks

// Of a zone of which we have nothing yet.
constexpr seconds first_pause{2};
constexpr seconds longest_first_pause{300};

/// Between two errands for a zone, however often it is said to have changed.
constexpr std::chrono::milliseconds notice_gap{100};

seconds bounded(std::uint32_t pause) noexcept {
    return std::clamp(seconds(pause), shortest_pause, longest_pause);
}

seconds pause_without_zone(unsigned failures) noexcept {
    constexpr unsigned doublings = 8;
    return std::min(longest_first_pause, first_pause * (1 << std::min(failures - 1, doublings)));
}

}  // namespace

/// A zone.
struct Refresher::Entry {
    enum class Place : std::uint8_t { due, in_line, out };

    ZoneFrame frame;
    ReceivedVersion version;
    Place place = Place::due;
    Time due;
    Time last_end;             // of an errand
    std::size_t primary = 0;   // whose turn it is
    std::size_t tried = 0;     // primaries that have failed, one after the other
    unsigned failures = 0;     // of all primaries, one after the other
    std::uint64_t errand = 0;  // the last one
    bool is_noticed = false;   // while out
    bool is_expired = false;
    std::string complaint;
    std::optional<std::chrono::system_clock::time_point> expires_at;
};

/// Those that ask one primary.
struct Refresher::Line {
    std::size_t out = 0;
    std::deque<Slot*> waiting;
};

Refresher::Refresher(Take take, Report report, SystemClock clock)
    : take_(std::move(take)),
      report_(std::move(report)),
      clock_(clock),
      random_(std::random_device{}()) {}

Refresher::~Refresher() = default;

void Refresher::follow(std::vector<SecondaryZone> zones, Time now) {
    std::set<Name, CanonicalLess> kept;
    for (SecondaryZone& zone : zones) {
        kept.insert(zone.frame.apex);
        add(std::move(zone), now);
    }
    for (auto slot = entries_.begin(); slot != entries_.end();) {
        const auto next = std::next(slot);
        if (!kept.contains(slot->first)) {
            remove(*slot);
            entries_.erase(slot);
        }
        slot = next;
    }
}

void Refresher::add(SecondaryZone zone, Time now) {
    const auto [found, is_new] = entries_.try_emplace(zone.frame.apex);
    Slot& slot = *found;
    Entry& entry = slot.second;
    if (!is_new && entry.frame == zone.frame) return;
    const bool has_other_primaries =
        is_new || entry.frame.transfer.primaries != zone.frame.transfer.primaries;
    entry.frame = std::move(zone.frame);
    // What has come since is newer than what the networks have, if they have any.
    const bool is_newer_known =
        entry.version.zone &&
        (!zone.version.zone || is_newer(entry.version.zone->serial(), zone.version.zone->serial()));
    if (!is_newer_known) entry.version = std::move(zone.version);
    entry.is_expired = entry.version.is_expired(clock_());
    plan_expiry(slot);
    if (!has_other_primaries) return;
    entry.primary = 0;
    entry.tried = 0;
    entry.failures = 0;
    if (entry.place == Entry::Place::out) {
        entry.is_noticed = true;
        return;
    }
    if (entry.place == Entry::Place::in_line) remove(slot);
    schedule(slot, now);
}

/// Forgets where `slot` stands. What is out comes back to nobody.
void Refresher::remove(Slot& slot) {
    Entry& entry = slot.second;
    due_.erase({entry.due, &slot});
    if (entry.expires_at) expiries_.erase({*entry.expires_at, &slot});
    if (entry.place == Entry::Place::in_line) {
        for (auto& [primary, line] : lines_) std::erase(line.waiting, &slot);
    }
}

void Refresher::schedule(Slot& slot, Time due) {
    Entry& entry = slot.second;
    due_.erase({entry.due, &slot});
    entry.place = Entry::Place::due;
    entry.due = due;
    due_.insert({due, &slot});
}

void Refresher::plan_expiry(Slot& slot) {
    Entry& entry = slot.second;
    if (entry.expires_at) expiries_.erase({*entry.expires_at, &slot});
    entry.expires_at.reset();
    if (!entry.version.zone || entry.is_expired) return;
    entry.expires_at =
        entry.version.confirmed_at + seconds(entry.version.zone->soa_numbers().expire) + seconds(1);
    expiries_.insert({*entry.expires_at, &slot});
}

void Refresher::notice(const Name& apex, const Address& from, Time now) {
    const auto found = entries_.find(apex);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    if (entry.place == Entry::Place::out) {
        entry.is_noticed = true;
        return;
    }
    if (entry.place == Entry::Place::in_line) return;
    const auto& primaries = entry.frame.transfer.primaries;
    const auto primary = std::ranges::find_if(
        primaries, [&from](const Remote& one) { return one.endpoint.address == from; });
    if (primary != primaries.end()) {
        entry.primary = static_cast<std::size_t>(primary - primaries.begin());
    }
    entry.tried = 0;
    schedule(*found, std::max(now, entry.last_end + notice_gap));
}

std::optional<Refresher::Time> Refresher::proceed(Time now, const Start& start) {
    expire();
    while (!due_.empty() && due_.begin()->first <= now) {
        Slot& slot = *due_.begin()->second;
        due_.erase(due_.begin());
        line_up(slot);
    }
    for (auto line = lines_.begin(); line != lines_.end();) {
        start_next(line->second, line->first, start);
        const bool is_of_use = line->second.out > 0 || !line->second.waiting.empty();
        line = is_of_use ? std::next(line) : lines_.erase(line);
    }
    std::optional<Time> next;
    if (!due_.empty()) next = due_.begin()->first;
    if (!expiries_.empty()) {
        const auto left = expiries_.begin()->first - clock_();
        const Time expiry = now + std::max(left, std::chrono::system_clock::duration::zero());
        if (!next || expiry < *next) next = expiry;
    }
    return next;
}

/// Has what nobody has confirmed for too long served no more.
void Refresher::expire() {
    const auto now = clock_();
    while (!expiries_.empty() && expiries_.begin()->first <= now) {
        Slot& slot = *expiries_.begin()->second;
        Entry& entry = slot.second;
        entry.is_expired = true;
        plan_expiry(slot);
        report_({RefreshEvent::Kind::expired, slot.first, {}, entry.complaint});
        take_({slot.first, entry.version});
    }
}

void Refresher::line_up(Slot& slot) {
    Entry& entry = slot.second;
    const auto& primaries = entry.frame.transfer.primaries;
    entry.primary %= primaries.size();
    entry.place = Entry::Place::in_line;
    lines_[primaries[entry.primary].endpoint].waiting.push_back(&slot);
}

void Refresher::start_next(Line& line, const Endpoint& primary, const Start& start) {
    while (line.out < at_once && !line.waiting.empty()) {
        Slot& slot = *line.waiting.front();
        line.waiting.pop_front();
        Entry& entry = slot.second;
        entry.place = Entry::Place::out;
        entry.is_noticed = false;
        ++line.out;
        ++under_way_;
        const auto& primaries = entry.frame.transfer.primaries;
        const auto remote = std::ranges::find(primaries, primary, &Remote::endpoint);
        entry.errand = ++errands_;
        start({entry.frame, entry.version.zone, *remote, entry.errand});
    }
}

void Refresher::finish(const Errand& errand, Result result, Time now) {
    const Endpoint& primary = errand.primary.endpoint;
    --under_way_;
    --lines_.at(primary).out;
    const auto found = entries_.find(errand.frame.apex);
    if (found == entries_.end() || found->second.errand != errand.number) return;
    found->second.last_end = now;
    if (result.failure.empty()) {
        succeed(*found, std::move(result.received), primary, now);
    } else {
        fail(*found, std::move(result.failure), primary, now);
    }
    if (std::exchange(found->second.is_noticed, false)) schedule(*found, now + notice_gap);
}

void Refresher::succeed(Slot& slot, std::shared_ptr<const Zone> received, const Endpoint& primary,
                        Time now) {
    Entry& entry = slot.second;
    entry.tried = 0;
    entry.failures = 0;
    entry.is_expired = false;
    if (!std::exchange(entry.complaint, {}).empty()) {
        report_({RefreshEvent::Kind::working, slot.first, primary, {}, true});
    }
    if (received) entry.version.zone = std::move(received);
    if (!entry.version.zone) {  // what is current was forgotten meanwhile
        schedule(slot, now);
        return;
    }
    entry.version.confirmed_at = clock_();
    plan_expiry(slot);
    take_({slot.first, entry.version});
    schedule(slot, now + some_of(bounded(entry.version.zone->soa_numbers().refresh)));
}

void Refresher::fail(Slot& slot, std::string why, const Endpoint& primary, Time now) {
    Entry& entry = slot.second;
    ++entry.primary;
    if (++entry.tried < entry.frame.transfer.primaries.size()) {
        schedule(slot, now);
        return;
    }
    entry.tried = 0;
    ++entry.failures;
    if (entry.complaint != why) {
        entry.complaint = why;
        report_({RefreshEvent::Kind::failing, slot.first, primary, std::move(why),
                 entry.version.zone && !entry.is_expired});
    }
    const seconds pause = entry.version.zone ? bounded(entry.version.zone->soa_numbers().retry)
                                             : pause_without_zone(entry.failures);
    schedule(slot, now + some_of(pause));
}

/// A little less than `pause`, so that zones do not go on all at once for ever.
std::chrono::milliseconds Refresher::some_of(seconds pause) {
    const std::chrono::milliseconds whole = pause;
    constexpr int most = 100;
    std::uniform_int_distribution<int> less(0, most);
    return whole - whole * less(random_) / 1000;
}

}  // namespace arpad
