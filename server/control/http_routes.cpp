#include "control/http_routes.hpp"

#include <optional>
#include <utility>

namespace arpad {
namespace {

constexpr std::string_view any_segment = "{}";

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> segments;
    if (path == "/") return segments;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const std::size_t end = std::min(path.find('/'), path.size());
        segments.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

/// What `{}` stands for in `route` where that is `segments`; none if it is not.
std::optional<std::vector<std::string>> match(const std::vector<std::string>& route,
                                              const std::vector<std::string>& segments) {
    if (route.size() != segments.size()) return std::nullopt;
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < route.size(); ++i) {
        if (route[i] == any_segment) {
            parts.push_back(segments[i]);
        } else if (route[i] != segments[i]) {
            return std::nullopt;
        }
    }
    return parts;
}

}  // namespace

void HttpRoutes::add(std::string method, std::string_view path, HttpHandler handler) {
    routes_.push_back({std::move(method), split(path), std::move(handler)});
}

HttpRoutes::Found HttpRoutes::find(std::string_view method,
                                   const std::vector<std::string>& segments) const {
    Found found;
    for (const Route& route : routes_) {
        auto parts = match(route.segments, segments);
        if (!parts) continue;
        if (!found.methods.empty()) found.methods += ", ";
        found.methods += route.method;
        if (route.method != method || found.handler != nullptr) continue;
        found.handler = &route.handler;
        found.parts = std::move(*parts);
    }
    return found;
}

}  // namespace arpad
