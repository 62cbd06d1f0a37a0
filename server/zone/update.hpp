/// \file  Dynamic updates (RFC 2136): what is asked for, who may ask for it, and what it comes to.
///
/// Plain data and rules, without messages and without a zone: what stands at a name is asked for.
/// Threads: values; the usual rules.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/prefix.hpp"
#include "zone/change.hpp"
#include "zone/edit.hpp"
#include "zone/edited_data.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// What the holder of a key may change.
struct UpdatePolicy {
    std::vector<Prefix> prefixes;  ///< Of the addresses; empty: any.
    std::optional<std::vector<RrType>> types = std::vector{RrType::ptr, RrType::txt, RrType::dhcid};
    bool allows_any_name = false;  ///< And not only those of addresses.
    bool is_over_records = false;  ///< What files say gives way, unless it is locked.
    std::optional<std::chrono::seconds> lifetime = {};  ///< Of what says none itself; and at most.

    /// Whether it may change the names of `prefix`.
    [[nodiscard]] bool allows(const Prefix& prefix) const noexcept;

    /// Whether it may change RRsets of `type`.
    [[nodiscard]] bool allows(RrType type) const noexcept;

    bool operator==(const UpdatePolicy&) const = default;
};

/// A record of a prerequisite or an update section; what it asks for is told by class and type.
struct UpdateRecord {
    Name owner;
    RrType type = RrType::any;
    RrClass rr_class = RrClass::in;
    std::uint32_t ttl = 0;
    Rdata rdata;  ///< Uncompressed and valid for its type; empty if the record has none.
};

/// A request for an update.
struct Update {
    Name zone;  ///< Apex.
    std::vector<UpdateRecord> prerequisites;
    std::vector<UpdateRecord> changes;
    std::optional<std::chrono::seconds> lease;  ///< That it asks for (RFC 9664).
    std::string key;                            ///< Name of the key that it is signed with.
    UpdatePolicy policy;                        ///< Of that key.
};

/// How long what `update` stores is to last; none if until it is taken back.
[[nodiscard]] std::optional<std::chrono::seconds> lifetime_of(const Update& update);

/// Why an update is not made.
struct UpdateRefusal {
    Rcode rcode = Rcode::refused;
    std::string text;
    std::string advice;
};

/// What an update is about.
class UpdatedZone {
public:
    virtual ~UpdatedZone() = default;

    /// The prefix that the apex stands for; none if the zone has no addresses.
    [[nodiscard]] virtual std::optional<Prefix> base() const = 0;

    /// What stands at the name that `owner` is about.
    [[nodiscard]] virtual EditedData data_at(const Edit& owner) = 0;

    /// The apex of the zone that `name` belongs to; none if we have none.
    [[nodiscard]] virtual std::optional<Name> zone_of(NameView name) = 0;
};

/// The edits that `update`, which comes at `now`, comes to in `zone`: whole RRsets, and only those
/// that are not what they were (RFC 2136 3.2 to 3.4). Names that defaults and ranges make are not
/// seen.
[[nodiscard]] Result<std::vector<Edit>, UpdateRefusal> evaluate(const Update& update,
                                                                UpdatedZone& zone, Edit::Time now);

}  // namespace arpad
