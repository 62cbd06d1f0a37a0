/// \file  Zones for tests, written down as one expression.
///
///     zone_for("192.0.0.0/16").ptr("1.2", "a.example.").build()
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/prefix.hpp"
#include "zone/model.hpp"
#include "zone/range_index.hpp"
#include "zone/rrset.hpp"
#include "zone/transfer_policy.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// Collects RRs, then builds. SOA: `ns.example. host.example. 1 7200 1800 1209600 900`, NS:
/// `ns.example.`, every TTL 3600, unless told otherwise. All names and prefixes must be valid.
class ZoneMaker {
public:
    /// A zone at `apex`, which stands for the aligned `base` if there is one.
    ZoneMaker(Name apex, std::optional<Prefix> base);

    /// The TTL of the SOA RRset.
    ZoneMaker& soa_ttl(std::uint32_t seconds);

    /// The last number of the SOA.
    ZoneMaker& negative_ttl(std::uint32_t seconds);

    /// The first two names of the SOA.
    ZoneMaker& soa_names(std::string_view primary, std::string_view contact);

    /// The TTL of what is added from here on.
    ZoneMaker& ttl(std::uint32_t seconds);

    /// One more RR of an RRset. `owner` is relative to the apex, "@" is the apex itself.
    ZoneMaker& rr(std::string_view owner, RrType type, Rdata rdata);

    /// The same for types whose RDATA is one absolute name.
    ZoneMaker& ptr(std::string_view owner, std::string_view target);
    ZoneMaker& cname(std::string_view owner, std::string_view target);
    ZoneMaker& ns(std::string_view owner, std::string_view target);

    /// One more RR, written as in a master file: `OWNER [TTL] TYPE RDATA`.
    ZoneMaker& record(std::string_view line);

    /// Names for the addresses of a prefix, or of `FIRST-LAST`, that have none of their own. An
    /// outer range comes before what it contains.
    ZoneMaker& range(std::string_view addresses, std::string_view names);

    /// No names for them, whatever ranges are around.
    ZoneMaker& hole(std::string_view addresses);

    /// Who may transfer it; nobody without it.
    ZoneMaker& transfer(const TransferPolicy& policy);

    [[nodiscard]] std::shared_ptr<const Zone> build() const;

private:
    ZoneMaker& add(const Name& owner, RrType type, Ttl ttl, Rdata rdata);

    Name apex_;
    std::optional<Prefix> base_;
    SoaModel soa_;
    Ttl soa_ttl_{3600};
    Ttl ttl_{3600};
    std::map<std::pair<std::string, RrType>, Rrset> rrsets_;  // by absolute name
    std::vector<NamedRange> ranges_;
    TransferPolicy transfer_;
};

/// The addresses of a prefix, or from FIRST to LAST: "192.0.2.0/28", "192.0.2.3-192.0.2.5".
[[nodiscard]] AddressRange range_from_text(std::string_view text);

/// The zone of an aligned prefix at its own reverse name.
[[nodiscard]] ZoneMaker zone_for(std::string_view prefix);

/// A zone at any name: of `base`, or without addresses.
[[nodiscard]] ZoneMaker zone_at(std::string_view apex);
[[nodiscard]] ZoneMaker zone_at(std::string_view apex, std::string_view base);

}  // namespace arpad
