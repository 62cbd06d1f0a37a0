/// \file  What the server proves itself with, and what others prove themselves with to it: all that
/// can be exchanged while it runs.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>

#include "crypto/cookie.hpp"
#include "crypto/tls.hpp"
#include "crypto/tsig.hpp"
#include "load/server_config.hpp"

namespace arpad {

/// What the holders of keys may change.
using UpdatePolicies = std::map<Name, UpdatePolicy, CanonicalLess>;

/// See above. Shared by any number of threads.
struct Credentials {
    std::shared_ptr<const Keyring> keys;
    TlsContext server;  ///< For clients; null if TLS is not offered.
    TlsContext client;  ///< For primaries.
    std::optional<std::chrono::sys_seconds> server_end;  ///< Until when `server` is believed.
    TlsContext web;  ///< For browsers; null if the page is not offered over TLS.
    std::shared_ptr<const UpdatePolicies> updates;
    std::shared_ptr<const CookieJar> cookies;  ///< Null if there is no file of secrets.
};

/// Those of `config`, whose files were read and can be used.
[[nodiscard]] Credentials credentials_of(const ServerConfig& config);

}  // namespace arpad
