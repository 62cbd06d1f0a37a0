/// \file  Zones as other nameservers send them: record by record, or as what has changed.
///
/// Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/range_index.hpp"
#include "zone/record_models.hpp"
#include "zone/rrset.hpp"
#include "zone/zone.hpp"
#include "zone/zone_frame.hpp"
#include "zone/zone_history.hpp"

namespace arpad {

/// A record as it was sent.
struct ReceivedRecord {
    Name owner;
    RrType type = RrType::ptr;
    Ttl ttl;
    Rdata rdata;  ///< Uncompressed and valid for its type.
};

/// Puts a zone together from its records, which come in any order. Records of RrType::arpad_range
/// at the apex are ranges, if its primaries are arpad. A million PTR records of addresses cost no
/// more than where they stand in a zone file.
class ReceivedZone {
public:
    explicit ReceivedZone(ZoneFrame frame);

    /// Adds `record`, which is at or below the apex. One that is there already counts once; those
    /// of one RRset have the TTL of the first (RFC 2181 5.2). A SOA takes the place of another.
    void add(const ReceivedRecord& record);

    /// How many records have been added that are no PTR records of addresses: each costs a few
    /// hundred octets.
    [[nodiscard]] std::size_t other_records() const noexcept { return other_records_; }

    /// The zone; null if there was no SOA, if ranges cannot be read or meet, if a record fits
    /// into no message, if an RRset has more than 65,535, or a name more than 256 types. This is
    /// spent.
    [[nodiscard]] std::shared_ptr<const Zone> build();

private:
    void add_range(const Rdata& rdata);

    ZoneFrame frame_;
    std::optional<ReceivedRecord> soa_;
    RecordModels ptrs_;               // of addresses
    std::vector<NamedRange> ranges_;  // disjoint
    std::size_t other_records_ = 0;
    bool is_garbled_ = false;  // a range could not be read
    // Of all other records.
    std::map<Name, std::map<RrType, Rrset>, CanonicalLess> rrsets_;
};

/// One step from version to version (RFC 1995 4).
struct ReceivedStep {
    std::vector<ReceivedRecord> removed;
    ReceivedRecord soa;  ///< Of the version that it leads to.
    std::vector<ReceivedRecord> added;
};

/// All of `zone`, which was received, as it can be kept: with zone/record_octets.
[[nodiscard]] std::vector<std::uint8_t> to_octets(const Zone& zone);

/// The reverse; null if `octets` are no zone.
[[nodiscard]] std::shared_ptr<const Zone> received_from_octets(
    ZoneFrame frame, std::span<const std::uint8_t> octets);

/// `zone`, which was received, as it is in `frame`, which has the same apex.
[[nodiscard]] std::shared_ptr<const Zone> in_frame(const Zone& zone, ZoneFrame frame);

/// `difference`, of the zone at `apex`, as a step; none if its names do not fit below that.
[[nodiscard]] std::optional<ReceivedStep> step_of(const ZoneDifference& difference,
                                                  const Name& apex);

/// What `steps`, one after the other, make of `zone`, which was received; null if they do not fit:
/// they remove what is not there, or add what is or what `ReceivedZone` does not take. Where only
/// addresses change, the new zone shares all the rest with `zone`, and the cost does not depend on
/// its size.
[[nodiscard]] std::shared_ptr<const Zone> with_steps(const Zone& zone,
                                                     std::span<const ReceivedStep> steps);

}  // namespace arpad
