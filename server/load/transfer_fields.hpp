/// \file  `transfer` of a zone file and of `zone_defaults`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "load/zone_file.hpp"
#include "load/zone_settings.hpp"
#include "zone/model.hpp"
#include "zone/record_models.hpp"
#include "zone/transfer_policy.hpp"

namespace arpad {

/// Reads `transfer`.
[[nodiscard]] TransferDefaults read_transfer(YamlNode node, FileFindings& findings);

/// Reads `transfer` of `catalog`.
[[nodiscard]] TransferDefaults read_catalog_transfer(YamlNode node, FileFindings& findings);

/// What of a zone file decides what can become of its ranges in transfers.
struct RangeParts {
    std::span<const RangeModel> ranges;
    RecordsView records;
    std::span<const ExtraModel> extra;
};

/// The policy of a zone file with `settings` and `primaries`, where `defaults` hold where it is
/// silent. Reports keys that do not exist, and ranges that are too large to be expanded, or for
/// which no wildcard can stand, though foreign nameservers may take them; these may not then, and
/// all else is as it should be.
[[nodiscard]] TransferPolicy transfer_policy(const ZoneSettings& settings,
                                             std::vector<Remote> primaries,
                                             const ZoneDefaults& defaults, const RangeParts& parts,
                                             FileFindings& findings);

/// Reports the keys that `transfer`, which is written at `place`, names and `known` has not.
void report_unknown_keys(const TransferDefaults& transfer, std::span<const Name> known, Place place,
                         FileFindings& findings);

/// Likewise those of `remotes`.
void report_unknown_keys(std::span<const Remote> remotes, std::span<const Name> known, Place place,
                         FileFindings& findings);

}  // namespace arpad
