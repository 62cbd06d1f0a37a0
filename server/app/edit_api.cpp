#include "app/edit_api.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "load/host_name.hpp"

namespace arpad {
namespace {

namespace json = boost::json;
using Respond = HttpServer::Respond;

constexpr std::int64_t largest_ttl = std::numeric_limits<std::int32_t>::max();  // RFC 2181 8

constexpr const char* form =
    R"(send {"edits": [{"address": ADDRESS, "names": [NAME], "ttl": SECONDS}]})";

std::optional<std::string_view> text_of(const json::value* value) {
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string_view(value->as_string());
}

/// The edit that `value` describes. The error says what is wrong with it and what to do.
Result<Edit, std::string> edit_of(const json::value& value) {
    const auto bad = [](std::string_view what) {
        return fmt::format("an edit without {}: {}", what, form);
    };
    if (!value.is_object()) return bad("address");
    const json::object& object = value.as_object();
    const auto text = text_of(object.if_contains("address"));
    const auto address = text ? Address::from_text(*text) : std::nullopt;
    if (!address) return bad("a valid `address`");
    const json::value* const names = object.if_contains("names");
    if (names == nullptr || !names->is_array()) return bad("a list of `names`");
    Edit edit{*address, {}};
    for (const json::value& entry : names->as_array()) {
        const auto written = text_of(&entry);
        if (!written) return bad("a list of `names`");
        const auto name = host_name_from_text(*written);
        if (!name) {
            return fmt::format("{}: {}: {}", *text, name.error().message, name.error().advice);
        }
        edit.names.push_back(name->name);
    }
    if (const json::value* const ttl = object.if_contains("ttl")) {
        const bool is_right =
            ttl->is_int64() && ttl->as_int64() >= 0 && ttl->as_int64() <= largest_ttl;
        if (!is_right) return bad("a `ttl` from 0 to 2147483647");
        edit.ttl = Ttl{static_cast<std::uint32_t>(ttl->as_int64())};
    }
    return edit;
}

Result<std::vector<Edit>, std::string> change_of(const std::string& body) {
    boost::system::error_code error;
    const json::value parsed = json::parse(body, error);
    const json::value* const list =
        !error && parsed.is_object() ? parsed.as_object().if_contains("edits") : nullptr;
    if (list == nullptr || !list->is_array()) return std::string(form);
    std::vector<Edit> change;
    for (const json::value& entry : list->as_array()) {
        auto edit = edit_of(entry);
        if (!edit) return std::move(edit.error());
        change.push_back(std::move(*edit));
    }
    return change;
}

HttpReply reply_to(const EditOutcome& outcome) {
    if (outcome.refusal) {
        return problem_reply(409, outcome.refusal->text, outcome.refusal->advice);
    }
    if (!outcome.failure.empty()) return problem_reply(507, "not changed", outcome.failure);
    return {200, json::serialize(json::object{{"generation", outcome.generation}})};
}

}  // namespace

void add_edit_api(HttpServer& server, Reloader& reloader) {
    server.add("POST", "/v1/edits", [&reloader](const std::string& body, const Respond& respond) {
        auto change = change_of(body);
        if (!change) {
            respond(problem_reply(400, "no edits", change.error()));
            return;
        }
        reloader.apply(std::move(*change),
                       [respond](const EditOutcome& outcome) { respond(reply_to(outcome)); });
    });
}

}  // namespace arpad
