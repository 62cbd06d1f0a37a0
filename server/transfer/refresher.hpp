/// \file  When which primary is asked for which zone (RFC 1034 4.3.5, RFC 1996): whenever it is
/// time to, and when there is a NOTIFY.
///
/// A plan without sockets. Each zone asks one primary at a time, and the next one where that fails;
/// once all have failed it waits. Each primary is asked for few zones at once, the others wait in
/// line. Threads: one at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dns/name.hpp"
#include "zone/received_version.hpp"
#include "zone/remote.hpp"

namespace arpad {

/// What has become of a zone, for the log. What would repeat is told once.
struct RefreshEvent {
    enum class Kind : std::uint8_t {
        failing,  ///< No primary could be asked; `why` says what is wrong with the last one.
        working,  ///< One can be again.
        expired,  ///< None could for so long that the zone is not served any more.
    };

    Kind kind = Kind::failing;
    Name zone;
    Endpoint primary;
    std::string why;
    bool is_served = false;  ///< Whether a version of the zone is served meanwhile.
};

/// See above.
class Refresher {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Report = std::function<void(const RefreshEvent&)>;
    using Take = std::function<void(Refresh)>;
    using SystemClock = std::chrono::system_clock::time_point (*)();

    /// A primary that is to be asked for a zone.
    struct Errand {
        ZoneFrame frame;
        std::shared_ptr<const Zone> zone;  ///< What we have; null if nothing.
        Remote primary;
        std::uint64_t number = 0;  ///< Tells it from others for the zone.
    };
    using Start = std::function<void(Errand)>;

    /// How an errand has ended.
    struct Result {
        std::shared_ptr<const Zone> received;  ///< A newer version; null if there is none.
        std::string failure;                   ///< Empty if the primary has what we have, or newer.
    };

    /// Knows no zones yet. Gives what comes of asking to `take`, and tells `report` what happens.
    Refresher(Take take, Report report, SystemClock clock = &std::chrono::system_clock::now);
    ~Refresher();

    /// Keeps to `zones` from `now` on, and to no others.
    void follow(std::vector<SecondaryZone> zones, Time now);

    /// There is said to be a newer version of the zone at `apex` (in lower case), by the primary at
    /// `from` if it is one.
    void notice(const Name& apex, const Address& from, Time now);

    /// Starts what is to be started at `now`, and says when to come back; none: when an errand ends
    /// or something else happens.
    [[nodiscard]] std::optional<Time> proceed(Time now, const Start& start);

    /// Takes the end of `errand`. `proceed` then.
    void finish(const Errand& errand, Result result, Time now);

    /// How many errands are under way.
    [[nodiscard]] std::size_t under_way() const noexcept { return under_way_; }

private:
    struct Entry;
    struct Line;
    using Entries = std::map<Name, Entry, CanonicalLess>;
    using Slot = Entries::value_type;

    void add(SecondaryZone zone, Time now);
    void remove(Slot& slot);
    void schedule(Slot& slot, Time due);
    void plan_expiry(Slot& slot);
    void expire();
    void line_up(Slot& slot);
    void start_next(Line& line, const Endpoint& primary, const Start& start);
    void succeed(Slot& slot, std::shared_ptr<const Zone> received, const Endpoint& primary,
                 Time now);
    void fail(Slot& slot, std::string why, const Endpoint& primary, Time now);
    [[nodiscard]] std::chrono::milliseconds some_of(std::chrono::seconds pause);

    Take take_;
    Report report_;
    SystemClock clock_;
    std::minstd_rand random_;
    Entries entries_;
    std::set<std::pair<Time, Slot*>> due_;  // those that neither wait in line nor are out
    std::set<std::pair<std::chrono::system_clock::time_point, Slot*>> expiries_;
    std::map<Endpoint, Line> lines_;
    std::size_t under_way_ = 0;
    std::uint64_t errands_ = 0;
};

}  // namespace arpad
