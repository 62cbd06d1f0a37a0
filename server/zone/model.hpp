/// \file  What the operator wrote about one network, as plain data.
///
/// Made by load/zone_file, which has already reported everything that is wrong with a file by
/// itself and filled in the defaults; read by zone/builder, which decides what follows from all
/// networks together. Host names keep their case.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"
#include "reverse/classless.hpp"
#include "reverse/name_template.hpp"
#include "reverse/prefix.hpp"
#include "zone/record_models.hpp"
#include "zone/rrset.hpp"
#include "zone/transfer_policy.hpp"

namespace arpad {

/// One entry of `ranges`: names for those of its addresses that have none of their own.
struct RangeModel {
    AddressRange range;
    std::optional<NameTemplate> names;  ///< None for `~`: a hole.
    std::string written;                ///< The template as written; empty for `~`.
    std::optional<Ttl> ttl;             ///< Its own TTL, else the network's.
    Place place;                        ///< Of the key.
};

/// One entry of `nameservers` of a delegation.
struct DelegatedNameserverModel {
    Name name;
    std::vector<Address> addresses;  ///< Glue; no two equal.
    Place place;                     ///< Of the name.
};

/// One entry of `delegations`.
struct DelegationModel {
    Prefix prefix;
    std::vector<DelegatedNameserverModel> nameservers;  ///< No two names equal; may be empty only
                                                        ///< if `cname_to` is written.
    std::optional<ClasslessStyle> style;  ///< As written; none means slash where one is needed.
    std::optional<Name> cname_to;  ///< The child zone's name, if it is none of RFC 2317's styles.
    std::vector<Rdata> ds;         ///< RDATA of DS records (RFC 4034 5.1), no two equal.
    std::optional<Ttl> ttl;        ///< Of NS, glue and CNAMEs, else the network's.
    std::optional<Ttl> ds_ttl;     ///< Else `ttl`, else the network's.
    Place place;                   ///< Of the key.
};

/// One record of `extra`.
struct ExtraModel {
    Name owner;
    RrType type = RrType::txt;
    std::optional<Ttl> ttl;  ///< Else the network's.
    Rdata rdata;             ///< Uncompressed, valid for the type.
    Place place;             ///< Of the record's first word.
};

/// One entry of `nameservers`.
struct NameserverModel {
    Name name;
    Place place;

    bool operator==(const NameserverModel&) const = default;
};

/// What the operator says about the serial.
struct SerialModel {
    enum class Kind : std::uint8_t {
        kept,   ///< Nothing: the server keeps it.
        floor,  ///< `serial: N`
        fixed,  ///< `serial: {fixed: N}`
    };

    Kind kind = Kind::kept;
    Serial value;  ///< N; 0 if kept.
    Place place;   ///< Of the `serial` key; 0 if kept.
};

/// The SOA record, defaults filled in.
struct SoaModel {
    Name primary;                      ///< MNAME.
    Name contact;                      ///< RNAME.
    std::uint32_t refresh = 7200;      ///< Seconds.
    std::uint32_t retry = 1800;        ///< Seconds.
    std::uint32_t expire = 1'209'600;  ///< Seconds.
    Ttl negative_ttl{900};   ///< MINIMUM: how long a negative answer may be cached (RFC 2308 4).
    std::optional<Ttl> ttl;  ///< Of the SOA record itself, else the network's.
    SerialModel serial;
};

/// What decides which zones a network is served as, and all that is known of a file whose rest is
/// broken.
struct NetworkKey {
    std::optional<Prefix> network;  ///< None if only `zone` is given and its name is no prefix.
    std::optional<Name> zone;       ///< The name that `zone` gives; none if not written.
    std::optional<ClasslessStyle> style;  ///< As written; none means slash where one is needed.
    Place place;                          ///< Of the `network` key, else of the `zone` key.
};

/// One zone file.
struct NetworkModel {
    std::string file;  ///< As named in diagnostics.
    NetworkKey key;
    Ttl ttl{3600};
    std::optional<Ttl> nameservers_ttl;        ///< Of the apex NS RRset, else `ttl`.
    std::optional<Ttl> edit_ttl;               ///< Of edits without one of their own, else `ttl`.
    std::vector<NameserverModel> nameservers;  ///< No two equal; at least one, but for networks
                                               ///< with primaries, which have none of what follows.
    SoaModel soa;
    RecordModels records;            ///< By address, none twice.
    std::vector<RangeModel> ranges;  ///< By first address, an outer one directly before all it
                                     ///< contains; nested or disjoint, no two equal.
    std::vector<DelegationModel> delegations;  ///< By prefix; no two overlap.
    std::vector<ExtraModel> extra;             ///< In the order written.
    TransferPolicy transfer;
};

/// The TTL of edits without one of their own in the network of `model`.
[[nodiscard]] inline Ttl edit_ttl(const NetworkModel& model) noexcept {
    return model.edit_ttl.value_or(model.ttl);
}

/// "192.0.2.0/24", or the zone's name where there is no network: what messages call it.
[[nodiscard]] std::string display_name(const NetworkKey& key);

}  // namespace arpad
