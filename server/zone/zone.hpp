/// \file  One zone as it is served.
///
/// Made by zone/zone_builder, held by zone/snapshot, searched by answer/lookup. Addresses stand in
/// the address index, all other names in the name index beside it; the apex node is kept apart.
/// Threads: immutable; any number of readers, no locks.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/arpa_name.hpp"
#include "reverse/prefix.hpp"
#include "zone/address_index.hpp"
#include "zone/name_index.hpp"
#include "zone/negative_answer.hpp"
#include "zone/range_index.hpp"
#include "zone/rrset.hpp"
#include "zone/transfer_policy.hpp"
#include "zone/zone_frame.hpp"

namespace arpad {

class ZoneHistory;

/// Distances below an apex, in labels.
using DepthSet = std::bitset<max_labels + 1>;

/// What a Zone is made of but for its apex node and its addresses: what a change of an address
/// leaves as it is.
struct ZoneParts {
    Name apex;                   ///< In lower case.
    std::optional<Prefix> base;  ///< Aligned prefix that the apex stands for; none: no addresses.
    NodeStore nodes;             ///< Of `names`.
    RangeIndex ranges;           ///< Without addresses that have a CNAME, or lie below NS or DNAME.
    NameIndex names;             ///< In lower case; without the apex and without addresses.
    DepthSet cuts;               ///< Where a name below the apex has NS.
    DepthSet dnames;             ///< Where the apex or a name below it has a DNAME.
    DepthSet wildcards;          ///< Where the apex or a name below it has a child `*`.

    /// Addresses, merged, about which the address index and `ranges` do not say everything: those
    /// at or below a cut or DNAME, those that have names below them, and the apex if it is one.
    std::vector<AddressRange> diverted;

    TransferPolicy transfer;
};

/// What a zone has at a name: RRsets in store, a lone PTR, or a PTR made by a range; none of them
/// at an empty non-terminal.
struct NameData {
    NodeView node;
    std::optional<AddressData> lone_ptr = {};
    const NamedRange* range = nullptr;

    [[nodiscard]] bool is_empty() const noexcept { return node.is_empty() && !has_one_ptr(); }

    /// Whether it is one PTR and no node.
    [[nodiscard]] bool has_one_ptr() const noexcept { return lone_ptr || range != nullptr; }
};

/// The lone PTR `data` in `space`; lives as long.
RrsetView make_ptr(const AddressData& data, MadeRrset& space) noexcept;

/// The PTR that `range` makes for `address` in `space`; lives as long.
RrsetView make_ptr(const NamedRange& range, Address address, MadeRrset& space) noexcept;

/// Why we cannot serve a zone that we should.
enum class Unavailability : std::uint8_t {
    not_ready,  ///< It is not known what it holds.
    expired,    ///< No primary has confirmed for too long what is known (RFC 1034 4.3.5).
};

/// See above.
class Zone : public std::enable_shared_from_this<Zone> {
public:
    /// A zone in service. `apex_rrsets` has the SOA; `addresses` is without the apex, should that
    /// be an address itself.
    Zone(ZoneParts parts, std::span<const Rrset> apex_rrsets, AddressIndex addresses);

    /// A zone that we should serve and cannot: every question in it gets SERVFAIL.
    [[nodiscard]] static std::shared_ptr<const Zone> make_unavailable(
        ZoneFrame frame, Unavailability why = Unavailability::not_ready);
    [[nodiscard]] static std::shared_ptr<const Zone> make_unavailable(const Name& apex);

    /// This zone with other addresses, made of its own by AddressIndex::with_ptr and the like, and
    /// `serial`. Shares everything else, so that it costs the same whatever the zone's size.
    [[nodiscard]] std::shared_ptr<const Zone> with_addresses(AddressIndex addresses,
                                                             Serial serial) const;

    /// This zone with `apex_rrsets`, among which is the SOA, in place of its own, and `serial`.
    /// Shares everything else.
    [[nodiscard]] std::shared_ptr<const Zone> with_apex(std::vector<Rrset> apex_rrsets,
                                                        Serial serial) const;

    /// This zone with `history`, which ends with its serial; null for none. Shares everything.
    [[nodiscard]] std::shared_ptr<const Zone> with_history(
        std::shared_ptr<const ZoneHistory> history) const;

    [[nodiscard]] bool is_available() const noexcept { return !unavailability_; }

