#include "control/http_message.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/none.hpp>
#include <locale>
#include <utility>

namespace arpad {

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

}  // namespace arpad
