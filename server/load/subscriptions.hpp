/// \file  Catalogs that are taken from primaries (RFC 9432), and the zones that they list.
///
/// Threads: one at a time.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "dns/name.hpp"
#include "load/served_zone.hpp"
#include "zone/catalog.hpp"
#include "zone/received_version.hpp"

namespace arpad {

/// What is in service of a catalog.
struct Subscription {
    CatalogSource source;
    ServedZone catalog;
    std::map<Name, ServedZone, CanonicalLess> members;
    std::vector<Name> ignored = {};  ///< Listed, but a file or another catalog has them.
    std::string flaw =
        {};  ///< Why the members are those of an earlier version; empty if they are not.
};

/// By the name of the catalog.
using Subscriptions = std::map<Name, Subscription, CanonicalLess>;

/// What is served at `now` of the zone of `frame`, of which `version` has come last.
[[nodiscard]] ServedZone served_of(const ZoneFrame& frame, const ReceivedVersion& version,
                                   std::chrono::system_clock::time_point now);

/// Finds what is served of catalogs and of their members.
class Subscribing {
public:
    using Names = std::set<Name, CanonicalLess>;
    using Zones = std::map<Name, ServedZone, CanonicalLess>;
    using Versions = std::map<Name, ReceivedVersion, CanonicalLess>;
    using FindVersion = std::function<ReceivedVersion(const ZoneFrame&)>;

    /// What becomes of zones.
    struct Outcome {
        std::vector<ZoneChange>& changes;  ///< Those that are not what they were are added.
        Versions& received;                ///< Likewise what has come of those that are new.
    };

    /// `before` are the subscriptions until `now`; `taken` the names that members must not have;
    /// `news` catalogs that have just come. `find_version` tells what has come last of a zone.
    Subscribing(const Subscriptions& before, Names taken, Zones news, FindVersion find_version,
                ZoneExchange& exchange, std::chrono::system_clock::time_point now, Outcome outcome);

    /// Those to the catalogs of `sources`. Of several that list the same zone it belongs to the one
    /// that has it already, or had it before a restart (RFC 9432 5.2), else to the one whose name
    /// comes first.
    [[nodiscard]] Subscriptions run(std::span<const CatalogSource> sources);

private:
    [[nodiscard]] const Subscription* find_old(const Name& catalog) const;
    [[nodiscard]] bool had(const CatalogSource& source, const Name& name, bool is_alone) const;
    [[nodiscard]] ServedZone catalog_of(const CatalogSource& source, const Subscription* old);
    [[nodiscard]] std::vector<Name> members_of(Subscription& fresh, const Subscription* old) const;
    [[nodiscard]] ServedZone member(const Name& name, const CatalogSource& source);
    [[nodiscard]] const ServedZone* old_member(const Name& name) const;
    [[nodiscard]] ServedZone take(const ZoneFrame& frame, const ServedZone* old);

    const Subscriptions& before_;
    Names taken_;
    Zones news_;
    FindVersion find_version_;
    ZoneExchange& exchange_;
    std::chrono::system_clock::time_point now_;
    Outcome outcome_;
    Names members_;  // of all
};

}  // namespace arpad
