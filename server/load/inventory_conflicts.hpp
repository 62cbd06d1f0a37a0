/// \file  What the servers of an inventory contradict each other in.
#pragma once

#include <vector>

#include "load/file_findings.hpp"
#include "zone/inventory.hpp"

namespace arpad {

/// Reports addresses and prefixes that are allocated twice, and primary addresses that are not
/// their server's: outside its allocations, or in a longer prefix of another server. Warns of
/// servers with one host name; a root name means that it is not known.
void report_conflicts(const std::vector<ServerModel>& servers, FileFindings& findings);

}  // namespace arpad
