#include "control/api_support.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <utility>

#include "base/log.hpp"
#include "state/database.hpp"

namespace arpad {

namespace json = boost::json;

HttpHandler for_visitors(Access& access, VisitorHandler handler) {
    return [&access, handler = std::move(handler)](const HttpRequest& request,
                                                   const HttpRespond& respond) {
        try {
            const auto visitor = access.identify(request);
            if (visitor) {
                handler(request, *visitor, respond);
            } else {
                respond(visitor.error());
            }
        } catch (const DatabaseError& failure) {
            spdlog::error("web: the state cannot be read: {}", failure.what());
            respond(problem_reply(503, "out of order",
                                  "the server cannot read its state; its log says why"));
        } catch (const std::exception& failure) {
            spdlog::error("web: {} {}: {}", request.method, request.target, failure.what());
            respond(problem_reply(500, "out of order", "the server's log says why"));
        }
    };
}

HttpReply bad_request(std::string_view detail) {
    return problem_reply(400, "the request cannot be understood", detail);
}

void log_refusal(std::string_view what) {
    static LogThrottle throttle;  // all requests are one thread's
    if (!throttle.admits(std::chrono::steady_clock::now())) return;
    spdlog::warn("web: {} ({} more refusals not shown)", what, throttle.take_suppressed());
}

HttpReply not_theirs(const Visitor& visitor, std::string_view what) {
    log_refusal(fmt::format("{} asks for {}, which is not theirs", visitor.caller.who, what));
    return problem_reply(403, "not yours", fmt::format("{} does not belong to this account", what));
}

HttpReply json_reply(const json::value& value) {
    return {200, json::serialize(value)};
}

std::optional<json::object> object_in(const std::string& body) {
    boost::system::error_code error;
    json::value value = json::parse(body, error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.as_object());
}

std::string text_at(const json::object& object, std::string_view key) {
    const json::value* const value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

}  // namespace arpad
