/// \file  The files of certificates and keys that the server configuration names.
#pragma once

#include "base/diagnostics.hpp"
#include "load/server_config.hpp"

namespace arpad {

/// Reads the files that `config` names into its `material`, and tries whether they can be used.
/// False if they cannot; everything that is wrong is then in `diagnostics`.
[[nodiscard]] bool read_tls_files(TlsConfig& config, Diagnostics& diagnostics);

}  // namespace arpad
