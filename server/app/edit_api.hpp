/// \file  The part of the control API that changes names of addresses.
///
/// Threads: that of the server.
#pragma once

#include "app/reloader.hpp"
#include "control/http_server.hpp"

namespace arpad {

/// Adds it to `server`, which `reloader` outlives:
///
///     POST /v1/edits  {"edits": [{"address": "192.0.2.7", "names": ["a.example.net"], "ttl":
///     300}]}
///
///     POST /v1/undo   {"change": 7}
///
/// `ttl` is in seconds, and may be left out; without names the address has again what files say.
/// `undo` takes back what a change did. All of a request is done, or nothing. The reply comes once
/// that is on disk and served: 200 with {"change": N, "generation": N}; 409 where it is not
/// allowed; 507 where it cannot be kept.
void add_edit_api(HttpServer& server, Reloader& reloader);

}  // namespace arpad
