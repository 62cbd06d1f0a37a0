/// \file  The cores that this process may run on, and threads that keep to one of them.
#pragma once

#include <boost/system/error_code.hpp>
#include <thread>
#include <vector>

namespace arpad {

/// Numbers of the cores that the system lets this process use, ascending; empty if it does not say.
[[nodiscard]] std::vector<unsigned> usable_cores();

/// Keeps `thread`, which runs, on `core` from now on. The error if the system refuses.
[[nodiscard]] boost::system::error_code pin(std::thread& thread, unsigned core);

}  // namespace arpad
