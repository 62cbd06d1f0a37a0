/// \file  Puts one zone together: RRsets and ranges in any order in, an immutable Zone out.
///
/// Decides what names an address: a record, else the server's default, else the smallest range;
/// where a PTR was added as an RRset, that one (the layers of docs/zone-files.md). Knows nothing of
/// networks; that is zone/assembly's. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "crypto/digest.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/prefix.hpp"
#include "zone/model.hpp"
#include "zone/range_index.hpp"
#include "zone/rrset.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// Where an RRset comes from.
struct RrsetOrigin {
    enum class Kind : std::uint8_t {
        derived,     ///< From settings of the network, or from another network.
        delegation,  ///< From an entry of `delegations`.
        extra,       ///< Written in `extra`.
    };

    Kind kind = Kind::derived;
    std::string_view file;  ///< As named in diagnostics.
    Place place;            ///< Of the entry or record; 0 if derived.
};

/// An RRset before it is stored.
struct PlacedRrset {
    Rrset rrset;
    RrsetOrigin origin;
};

/// The RRset of `type` among `rrsets`; null if there is none.
[[nodiscard]] const PlacedRrset* find_rrset(std::span<const PlacedRrset> rrsets,
                                            RrType type) noexcept;

/// The PTR RRset of an address.
struct PlacedPtr {
    Address address;
    Ttl ttl;
    std::span<const Name> targets;  ///< Borrowed: a million of them are not copied.
    Place place;
};

/// See above.
class ZoneBuilder {
public:
    /// RRsets by owner, in lower case; the apex has no SOA here, and PTRs of addresses that were
    /// added as such are not among them.
    using Rrsets = std::map<Name, std::vector<PlacedRrset>, CanonicalLess>;

    /// A zone at `apex` with the SOA record `soa`, whose serial is not known yet. `base` is the
    /// aligned prefix that the apex stands for, if the zone holds addresses.
    ZoneBuilder(const Name& apex, std::optional<Prefix> base, const SoaModel& soa, Ttl soa_ttl);

    /// Adds `rrset` at `owner`, which is at or below the apex and has none of that type yet.
    void add(const Name& owner, Rrset rrset, RrsetOrigin origin = {});

    /// Adds what a record of the operator says of an address in the base, which has none yet.
    /// `ptr.targets` must live until `build` is done; if empty, neither default nor range names
    /// the address.
    void add_record(const PlacedPtr& ptr);

    /// Adds the name that a server's primary address, which lies in the base, has by default.
    /// `ptr.targets` must live until `build` is done.
    void add_default(const PlacedPtr& ptr);

    /// Adds ranges that lie at least partly in the base; nested or disjoint.
    void add_range(NamedRange range);

    /// Says that neither defaults nor ranges name any address of `range`, which may lie outside.
    void leave_out(const AddressRange& range) { left_out_.push_back(range); }

    [[nodiscard]] NameView apex() const noexcept { return apex_; }
    [[nodiscard]] const std::optional<Prefix>& base() const noexcept { return base_; }
    [[nodiscard]] const Rrsets& rrsets() const noexcept { return rrsets_; }

    /// The records and defaults that were added. The zone must not have been built.
    [[nodiscard]] std::span<const PlacedPtr> records() const noexcept { return records_; }
    [[nodiscard]] std::span<const PlacedPtr> defaults() const noexcept { return defaults_; }

    /// What `add` added at `owner`; empty if nothing.
    [[nodiscard]] std::span<const PlacedRrset> find(NameView owner) const;

    /// The name closest to the apex, at or above `owner`, that has NS and is not the apex, or a
    /// DNAME and is not `owner` itself; none if there is none.
    [[nodiscard]] std::optional<NameView> find_way_out(NameView owner) const;

    /// The prefix that `owner`, which is at or below the apex, stands for; none if it does not read
    /// as one.
    [[nodiscard]] std::optional<Prefix> prefix_of(NameView owner) const;

    /// Digest of everything in the zone but its serial, whatever the order it was added in.
    [[nodiscard]] Digest content();

    /// The zone, with `serial` in its SOA. The builder is spent.
    [[nodiscard]] std::shared_ptr<const Zone> build(Serial serial);

private:
    /// An address with RRsets beside, or instead of, its PTR.
    struct AddressRrsets {
        Address address;
        const std::vector<PlacedRrset>* rrsets;
    };

    void settle();
    void note_owner(const Rrsets::value_type& entry);
    void settle_defaults(std::span<const RangeSegment> segments);
    void settle_ranges(std::span<const RangeSegment> segments);
    void settle_apex_address();
    [[nodiscard]] std::optional<Rrset> range_ptr(Address address) const;
    [[nodiscard]] bool is_apex_address() const;
    [[nodiscard]] std::vector<Rrset> gather(const AddressRrsets& other, const Rrset* ptr) const;

    /// Calls `visit(address, rrsets)` for each address below the apex, in ascending order.
    template <class Visit>
    void for_each_address(const Visit& visit) const;

    void digest_ranges(Digester& digester) const;
    [[nodiscard]] Rrset soa_rrset(Serial serial) const;
    [[nodiscard]] std::vector<AddressIndex::Entry> store_addresses(NodeStore& nodes) const;
    [[nodiscard]] NameIndex store_names(NodeStore& nodes) const;
    void note_depths(ZoneParts& parts) const;

    Name apex_;
    std::optional<Prefix> base_;
    SoaModel soa_;
    Ttl soa_ttl_;
    Rrsets rrsets_;
    std::vector<PlacedPtr> records_;   // once settled: those with targets
    std::vector<PlacedPtr> defaults_;  // once settled: those that name their addresses
    std::vector<NamedRange> ranges_;
    std::vector<AddressRange> left_out_;

    // What `settle` makes of them.
    bool is_settled_ = false;
    std::vector<AddressRrsets> addresses_;  // ascending
    std::vector<const Rrsets::value_type*> names_;
    RangeIndex range_index_;
};

/// RDATA that is one domain name: of NS, PTR or CNAME.
[[nodiscard]] Rdata name_rdata(NameView name);

}  // namespace arpad
