#include "control/http_message.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/none.hpp>
#include <locale>
#include <sstream>

namespace arpad {

namespace http = boost::beast::http;

void bound_headers(HttpParser& parser) {
    parser.header_limit(max_header_octets);
    parser.body_limit(boost::none);
}

std::optional<HttpHead> read_head(const HttpParser& parser) {
    const auto& message = parser.get();
    HttpRequest request;
    request.method = message.method_string();
    request.target = message.target();
    for (const auto& field : message) {
        std::string name(field.name_string());
        const boost::beast::string_view value = field.value();
        boost::algorithm::to_lower(name, std::locale::classic());
        request.headers.emplace_back(std::move(name), value);
    }
    auto target = read_target(request.target);
    if (!target) return std::nullopt;
    request.query = std::move(target->query);
    return HttpHead{std::move(request), std::move(target->segments)};
}

std::string head_octets(const HttpReply& reply,
                        const std::vector<std::pair<std::string, std::string>>& common,
                        bool keeps_alive) {
    http::response<http::empty_body> response;
    response.result(reply.status);
    response.version(11);
    response.keep_alive(keeps_alive);
    response.set(http::field::content_type, reply.type);
    for (const auto* const headers : {&common, &reply.headers}) {
        for (const auto& [name, value] : *headers) response.insert(name, value);
    }
    response.content_length(reply.body.size());
    std::ostringstream octets;
    octets << response.base();
    return std::move(octets).str();
}

}  // namespace arpad
