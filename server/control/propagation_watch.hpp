/// \file  Which nameservers have which version of a zone, and since when: what receipts show.
///
/// Asks the nameservers of zones that have new serials for their SOA, soon after the change and
/// then ever more seldom, until they have it. Threads: one, that of its io_context.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "control/forward_lookup.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "load/server_config.hpp"
#include "net/dns_client.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// How long nameservers have taken to have changes: bounds in seconds, and how many took at most
/// so long.
struct PropagationTimes {
    static constexpr std::array<double, 10> bounds{0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600};

    std::array<std::uint64_t, bounds.size()> counts{};  ///< Each without those before.
    std::uint64_t total = 0;
    std::uint64_t late = 0;     ///< Took longer than was promised.
    double seconds = 0;         ///< Of all together.
    std::uint64_t overdue = 0;  ///< Have not arrived yet, and should have.
};

/// See above.
class PropagationWatch {
public:
    using Time = std::chrono::system_clock::time_point;

    /// When a nameserver was first seen to have a version.
    struct Sighting {
        std::string nameserver;            ///< Its name.
        std::optional<Endpoint> endpoint;  ///< Where it is asked; none if that is not known.
        std::optional<Time> since;         ///< None if it has not been seen to have it.
    };

    /// `lookup` finds where nameservers are, if `config` does not say. Both outlive it.
    PropagationWatch(boost::asio::io_context& io, const WebConfig& config, ForwardLookup& lookup);
    ~PropagationWatch();
    PropagationWatch(const PropagationWatch&) = delete;
    PropagationWatch& operator=(const PropagationWatch&) = delete;

    /// Watches for the versions of `zones`, which are served since `now`.
    void announce(const std::vector<std::shared_ptr<const Zone>>& zones, Time now);

    /// Since when the nameservers of the zone at `apex` have `serial`, or a newer one.
    [[nodiscard]] std::vector<Sighting> sightings(const Name& apex, Serial serial) const;

    /// Since when this server has answered with `serial` of the zone at `apex`, or a newer one;
    /// none if that was before it started.
    [[nodiscard]] std::optional<Time> served_since(const Name& apex, Serial serial) const;

    /// Asks the nameserver `sighting` for the PTR records of `owner`; calls `take` with what they
    /// point to, or nothing if it does not say.
    void ask_ptr(const Sighting& sighting, const Name& owner,
                 std::function<void(std::optional<std::vector<Name>>)> take);

    [[nodiscard]] PropagationTimes times() const;

private:
    /// A version, and when it was first seen or served.
    struct Version {
        Serial serial;
        Time time;
    };

    using Instant = std::chrono::steady_clock::time_point;

    /// A nameserver, of whatever zones.
    struct Host {
        Name name;
        std::optional<Endpoint> endpoint = {};  // once it is known
        bool is_configured = false;             // where it is
        bool is_looked_up = false;              // just now
        Instant next_look_up = {};
        std::size_t open = 0;    // questions for SOAs
        bool is_silent = false;  // it has not replied to the last one that ended
    };

    /// A nameserver of a zone.
    struct Watched {
        Name apex;
        std::shared_ptr<Host> host;
        std::deque<Version> seen;
        std::deque<Version> wanted;  // versions that it has not been seen to have
        std::chrono::milliseconds pause{0};
        Instant due;  // where it stands in the queue
        bool is_asked = false;
    };

    using Nameservers = std::vector<std::shared_ptr<Watched>>;

    /// A zone that has changed.
    struct WatchedZone {
        std::deque<Version> served;  // here
        Nameservers nameservers;
    };

    [[nodiscard]] static std::optional<Time> first_time(const std::deque<Version>& versions,
                                                        Serial serial);

    [[nodiscard]] std::vector<std::shared_ptr<Host>> hosts_of(const Zone& zone);
    [[nodiscard]] Nameservers nameservers_of(const Zone& zone, const Nameservers& before);
    void find_endpoint(const std::shared_ptr<Host>& host);
    void schedule(const std::shared_ptr<Watched>& watched);
    void schedule_later(const std::shared_ptr<Watched>& watched);
    void proceed();
    void ask(const std::shared_ptr<Watched>& watched);
    void note(Watched& watched, Serial serial);

    const WebConfig& config_;
    ForwardLookup& lookup_;
    DnsClient client_;
    boost::asio::steady_timer timer_;
    std::map<Name, WatchedZone, CanonicalLess> zones_;
    std::vector<std::shared_ptr<Host>> configured_;
    std::map<Name, std::weak_ptr<Host>, CanonicalLess> found_;  // that zones name, or have named
    std::size_t next_sweep_ = 0;  // how many these are when those not named any more are dropped
    std::set<std::pair<Instant, std::shared_ptr<Watched>>> queue_;
    std::size_t open_ = 0;  // questions for SOAs
    PropagationTimes times_;
    std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
};

}  // namespace arpad
