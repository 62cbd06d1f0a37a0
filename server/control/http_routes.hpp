/// \file  Which handler a request is for.
///
/// Threads: filled by one, then read by it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "control/http_request.hpp"

namespace arpad {

/// Handles a request.
using HttpHandler = std::function<void(const HttpRequest& request, HttpRespond respond)>;

/// See above.
class HttpRoutes {
public:
    /// Has `handler` handle requests of `method` for `path`, such as GET and /v1/edits/{}, where
    /// `{}` stands for any one segment.
    void add(std::string method, std::string_view path, HttpHandler handler);

    /// What comes of looking for a handler.
    struct Found {
        const HttpHandler* handler = nullptr;  ///< Null if there is none.
        std::vector<std::string> parts;        ///< What `{}` stands for.
        std::string methods;  ///< "GET, PUT": those that there are for the path; empty for none.
    };
    [[nodiscard]] Found find(std::string_view method,
                             const std::vector<std::string>& segments) const;

private:
    struct Route {
        std::string method;
        std::vector<std::string> segments;
        HttpHandler handler;
    };

    std::vector<Route> routes_;
};

}  // namespace arpad
