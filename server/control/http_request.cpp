#include "control/http_request.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "load/text_check.hpp"

namespace arpad {
namespace {

namespace urls = boost::urls;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool is_text(std::string_view text) {
    return !find_text_flaw(text);
}

/// None if there is one twice, or one is no text.
std::optional<std::map<std::string, std::string>> pairs_of(
    const urls::params_encoded_view& parameters) {
    urls::encoding_opts options;
    options.space_as_plus = true;
    std::map<std::string, std::string> pairs;
    for (const auto parameter : parameters) {
        std::string key = parameter.key.decode(options);
        std::string value = parameter.value.decode(options);
        if (key.empty() && value.empty()) continue;
        if (!is_text(key) || !is_text(value)) return std::nullopt;
        if (!pairs.emplace(std::move(key), std::move(value)).second) return std::nullopt;
    }
    return pairs;
}

/// What stands before the first `separator` in `rest`, and is removed from it.
std::string_view take_until(std::string_view& rest, char separator) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return taken;
}

}  // namespace

std::optional<std::string_view> HttpRequest::header(std::string_view name) const {
    const auto is_it = [name](const auto& header) { return header.first == name; };
    const auto found = std::ranges::find_if(headers, is_it);
    if (found == headers.end()) return std::nullopt;
    if (std::find_if(found + 1, headers.end(), is_it) != headers.end()) return std::nullopt;
    return std::string_view(found->second);
}

std::optional<std::string_view> HttpRequest::cookie(std::string_view name) const {
    auto rest = header("cookie").value_or(std::string_view());
    while (!rest.empty()) {
        std::string_view value = take_until(rest, ';');
        const std::string_view key = trimmed(take_until(value, '='));
        if (key == name) return trimmed(value);
    }
    return std::nullopt;
}

std::string HttpRequest::media_type() const {
    auto value = header("content-type").value_or(std::string_view());
    std::string type(trimmed(take_until(value, ';')));
    std::ranges::transform(type, type.begin(), [](char character) {
        return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
    });
    return type;
}

std::optional<std::string_view> HttpRequest::parameter(const std::string& key) const {
    const auto found = query.find(key);
    return found == query.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

HttpReply problem_reply(unsigned status, std::string_view title, std::string_view detail) {
    boost::json::object problem;
    problem["title"] = title;
    problem["status"] = status;
    problem["detail"] = detail;
    return {status, boost::json::serialize(problem), "application/problem+json"};
}

std::optional<HttpTarget> read_target(std::string_view target) {
    const auto url = urls::parse_origin_form(target);
    if (!url) return std::nullopt;
    HttpTarget parts;
    for (const auto segment : url->encoded_segments()) {
        parts.segments.push_back(segment.decode());
        if (!is_text(parts.segments.back())) return std::nullopt;
    }
    auto query = pairs_of(url->encoded_params());
    if (!query) return std::nullopt;
    parts.query = std::move(*query);
    return parts;
}

std::optional<std::map<std::string, std::string>> read_form(std::string_view text) {
    const auto query = urls::parse_query(text);
    return query ? pairs_of(*query) : std::nullopt;
}

std::string percent_encoded(std::string_view text) {
    return urls::encode(text, urls::unreserved_chars);
}

}  // namespace arpad
