/// \file  The version of a zone that primaries have sent last.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "dns/name.hpp"
#include "zone/zone.hpp"
#include "zone/zone_frame.hpp"

namespace arpad {

/// See above.
struct ReceivedVersion {
    std::shared_ptr<const Zone> zone;  ///< Available; null if nothing has come yet.
    std::chrono::system_clock::time_point confirmed_at;  ///< When a primary had it last.
    std::optional<Name> catalog = {};                    ///< That the zone is a member of.

    /// Whether it must not be served any more at `now` (RFC 1034 4.3.5).
    [[nodiscard]] bool is_expired(std::chrono::system_clock::time_point now) const noexcept {
        return zone && now - confirmed_at > std::chrono::seconds(zone->soa_numbers().expire);
    }
};

/// A zone that is taken from primaries.
struct SecondaryZone {
    ZoneFrame frame;
    ReceivedVersion version;
};

/// What has come of asking the primaries for a zone.
struct Refresh {
    Name apex;
    ReceivedVersion version;  ///< The last one, new or confirmed, or not confirmed for too long.
};

/// Keeps such versions over a restart.
class ReceivedVersions {
public:
    virtual ~ReceivedVersions() = default;

    /// That of the zone of `frame`; none if none is kept.
    [[nodiscard]] virtual std::optional<ReceivedVersion> find_version(const ZoneFrame& frame) = 0;
};

}  // namespace arpad
