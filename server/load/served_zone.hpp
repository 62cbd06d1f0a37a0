/// \file  A zone in service, and what becomes of it when another version takes its place.
///
/// Threads: one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "crypto/digest.hpp"
#include "zone/zone.hpp"
#include "zone/zone_editor.hpp"
#include "zone/zone_history.hpp"

namespace arpad {

/// A zone in service.
struct ServedZone {
    std::shared_ptr<const Zone> zone;
    Digest content{};    ///< Of all but the serial; zeros if it was received, or is unavailable.
    EditBase base = {};  ///< What it would be without edits.
};

/// One zone before and after an update; not both are null.
struct ZoneChange {
    std::shared_ptr<const Zone> before;  ///< Null if there was none.
    std::shared_ptr<const Zone> after;   ///< Null if there is none any more.
};

/// Octets of the history of `zone`; 0 if it has none.
[[nodiscard]] std::size_t octets_of_history(const Zone& zone) noexcept;

/// Puts zones in the place of others, and gives them their histories.
class ZoneExchange {
public:
    /// Takes histories of zones that were not served before from `histories`; `octets` are those of
    /// all zones that are served. What it exchanges is to be within `limits`, all of it together.
    ZoneExchange(HistorySource& histories, std::size_t octets, const HistoryLimits& limits = {})
        : histories_(histories), octets_(octets), limits_(limits) {}

    /// Has `zone` take the place of `old`, which is null if it is new. Where both are the same,
    /// `zone` becomes `old`, so that nobody takes it for changed; else the change is noted in
    /// `changes`.
    void exchange(const ServedZone* old, ServedZone& zone, std::vector<ZoneChange>& changes);

private:
    [[nodiscard]] std::shared_ptr<const Zone> with_kept_history(
        const std::shared_ptr<const Zone>& zone) const;
    [[nodiscard]] std::shared_ptr<const Zone> with_longer_history(const ServedZone& before,
                                                                  const ServedZone& after) const;

    HistorySource& histories_;
    std::size_t octets_;
    HistoryLimits limits_;
};

}  // namespace arpad
