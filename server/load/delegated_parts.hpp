/// \file  What a zone file says about addresses that it delegates.
#pragma once

#include <vector>

#include "load/file_findings.hpp"
#include "zone/model.hpp"

namespace arpad {

/// Reports the records of addresses that `delegations` (sorted as in NetworkModel) give away, and
/// the ranges that lie in one of them as a whole. A range that only covers a delegation, or a part
/// of one, has a hole there.
void report_delegated(const RecordModels& records, const std::vector<RangeModel>& ranges,
                      const std::vector<DelegationModel>& delegations, FileFindings& findings);

}  // namespace arpad
