/// \file  HTTP requests and replies, as those see them who answer.
///
/// Threads: values; the usual rules.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reverse/address.hpp"

namespace arpad {

/// A request.
struct HttpRequest {
    std::string method;
    std::string target;                        ///< As sent.
    std::map<std::string, std::string> query;  ///< What stands behind the `?`, decoded.
    std::vector<std::string> parts;            ///< What `{}` in the route stands for, decoded.
    std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
    std::string body;
    std::optional<uid_t> user;      ///< Who has sent it, over a Unix socket.
    std::optional<Address> client;  ///< From where it was sent, over TCP.

    /// The value of the header `name`, in lower case; none if there is not exactly one.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;

    /// The cookie `name`; none if there is none (RFC 6265 5.4).
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;

    /// The media type of the body, in lower case and without parameters; empty if it is not said.
    [[nodiscard]] std::string media_type() const;

    /// The query's value for `key`; none if there is none.
    [[nodiscard]] std::optional<std::string_view> parameter(const std::string& key) const;
};

/// A reply to it.
struct HttpReply {
    unsigned status = 200;  ///< RFC 9110 15.
    std::string body;
    std::string type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers = {};
};

/// Takes the reply, once, then or later, on the thread of the server. The client may be gone.
using HttpRespond = std::function<void(HttpReply)>;

/// What went wrong, as a problem document (RFC 9457); `detail` says what to do.
[[nodiscard]] HttpReply problem_reply(unsigned status, std::string_view title,
                                      std::string_view detail);

/// A target, such as /v1/edits?before=7, taken apart.
struct HttpTarget {
    std::vector<std::string> segments;  ///< Of the path, decoded.
    std::map<std::string, std::string> query;
};

/// Takes `target` (RFC 9112 3.2.1) apart; none if it is broken, has a key of the query twice, or
/// anything in it is no text.
[[nodiscard]] std::optional<HttpTarget> read_target(std::string_view target);

/// The pairs of `text`, which is what an HTML form sends (application/x-www-form-urlencoded);
/// likewise.
[[nodiscard]] std::optional<std::map<std::string, std::string>> read_form(std::string_view text);

/// `text` as the value of a pair in a query.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace arpad
