/// \file  One zone file: YAML to NetworkModel.
///
/// Checks everything that one file can say wrong by itself; what several networks say together is
/// zone/builder's. Never throws.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "dns/types.hpp"
#include "load/extra_fields.hpp"
#include "load/zone_document.hpp"
#include "zone/model.hpp"
#include "zone/transfer_policy.hpp"

namespace arpad {

/// `soa:` as far as written.
struct SoaDefaults {
    std::optional<Name> contact;
    std::optional<Name> primary;
    std::optional<std::uint32_t> refresh;  ///< Seconds, as the next two.
    std::optional<std::uint32_t> retry;
    std::optional<std::uint32_t> expire;
    std::optional<Ttl> negative_ttl;
    std::optional<Ttl> ttl;

    bool operator==(const SoaDefaults&) const = default;
};

/// `transfer:` as far as written.
struct TransferDefaults {
    std::optional<std::vector<AccessRule>> allow;
    std::optional<std::vector<AccessRule>> allow_notify;
    std::optional<NotifyList> notify;
    std::optional<RangesInTransfers> ranges;
    std::optional<std::string> catalog_group;
    std::optional<Name> catalog_coo;
    std::optional<std::uint64_t> max_range_names;  ///< That one range may be expanded to.
    std::optional<std::uint64_t> max_zone_names;   ///< That those of a network may be.

    bool operator==(const TransferDefaults&) const = default;
};

/// `zone_defaults:` of the server configuration: what holds where a zone file is silent.
struct ZoneDefaults {
    std::optional<Ttl> ttl;
    std::optional<Ttl> nameservers_ttl;
    std::optional<Ttl> edit_ttl;
    std::vector<NameserverModel> nameservers;
    SoaDefaults soa;
    TransferDefaults transfer;
    std::optional<std::vector<Name>> known_keys;  ///< All there are; none: that is not known.

    bool operator==(const ZoneDefaults&) const = default;
};

/// What could be read of a zone file.
struct ZoneFile {
    std::string file;
    std::optional<NetworkKey> key;      ///< None if not even that could be read, nor guessed.
    std::optional<NetworkModel> model;  ///< None if the file has an error.

    /// What `extra` says, and what its names were taken as relative to: right unless the network is
    /// nested and its zone is named after another.
    std::optional<ExtraText> extra;
    std::optional<Name> extra_origin;
};

/// Reads `text`, the content of `file`.
[[nodiscard]] ZoneFile read_zone_file(const std::string& file, std::string_view text,
                                      const ZoneDefaults& defaults, Diagnostics& diagnostics,
                                      Reading reading = Reading::fast);

}  // namespace arpad
