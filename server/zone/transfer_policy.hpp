/// \file  Who may take a zone by transfer, what they get of its ranges, and who is told of changes.
///
/// Plain data: written in zone files and `zone_defaults`, kept with each zone, judged by
/// answer/policy.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dns/name.hpp"
#include "reverse/address.hpp"
#include "reverse/prefix.hpp"
#include "zone/remote.hpp"

namespace arpad {

/// Requests that are allowed: those that meet all that is there. At least one is.
struct AccessRule {
    std::optional<Prefix> clients;  ///< Where they come from; none: anywhere.
    std::optional<Name> key;        ///< What they are signed with; none: anything or nothing.

    [[nodiscard]] bool allows(Address client, std::optional<NameView> signer) const noexcept {
        return (!clients || clients->contains(client)) && (!key || (signer && *signer == *key));
    }

    bool operator==(const AccessRule&) const = default;
};

/// What becomes of the names that ranges make when a zone is transferred.
enum class RangesInTransfers : std::uint8_t {
    expand,  ///< Each is a record.
    omit,    ///< They stay out: such a secondary says that they do not exist.
};

/// See above.
struct TransferPolicy {
    std::vector<AccessRule> allow;  ///< Empty: nobody.
    RangesInTransfers ranges = RangesInTransfers::expand;
    NotifyList notify;
    std::optional<std::string> catalog_group;  ///< RFC 9432 4.3.2; up to 255 octets.
    std::optional<Name> catalog_coo;           ///< The catalog that it moves to (4.3.1).
    bool restricts_queries = false;            ///< Who may not take it may not ask for it either.

    [[nodiscard]] bool allows(Address client, std::optional<NameView> signer) const noexcept {
        return std::ranges::any_of(
            allow, [&](const AccessRule& rule) { return rule.allows(client, signer); });
    }

    bool operator==(const TransferPolicy&) const = default;
};

}  // namespace arpad
