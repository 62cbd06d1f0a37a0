/// \file  Puts one zone together: RRsets in any order in, an immutable Zone out.
///
/// Decides nothing about networks; that is zone/builder's. Threads: one at a time.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "crypto/digest.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/prefix.hpp"
#include "zone/model.hpp"
#include "zone/rrset.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// See above.
class ZoneBuilder {
public:
    /// A zone at `apex` with the SOA record `soa`, whose serial is not known yet. `base` is the
    /// aligned prefix that the apex stands for, if the zone holds addresses.
    ZoneBuilder(const Name& apex, std::optional<Prefix> base, const SoaModel& soa, Ttl soa_ttl);

    /// Adds `rrset` at `owner`, which is at or below the apex and has none of that type yet.
    void add(const Name& owner, Rrset rrset);

    /// Adds the PTR RRset of `address`, which lies in the base and has none yet. `targets` is not
    /// empty and must live until `build` is done: a million of them are not copied.
    void add_ptr(Address address, Ttl ttl, std::span<const Name> targets);

    /// Digest of everything in the zone but its serial, whatever the order it was added in.
    [[nodiscard]] Digest content();

    /// The zone, with `serial` in its SOA. The builder is spent.
    [[nodiscard]] std::shared_ptr<const Zone> build(Serial serial);

private:
    struct PtrEntry {
        Address address;
        Ttl ttl;
        std::span<const Name> targets;
    };

    /// Calls `visit(address, rrsets)` for each address below the apex, in ascending order.
    template <class Visit>
    void for_each_address(const Visit& visit);

    [[nodiscard]] Rrset soa_rrset(Serial serial) const;
    [[nodiscard]] std::vector<AddressIndex::Entry> store_addresses(NodeStore& nodes);

    Name apex_;
    std::optional<Prefix> base_;
    SoaModel soa_;
    Ttl soa_ttl_;
    bool ordered_ = true;
    std::vector<PtrEntry> ptrs_;
    std::vector<Rrset> apex_rrsets_;                           // without the SOA
    std::map<Address, std::vector<Rrset>> addresses_;          // whatever is no PTR of `ptrs_`
    std::map<Name, std::vector<Rrset>, CanonicalLess> names_;  // in lower case
    DepthSet cuts_;
};

/// RDATA that is one domain name: of NS, PTR or CNAME.
[[nodiscard]] Rdata name_rdata(NameView name);

}  // namespace arpad
