#include "control/propagation_watch.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "load/host_name.hpp"
#include "transfer/message_id.hpp"
#include "transfer/question.hpp"

namespace arpad {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds patience{2000};
constexpr milliseconds first_pause{100};
constexpr milliseconds longest_pause{30'000};

/// What is remembered of each nameserver of each zone.
constexpr std::size_t max_versions = 1000;

/// A nameserver that does not have a version after that long is asked no more for it.
constexpr std::chrono::hours longest_wait{24};

/// How long it is believed where a nameserver is, and how long that nobody says.
constexpr std::chrono::minutes memory{10};
constexpr std::chrono::seconds retry{30};

/// Questions at a time, so that those for receipts find room.
constexpr std::size_t most_open = DnsClient::max_open / 2;

/// Of these for a nameserver that does not reply: the others are not to wait for it.
constexpr std::size_t most_open_of_silent = 5;

template <class Versions>
void bound(Versions& versions) {
    while (versions.size() > max_versions) versions.pop_front();
}

}  // namespace

PropagationWatch::PropagationWatch(boost::asio::io_context& io, const WebConfig& config,
                                   ForwardLookup& lookup)
    : config_(config), lookup_(lookup), client_(io), timer_(io) {
    for (const WatchedNameserver& each : config.nameservers) {
        configured_.push_back(std::make_shared<Host>(Host{each.name, each.endpoint, true}));
    }
}

PropagationWatch::~PropagationWatch() = default;

void PropagationWatch::announce(const std::vector<std::shared_ptr<const Zone>>& zones, Time now) {
    for (const auto& zone : zones) {
        if (!zone->is_available()) continue;
        WatchedZone& known = zones_[Name(zone->apex())];
        for (const auto& watched :
             std::exchange(known.nameservers, nameservers_of(*zone, known.nameservers))) {
            // One that is none any more is not waited for.
            if (std::ranges::find(known.nameservers, watched) == known.nameservers.end()) {
                watched->wanted.clear();
            }
        }
        known.served.push_back({zone->serial(), now});
        bound(known.served);
        for (const auto& watched : known.nameservers) {
            watched->wanted.push_back({zone->serial(), now});
            bound(watched->wanted);
            watched->pause = first_pause;
            find_endpoint(watched->host);
            // What is due sooner stays so: else who changes all the time would never be asked.
            const bool is_due_soon = queue_.contains({watched->due, watched}) &&
                                     watched->due <= steady_clock::now() + first_pause;
            if (!watched->is_asked && !is_due_soon) schedule(watched);
        }
    }
    proceed();
}

/// Those that the configuration names; else those of the zone, where they can be found.
std::vector<std::shared_ptr<PropagationWatch::Host>> PropagationWatch::hosts_of(const Zone& zone) {
    const auto ns = zone.apex_node().find(RrType::ns);
    if (!configured_.empty() || !ns || !lookup_.can_ask()) return configured_;
    std::vector<std::shared_ptr<Host>> hosts;
    for (const auto rdata : *ns) {
        Name name(NameView::of_valid_wire(rdata));
        std::weak_ptr<Host>& known = found_[name];
        auto host = known.lock();
        if (!host) known = host = std::make_shared<Host>(Host{std::move(name)});
        hosts.push_back(std::move(host));
    }
    if (found_.size() >= next_sweep_) {
        std::erase_if(found_, [](const auto& entry) { return entry.second.expired(); });
        next_sweep_ = 2 * found_.size() + 1;
    }
    return hosts;
}

/// The nameservers that `zone` has by now; what is known of those that it had `before` stays.
PropagationWatch::Nameservers PropagationWatch::nameservers_of(const Zone& zone,
                                                               const Nameservers& before) {
    Nameservers nameservers;
    for (auto& host : hosts_of(zone)) {
        const auto known = std::ranges::find(before, host, &Watched::host);
        if (known != before.end()) {
            nameservers.push_back(*known);
            continue;
        }
        auto watched = std::make_shared<Watched>();
        watched->apex = Name(zone.apex());
        watched->host = std::move(host);
        nameservers.push_back(std::move(watched));
    }
    return nameservers;
}

/// Looks up where `host` is, if that has not been done lately.
void PropagationWatch::find_endpoint(const std::shared_ptr<Host>& host) {
    const bool is_known =
        host->is_configured || host->is_looked_up || steady_clock::now() < host->next_look_up;
    if (is_known) return;
    host->is_looked_up = true;
    lookup_.find_addresses(
        host->name, [host, alive = std::weak_ptr(is_alive_)](const auto& addresses) {
            if (alive.expired()) return;
            host->is_looked_up = false;
            host->next_look_up = steady_clock::now() + (addresses.empty() ? retry : memory);
            if (!addresses.empty()) host->endpoint = Endpoint{addresses.front(), dns_port};
        });
}

/// Has `watched` be asked after its pause.
void PropagationWatch::schedule(const std::shared_ptr<Watched>& watched) {
    queue_.erase({watched->due, watched});
    watched->due = steady_clock::now() + watched->pause;
    queue_.emplace(watched->due, watched);
}

/// After a longer one than before.
void PropagationWatch::schedule_later(const std::shared_ptr<Watched>& watched) {
    watched->pause = std::min(watched->pause * 3 / 2, longest_pause);
    schedule(watched);
}

/// Asks those whose turn it is, and comes back when it is the next one's, or when a question has
/// ended.
void PropagationWatch::proceed() {
    const auto now = steady_clock::now();
    const auto system_now = std::chrono::system_clock::now();
    while (open_ < most_open && !queue_.empty() && queue_.begin()->first <= now) {
        const auto watched = queue_.extract(queue_.begin()).value().second;
        std::deque<Version>& wanted = watched->wanted;
        while (!wanted.empty() && system_now - wanted.front().time > longest_wait) {
            wanted.pop_front();
        }
        if (wanted.empty()) continue;
        const Host& host = *watched->host;
        find_endpoint(watched->host);
        if (host.endpoint && !(host.is_silent && host.open >= most_open_of_silent)) {
            ask(watched);
        } else {
            schedule_later(watched);
        }
    }
    if (open_ == most_open || queue_.empty()) return;
    timer_.expires_at(queue_.begin()->first);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) proceed();
    });
}

