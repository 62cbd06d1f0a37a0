/// \file  Where a zone comes from if it is not made here, who may take it by transfer, what they
/// get of its ranges, and who is told of changes.
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
    expand,    ///< Each is a record.
    omit,      ///< They stay out: such a secondary says that they do not exist.
    wildcard,  ///< Wildcards stand for them; zone/range_wildcards.
};

/// See above.
struct TransferPolicy {
    std::vector<Remote> primaries;         ///< Where it is taken from; empty: it is made here.
    std::vector<AccessRule> allow_notify;  ///< Who beside these may say that it has changed there.
    std::vector<AccessRule> allow;         ///< Empty: nobody.
    RangesInTransfers ranges = RangesInTransfers::expand;
    NotifyList notify;
    std::optional<std::string> catalog_group;  ///< RFC 9432 4.3.2; up to 255 octets.
    std::optional<Name> catalog_coo;           ///< The catalog that it moves to (4.3.1).
    bool restricts_queries = false;            ///< Who may not take it may not ask for it either.

    [[nodiscard]] bool allows(Address client, std::optional<NameView> signer) const noexcept {
        return std::ranges::any_of(
            allow, [&](const AccessRule& rule) { return rule.allows(client, signer); });
    }

    [[nodiscard]] bool is_secondary() const noexcept { return !primaries.empty(); }

    /// Whether to believe `client` that the primaries have a newer version: one of them itself, by
    /// its key if it has one (RFC 1996 3.11).
    [[nodiscard]] bool allows_notify(Address client,
                                     std::optional<NameView> signer) const noexcept {
        const auto is_client = [&](const Remote& primary) {
            return AccessRule{Prefix(primary.endpoint.address, primary.endpoint.address.bits()),
                              primary.key}
                .allows(client, signer);
        };
        return std::ranges::any_of(primaries, is_client) ||
               std::ranges::any_of(allow_notify, [&](const AccessRule& rule) {
                   return rule.allows(client, signer);
               });
    }

    bool operator==(const TransferPolicy&) const = default;
};

}  // namespace arpad
