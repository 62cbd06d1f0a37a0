/// \file  What is loaded, what came of a look at the files and what one would change, as JSON.
///
/// The keys are part of what tools rely on: docs/control.md lists them.
#pragma once

#include <boost/json/object.hpp>

#include "app/reloader.hpp"
#include "load/networks.hpp"

namespace arpad {

/// Networks, inventory and findings.
[[nodiscard]] boost::json::object json_of(const Networks& networks);

/// What came of a look.
[[nodiscard]] boost::json::object json_of(const ReloadOutcome& outcome);

/// What `update`, found by `networks`, would change.
[[nodiscard]] boost::json::object json_of(const NetworksUpdate& update, const Networks& networks);

}  // namespace arpad
