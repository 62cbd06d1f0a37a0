/// \file  `delegations` of a zone file.
#pragma once

#include <optional>
#include <vector>

#include "load/file_findings.hpp"
#include "load/yaml_document.hpp"
#include "reverse/prefix.hpp"
#include "zone/model.hpp"

namespace arpad {

/// Reads the entries of `delegations` that are right, in the order of NetworkModel, and reports the
/// others: keys that are no prefix or no part of `network` (if there is one), delegations that
/// overlap, settings that are wrong or have no meaning for the prefix.
[[nodiscard]] std::vector<DelegationModel> read_delegations(YamlNode delegations,
                                                            const std::optional<Prefix>& network,
                                                            FileFindings& findings);

}  // namespace arpad
