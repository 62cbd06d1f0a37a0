/// \file  What the zone file of an imported zone will say.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "import/zone_records.hpp"
#include "reverse/address.hpp"
#include "reverse/classless.hpp"
#include "reverse/name_template.hpp"
#include "reverse/prefix.hpp"

namespace arpad {

/// What a zone's name says about its addresses.
struct ZoneForm {
    Name apex;
    std::optional<Prefix> network;        ///< None: the file has `zone` alone, and no addresses.
    std::optional<ClasslessStyle> style;  ///< Of an RFC 2317 child zone.
    Prefix base;  ///< The aligned prefix that the apex stands for; only with a network.

    /// The address whose name below the apex is `owner`, if the network has it.
    [[nodiscard]] std::optional<Address> address_of(NameView owner) const;

    /// The aligned prefix that `owner`, at or below the apex, stands for.
    [[nodiscard]] std::optional<Prefix> prefix_of(NameView owner) const;
};

/// What `apex` says by itself.
[[nodiscard]] ZoneForm form_of(const Name& apex);

/// The SOA record.
struct PlannedSoa {
    std::string primary;  ///< A host name without final dot, as all texts here.
    std::string contact;
    std::uint32_t serial = 0;
    std::uint32_t refresh = 0;
    std::uint32_t retry = 0;
    std::uint32_t expire = 0;
    std::uint32_t negative_ttl = 0;
    Ttl ttl;
};

/// An entry of `records`. Borrows its names from the ZoneRecords.
struct PlannedRecord {
    Address address;
    std::size_t first = 0;  ///< Index of its first name in ZonePlan::address_names.
    std::size_t count = 0;  ///< Of its names; 0 for `~`.
};

/// An entry of `ranges`.
struct PlannedRange {
    AddressRange range;
    std::string names;  ///< The template.
    Ttl ttl;
};

/// A nameserver of a delegation.
struct PlannedNameserver {
    std::string name;
    std::vector<Address> addresses;
};

/// An entry of `delegations`.
struct PlannedDelegation {
    Prefix prefix;
    std::vector<PlannedNameserver> nameservers;
    std::optional<ClasslessStyle> style;
    std::optional<Name> cname_to;
    std::vector<std::string> ds;
    Ttl ttl;
    Ttl ds_ttl;
};

/// See above.
struct ZonePlan {
    std::string source;  ///< Where the zone comes from.
    ZoneForm form;
    Ttl ttl;  ///< Of the network.
    std::vector<std::string> nameservers;
    Ttl nameservers_ttl;
    PlannedSoa soa;
    std::vector<AddressName> address_names;      ///< All that are not in `extra`, by address.
    std::vector<PlannedRecord> records;          ///< By address.
    std::vector<PlannedRange> ranges;            ///< By address.
    std::vector<PlannedDelegation> delegations;  ///< By prefix.
    std::vector<ZoneRecord> extra;               ///< By owner and type.
    ZoneRecords source_records;                  ///< Holds the octets of the names.
    std::uint64_t ranged_names = 0;              ///< How many names the ranges stand for.
};

/// `name`, which has only letters that need no escapes, without a final dot.
[[nodiscard]] std::string plain_text(NameView name);

/// Whether a zone file may hold `name` as a host name, as it is and in its case.
[[nodiscard]] bool is_host_name(NameView name) noexcept;

}  // namespace arpad