void PropagationWatch::ask(const std::shared_ptr<Watched>& watched) {
    watched->is_asked = true;
    ++watched->host->open;
    ++open_;
    std::vector<std::uint8_t> query =
        make_query(random_message_id(), watched->apex, RrType::soa, Recursion::not_wanted);
    client_.ask(*watched->host->endpoint, query, patience,
                [this, watched, query](std::span<const std::uint8_t> octets) {
                    const auto reply = read_reply(octets, query);
                    if (!octets.empty() && !reply) return false;
                    if (reply) {
                        for (const ReceivedRecord& record : reply->answers) {
                            if (record.type != RrType::soa) continue;
                            if (const auto serial = soa_serial(record.rdata))
                                note(*watched, *serial);
                        }
                    }
                    watched->is_asked = false;
                    watched->host->is_silent = octets.empty();
                    --watched->host->open;
                    --open_;
                    if (!watched->wanted.empty()) schedule_later(watched);
                    proceed();
                    return true;
                });
}

/// `watched` has `serial`.
void PropagationWatch::note(Watched& watched, Serial serial) {
    const Time now = std::chrono::system_clock::now();
    if (watched.seen.empty() || is_newer(serial, watched.seen.back().serial)) {
        watched.seen.push_back({serial, now});
        bound(watched.seen);
    }
    const auto has_it = [serial](const Version& version) {
        return !is_newer(version.serial, serial);
    };
    while (!watched.wanted.empty() && has_it(watched.wanted.front())) {
        const double seconds =
            std::chrono::duration<double>(now - watched.wanted.front().time).count();
        const auto bound = std::ranges::lower_bound(PropagationTimes::bounds, seconds);
        if (bound != PropagationTimes::bounds.end()) {
            ++times_.counts[static_cast<std::size_t>(bound - PropagationTimes::bounds.begin())];
        }
        ++times_.total;
        times_.seconds += seconds;
        if (seconds > static_cast<double>(config_.promise.count())) ++times_.late;
        watched.wanted.pop_front();
    }
}

PropagationTimes PropagationWatch::times() const {
    PropagationTimes times = times_;
    const Time oldest = std::chrono::system_clock::now() - config_.promise;
    for (const auto& [apex, zone] : zones_) {
        for (const auto& watched : zone.nameservers) {
            times.overdue += static_cast<std::uint64_t>(std::ranges::count_if(
                watched->wanted,
                [oldest](const Version& version) { return version.time < oldest; }));
        }
    }
    return times;
}

std::vector<PropagationWatch::Sighting> PropagationWatch::sightings(const Name& apex,
                                                                    Serial serial) const {
    std::vector<Sighting> sightings;
    const auto found = zones_.find(apex);
    if (found == zones_.end()) return sightings;
    for (const auto& watched : found->second.nameservers) {
        sightings.push_back({host_name_text(watched->host->name), watched->host->endpoint,
                             first_time(watched->seen, serial)});
    }
    return sightings;
}

std::optional<PropagationWatch::Time> PropagationWatch::served_since(const Name& apex,
                                                                     Serial serial) const {
    const auto found = zones_.find(apex);
    return found == zones_.end() ? std::nullopt : first_time(found->second.served, serial);
}

/// When the first of `versions`, the oldest first, came that is `serial` or newer.
std::optional<PropagationWatch::Time> PropagationWatch::first_time(
    const std::deque<Version>& versions, Serial serial) {
    const auto found = std::ranges::find_if(
        versions, [serial](const Version& version) { return !is_newer(serial, version.serial); });
    return found == versions.end() ? std::nullopt : std::optional(found->time);
}

void PropagationWatch::ask_ptr(const Sighting& sighting, const Name& owner,
                               std::function<void(std::optional<std::vector<Name>>)> take) {
    if (!sighting.endpoint) {
        take(std::nullopt);
        return;
    }
    std::vector<std::uint8_t> query =
        make_query(random_message_id(), owner, RrType::ptr, Recursion::not_wanted);
    client_.ask(*sighting.endpoint, query, patience,
                [query, take = std::move(take)](std::span<const std::uint8_t> octets) {
                    const auto reply = read_reply(octets, query);
                    if (!octets.empty() && !reply) return false;
                    if (!reply) {
                        take(std::nullopt);
                        return true;
                    }
                    std::vector<Name> names;
                    for (const ReceivedRecord& record : reply->answers) {
                        if (record.type != RrType::ptr) continue;
                        names.emplace_back(NameView::of_valid_wire(record.rdata));
                    }
                    take(std::move(names));
                    return true;
                });
}

}  // namespace arpad
