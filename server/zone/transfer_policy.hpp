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

/// Who sends a request, and how.
struct Requester {
    Address address;
    std::optional<NameView> signer;  ///< The key that it is signed with.
    bool is_encrypted = false;       ///< By TLS.
};

/// Requests that are allowed: those that meet all that is there. At least one is.
struct AccessRule {
    std::optional<Prefix> clients;  ///< Where they come from; none: anywhere.
    std::optional<Name> key;        ///< What they are signed with; none: anything or nothing.
    bool is_arpad = false;          ///< They come from arpad, and get ranges as they are.
    bool needs_tls = false;         ///< They come over TLS (RFC 9103).

    [[nodiscard]] bool allows(const Requester& requester) const noexcept {
        return (!clients || clients->contains(requester.address)) &&
               (!key || (requester.signer && *requester.signer == *key)) &&
               (!needs_tls || requester.is_encrypted);
    }

    bool operator==(const AccessRule&) const = default;
};

/// What becomes of the names that ranges make when a zone is transferred.
enum class RangesInTransfers : std::uint8_t {
    expand,    ///< Each is a record.
    omit,      ///< They stay out: such a secondary says that they do not exist.
    wildcard,  ///< Wildcards stand for them; zone/range_wildcards.
};

/// What kind of nameserver takes a zone.
enum class TransferView : std::uint8_t {
    foreign,  ///< It knows no ranges: RangesInTransfers.
    arpad,    ///< It does, and gets them as records of RrType::arpad_range.
};

/// See above.
struct TransferPolicy {
    std::vector<Remote> primaries;         ///< Where it is taken from; empty: it is made here.
    std::vector<AccessRule> allow_notify;  ///< Who beside these may say that it has changed there.
    std::vector<AccessRule> allow;         ///< Empty: nobody.
    RangesInTransfers ranges = RangesInTransfers::expand;
    std::uint64_t max_range_names = 65'536;    ///< That one range may be expanded to.
    std::uint64_t max_zone_names = 1'000'000;  ///< That all ranges may be expanded to.
    NotifyList notify;
    std::optional<std::string> catalog_group;  ///< RFC 9432 4.3.2; up to 255 octets.
    std::optional<Name> catalog_coo;           ///< The catalog that it moves to (4.3.1).
    bool restricts_queries = false;            ///< Who may not take it may not ask for it either.

    /// As what `requester` may take it; none if it may not.
    [[nodiscard]] std::optional<TransferView> view_of(const Requester& requester) const noexcept {
        std::optional<TransferView> view;
        for (const AccessRule& rule : allow) {
            if (!rule.allows(requester)) continue;
            if (rule.is_arpad) return TransferView::arpad;
            view = TransferView::foreign;
        }
        return view;
    }

    /// Whether anybody may take it as `view`.
    [[nodiscard]] bool has_view(TransferView view) const noexcept {
        return std::ranges::any_of(allow, [view](const AccessRule& rule) {
            return rule.is_arpad == (view == TransferView::arpad);
        });
    }

    /// Whether records of RrType::arpad_range that its primaries send are ranges.
    [[nodiscard]] bool takes_ranges() const noexcept {
        return std::ranges::any_of(primaries, &Remote::is_arpad);
    }

    [[nodiscard]] bool is_secondary() const noexcept { return !primaries.empty(); }

    /// Whether to believe `requester` that the primaries have a newer version: one of them itself,
    /// by its key if it has one (RFC 1996 3.11).
    [[nodiscard]] bool allows_notify(const Requester& requester) const noexcept {
        const auto is_client = [&](const Remote& primary) {
            return AccessRule{Prefix(primary.endpoint.address, primary.endpoint.address.bits()),
                              primary.key}
                .allows(requester);
        };
        return std::ranges::any_of(primaries, is_client) ||
               std::ranges::any_of(allow_notify,
                                   [&](const AccessRule& rule) { return rule.allows(requester); });
    }

    bool operator==(const TransferPolicy&) const = default;
};

}  // namespace arpad
