/// \file  HTTP messages as Beast reads and writes them, within bounds, and what their heads say.
///
/// Threads: any.
#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/http_request.hpp"

namespace arpad {

using HttpParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

inline constexpr std::uint32_t max_header_octets = 16'384;

/// Has `parser`, which is new, read no more headers than that. Bodies it takes of any length, until
/// it is known who sends them.
void bound_headers(HttpParser& parser);

/// A request whose headers have come.
struct HttpHead {
    HttpRequest request;                ///< Without body, user, client and parts.
    std::vector<std::string> segments;  ///< Of the path of its target.
};

/// What the headers that `parser` has read say; none if the target is broken.
[[nodiscard]] std::optional<HttpHead> read_head(const HttpParser& parser);

/// The status line and the headers of `reply`, as they are sent before its body: those of `common`,
/// which all replies have, and its own (RFC 9112 2.1).
[[nodiscard]] std::string head_octets(
    const HttpReply& reply, const std::vector<std::pair<std::string, std::string>>& common,
    bool keeps_alive);

}  // namespace arpad
