/// \file  What the handlers of the API have in common.
///
/// Threads: that of the HTTP server.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "control/access.hpp"
#include "control/http_request.hpp"
#include "control/http_routes.hpp"

namespace arpad {

/// Handles a request of somebody who is believed.
using VisitorHandler = std::function<void(const HttpRequest& request, const Visitor& visitor,
                                          const HttpRespond& respond)>;

/// Has `handler` handle the requests of those whom `access` believes; others get the reply that is
/// for them. A state that cannot be read is a reply, too. `access` outlives it.
[[nodiscard]] HttpHandler for_visitors(Access& access, VisitorHandler handler);

/// The request cannot be understood; `detail` says what to send.
[[nodiscard]] HttpReply bad_request(std::string_view detail);

/// Logs that somebody was refused something, unless that has been done lately: whoever is refused
/// shall not fill the log.
void log_refusal(std::string_view what);

/// What belongs to somebody else; it is logged.
[[nodiscard]] HttpReply not_theirs(const Visitor& visitor, std::string_view what);

[[nodiscard]] HttpReply json_reply(const boost::json::value& value);

/// The object that `body` is; none if it is none.
[[nodiscard]] std::optional<boost::json::object> object_in(const std::string& body);

/// The text at `key` of `object`; empty if there is none.
[[nodiscard]] std::string text_at(const boost::json::object& object, std::string_view key);

}  // namespace arpad