    /// None if it is available.
    [[nodiscard]] const std::optional<Unavailability>& unavailability() const noexcept {
        return unavailability_;
    }

    [[nodiscard]] NameView apex() const noexcept { return parts_->apex; }
    [[nodiscard]] unsigned apex_labels() const noexcept { return apex_labels_; }
    [[nodiscard]] std::uint64_t apex_hash() const noexcept { return apex_hash_; }

    /// Where it comes from, and who may take it by transfer.
    [[nodiscard]] const TransferPolicy& transfer() const noexcept { return parts_->transfer; }

    /// What it was before anything in it was known.
    [[nodiscard]] ZoneFrame frame() const;

    /// The SOA RRset. The zone must be available, as for all below.
    [[nodiscard]] RrsetView soa() const noexcept { return RrsetView(soa_); }
    [[nodiscard]] Serial serial() const noexcept { return soa_numbers().serial; }
    [[nodiscard]] SoaNumbers soa_numbers() const noexcept;

    /// TTL of the SOA in a negative answer: the smaller of its own and MINIMUM (RFC 2308 5).
    [[nodiscard]] Ttl negative_ttl() const noexcept { return negative_ttl_; }

    /// The SOA as negative answers carry it.
    [[nodiscard]] const NegativeAnswer& negative_answer() const noexcept {
        return negative_answer_;
    }

    /// How far the labels of `name`, which is at or below the apex, read as an address.
    [[nodiscard]] LabelPath read_path(const NameBuffer& name) const noexcept;

    /// What stands at the rightmost `labels` labels of `name`; none if that name does not exist.
    /// `labels` is at least `apex_labels()`, `path` is `read_path(name)`. Neither wildcards nor
    /// cuts and DNAMEs above the name are looked at. No allocation.
    [[nodiscard]] std::optional<NameData> find_name(const NameBuffer& name, unsigned labels,
                                                    const LabelPath& path) const noexcept;

    /// The RRsets in store at that name but for a lone PTR; none if there are none, whether or not
    /// it exists.
    [[nodiscard]] NodeView find_stored(const NameBuffer& name, unsigned labels,
                                       const LabelPath& path) const noexcept;

    /// What stands at the wildcard below the rightmost `labels` labels of `name`; none if there is
    /// no such wildcard.
    [[nodiscard]] std::optional<NodeView> find_wildcard(const NameBuffer& name,
                                                        unsigned labels) const noexcept;

    /// Depths below the apex where delegations are.
    [[nodiscard]] const DepthSet& cuts() const noexcept { return parts_->cuts; }

    /// Depths at and below the apex where DNAMEs are.
    [[nodiscard]] const DepthSet& dnames() const noexcept { return parts_->dnames; }

    /// Depths at and below the apex of names that have a wildcard below them.
    [[nodiscard]] const DepthSet& wildcards() const noexcept { return parts_->wildcards; }

    /// What it is made of, for those that walk through all of it.
    [[nodiscard]] const ZoneParts& parts() const noexcept { return *parts_; }
    [[nodiscard]] NodeView apex_node() const noexcept { return apex_.at(NodeId{}); }

    /// How it has come from older versions; null if that is not known.
    [[nodiscard]] const std::shared_ptr<const ZoneHistory>& history() const noexcept {
        return history_;
    }

    /// The addresses with anything of their own.
    [[nodiscard]] const AddressIndex& addresses() const noexcept { return addresses_; }

    /// Whether more than the address index and the ranges has to be asked about `address`.
    [[nodiscard]] bool is_diverted(Address address) const noexcept;

private:
    Zone(ZoneFrame frame, Unavailability why);
    Zone(std::shared_ptr<const ZoneParts> parts, std::span<const Rrset> apex_rrsets,
         AddressIndex addresses);

    [[nodiscard]] std::optional<Prefix> prefix_at(unsigned depth,
                                                  const LabelPath& path) const noexcept;

    std::shared_ptr<const ZoneParts> parts_;
    AddressIndex addresses_;
    NodeStore apex_;  // one node
    unsigned apex_labels_;
    std::uint64_t apex_hash_;
    const std::uint8_t* soa_ = nullptr;
    Ttl negative_ttl_;
    NegativeAnswer negative_answer_;
    std::optional<Unavailability> unavailability_;
    std::shared_ptr<const ZoneHistory> history_;
};

}  // namespace arpad
