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
#include "zone/names_view.hpp"
#include "zone/ptr_layers.hpp"
#include "zone/range_index.hpp"
#include "zone/record_models.hpp"
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

/// The PTR RRset of an address that has a name.
struct PlacedPtr {
    Address address;
    Ttl ttl;
    NamesView targets;  ///< At least one.
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

    /// Says who may take the zone by transfer; nobody without it.
    void set_transfer(const TransferPolicy& policy) { transfer_ = policy; }

    /// Adds `rrset` at `owner`, which is at or below the apex and has none of that type yet.
    void add(const Name& owner, Rrset rrset, RrsetOrigin origin = {});

    /// Adds what the operator says of addresses in the base, once for the whole zone; in the order
    /// of the addresses. `ttl` is that of records that have none of their own. Neither default nor
    /// range names the address of one without names. Borrowed until `build` is done: a million of
    /// them are not copied.
    void add_records(RecordsView records, Ttl ttl);

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
    [[nodiscard]] RecordsView records() const noexcept { return records_; }
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

    /// Which of its PTRs are heard only where nobody else says anything.
    [[nodiscard]] PtrLayers ptr_layers();

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
    void note_diverted(NameView owner, std::span<const PlacedRrset> rrsets);
    void settle_defaults(std::span<const RangeSegment> segments);
    void settle_ranges(std::span<const RangeSegment> segments);
    void settle_apex_address();
    [[nodiscard]] PlacedPtr ptr_of(const RecordView& record) const;
    [[nodiscard]] std::optional<PlacedPtr> apex_ptr() const;
    [[nodiscard]] std::optional<Rrset> range_ptr(Address address) const;
    [[nodiscard]] bool is_apex_address() const;
    [[nodiscard]] std::vector<Rrset> gather(const AddressRrsets& other, const PlacedPtr* ptr) const;

    /// Goes over the addresses below the apex in ascending order: calls `visit_ptr(ptr)` for each
    /// that has nothing but a PTR of its own, as nearly all do, and `visit_rrsets(address, rrsets)`
    /// for each other one.
    template <class VisitPtr, class VisitRrsets>
    void for_each_address(const VisitPtr& visit_ptr, const VisitRrsets& visit_rrsets) const;

    void digest_ranges(Digester& digester) const;
    [[nodiscard]] Rrset soa_rrset(Serial serial) const;
    [[nodiscard]] AddressIndex store_addresses() const;
    [[nodiscard]] NameIndex store_names(NodeStore& nodes) const;
    void note_depths(ZoneParts& parts) const;

    Name apex_;
    std::optional<Prefix> base_;
    SoaModel soa_;
    Ttl soa_ttl_;
    TransferPolicy transfer_;
    Rrsets rrsets_;
    RecordsView records_;
    Ttl records_ttl_;
    std::vector<PlacedPtr> defaults_;  // once settled: those that name their addresses
    std::vector<NamedRange> ranges_;
    std::vector<AddressRange> left_out_;

    // What `settle` makes of them.
    bool is_settled_ = false;
    std::vector<AddressRrsets> addresses_;  // ascending
    std::vector<const Rrsets::value_type*> names_;
    std::vector<AddressRange> diverted_;
    std::vector<AddressRange> silent_;  // `~`
    bool is_apex_ptr_written_ = false;  // where the apex is an address
    RangeIndex range_index_;
};

/// What the `rdata` of a SOA, which is valid, says; without its serial.
[[nodiscard]] SoaModel soa_model(std::span<const std::uint8_t> rdata);

/// RDATA that is one domain name: of NS, PTR or CNAME.
[[nodiscard]] Rdata name_rdata(NameView name);

}  // namespace arpad
