/// \file  Tells other nameservers that zones have new versions (NOTIFY, RFC 1996): what is to be
/// sent when, and what a reply means.
///
/// A conversation without socket and clock. Each remote has a window of notices that wait for its
/// reply. It opens as replies come, and shuts down to one where they do not: then the pauses
/// double, up to five minutes, whatever the number of zones. So a remote that is down costs next to
/// nothing, and is told of everything when it is back, up to a day later. Of a zone that changes
/// all the time it is told about once a second. Threads: one at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "crypto/tsig.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/remote.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// What has become of notices, for the log. Of those that would repeat only the first is told.
struct NotifyEvent {
    enum class Kind : std::uint8_t {
        silent,       ///< The remote does not reply; it is tried again and again.
        answers,      ///< It does again.
        abandoned,    ///< It has not for a day: what it was to be told is forgotten.
        unheard,      ///< It replies to others, but not about this zone.
        refused,      ///< It says `rcode`, again and again.
        bad_key,      ///< It says `tsig_error` about the signature.
        unknown_key,  ///< There is no key of the name that the operator wrote.
    };

    Kind kind = Kind::silent;
    Endpoint remote;
    Name zone;                               ///< That the event is about, or one of them.
    std::size_t zones = 1;                   ///< How many the remote is yet to be told of.
    Rcode rcode = Rcode::no_error;           ///< For `refused`.
    TsigError tsig_error = TsigError::none;  ///< For `bad_key`.
};

/// See above.
class Notifier {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Send = std::function<void(const Endpoint& remote, std::span<const std::uint8_t> message)>;
    using Report = std::function<void(const NotifyEvent&)>;
    using SystemClock = std::chrono::system_clock::time_point (*)();

    /// Between two notices about a zone, however often it changes. Whoever is told more often
    /// fetches one version after the other, and NSD, which serves what it has fetched once a second
    /// (xfrd-reload-timeout), takes the zone as a whole where it has fetched twice meanwhile.
    static constexpr std::chrono::milliseconds gap{1200};

    /// Knows no keys yet. Tells `report` what happens. `clock` tells the time that is signed.
    explicit Notifier(Report report, SystemClock clock = &std::chrono::system_clock::now);
    ~Notifier();

    /// Sends nothing before `begin`: a server that starts cannot know what it told just before.
    void wait_until(Time begin) { begin_ = begin; }

    /// Signs with `keys` from now on.
    void adopt(std::shared_ptr<const Keyring> keys) { keys_ = std::move(keys); }

    /// Has each of `remotes` told of the version of `zone`, which is available. Older versions that
    /// it has not been told of are forgotten.
    void announce(const Zone& zone, std::span<const Remote> remotes);

    /// Sends what is to be sent at `now`, and says when to come back; none: when there is more.
    [[nodiscard]] std::optional<Time> proceed(Time now, const Send& send);

    /// Takes `message`, which came from `remote`. `proceed` then, as there may be room for more.
    void receive(const Endpoint& remote, std::span<const std::uint8_t> message, Time now);

private:
    struct Notice;
    struct Pending;
    struct Deferred;
    struct Rest;
    struct Line;

    void expire(const Endpoint& remote, Line& line, Time now);
    void send_next(const Endpoint& remote, Line& line, Time now, const Send& send);
    [[nodiscard]] std::size_t write(Pending& sent, std::span<std::uint8_t> buffer) const;
    void complain(Line& line, const NotifyEvent& event);

    Report report_;
    SystemClock clock_;
    std::shared_ptr<const Keyring> keys_;
    std::map<Endpoint, Line> lines_;
    Time begin_;
};

}  // namespace arpad
