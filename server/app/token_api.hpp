/// \file  The part of the control API that makes and revokes tokens.
///
/// Threads: that of the server.
#pragma once

#include <functional>

#include "app/web_service.hpp"
#include "control/http_server.hpp"

namespace arpad {

/// Adds it to `server`:
///
///     GET    /v1/tokens
///     POST   /v1/tokens       {"name": "panel", "role": "operator", "account": "acme", "days": 90}
///     DELETE /v1/tokens/{id}
///
/// `account` belongs to the role of that name, and may stand with read-only; without `days` a token
/// does not expire. The secret is in the reply to POST and nowhere else. `find` gives the service
/// that has the tokens, null if there is none.
void add_token_api(HttpServer& server, std::function<WebService*()> find);

}  // namespace arpad
