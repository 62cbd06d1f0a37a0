#include "app/edit_api.hpp"

#include <fmt/format.h>
#include <pwd.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "control/api_support.hpp"
#include "load/hexadecimal.hpp"
#include "load/host_name.hpp"
#include "load/master_name.hpp"
#include "load/master_rdata.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

namespace json = boost::json;
using Respond = HttpServer::Respond;

constexpr std::int64_t largest_ttl = std::numeric_limits<std::int32_t>::max();  // RFC 2181 8

constexpr const char* form =
    R"(send {"edits": [{"address": ADDRESS, "names": [NAME], "ttl": SECONDS}]}, or in place of )"
    R"(`address` a `name`, and of `names` a `type` and `rdatas` in hexadecimal)";

std::optional<std::string_view> text_of(const json::value* value) {
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string_view(value->as_string());
}

/// What an edit is about; none if that is not said.
std::optional<Edit> owner_of(const json::object& object) {
    Edit edit;
    if (const auto text = text_of(object.if_contains("address"))) {
        const auto address = Address::from_text(*text);
        if (!address) return std::nullopt;
        edit.address = *address;
        return edit;
    }
    const auto text = text_of(object.if_contains("name"));
    if (!text) return std::nullopt;
    const auto name = Name::from_text(*text);
    if (!name) return std::nullopt;
    const auto prefix = prefix_of_arpa_name(*name);
    if (prefix && prefix->is_address()) {
        edit.address = prefix->first();
    } else {
        edit.name = name->lower_case();
    }
    return edit;
}

/// The edit that gives `owner` the PTRs that `object` says.
Result<Edit, std::string> names_edit(const json::object& object, const Edit& owner) {
    const json::value* const names = object.if_contains("names");
    if (names == nullptr || !names->is_array()) {
        return fmt::format("an edit without a list of `names`: {}", form);
    }
    std::vector<Name> targets;
    for (const json::value& entry : names->as_array()) {
        const auto written = text_of(&entry);
        if (!written) return fmt::format("an edit without a list of `names`: {}", form);
        const auto name = host_name_from_text(*written);
        if (!name) {
            return fmt::format("{}: {}: {}", owner_text(owner), name.error().message,
                               name.error().advice);
        }
        targets.push_back(name->name);
    }
    Edit edit = ptr_edit(owner.address, targets);
    edit.name = owner.name;
    return edit;
}

/// The edit that gives `owner` the records of any type that `object` says.
Result<Edit, std::string> records_edit(const json::object& object, const Edit& owner) {
    Edit edit = owner;
    const auto written_type = text_of(object.if_contains("type"));
    const auto type = written_type ? type_from_text(*written_type) : std::nullopt;
    const json::value& rdatas = object.at("rdatas");
    if (!type || is_meta_type(*type) || *type == RrType::soa || !rdatas.is_array()) {
        return fmt::format("an edit without a `type` of records and a list of `rdatas`: {}", form);
    }
    edit.type = *type;
    for (const json::value& entry : rdatas.as_array()) {
        const auto written = text_of(&entry);
        auto rdata = written ? octets_from_hex(*written) : std::nullopt;
        if (!rdata || !is_valid_rdata(*type, *rdata)) {
            return fmt::format("{}: data that no {} record can have: {}", owner_text(owner),
                               *written_type, form);
        }
        edit.rdatas.push_back(std::move(*rdata));
    }
    return edit;
}

/// The edit that `value` describes. The error says what is wrong with it and what to do.
Result<Edit, std::string> edit_of(const json::value& value) {
    const auto bad = [](std::string_view what) {
        return fmt::format("an edit without {}: {}", what, form);
    };
    if (!value.is_object()) return bad("address");
    const json::object& object = value.as_object();
    auto owner = owner_of(object);
    if (!owner) return bad("a valid `address` or `name`");
    auto read = object.if_contains("rdatas") != nullptr ? records_edit(object, *owner)
                                                        : names_edit(object, *owner);
    if (!read) return read;
    Edit edit = std::move(*read);
    if (const auto layer = text_of(object.if_contains("layer"))) {
        if (*layer != "edit" && *layer != "lease") return bad("a `layer` of edit or lease");
        edit.layer = *layer == "edit" ? EditLayer::edit : EditLayer::lease;
    }
    if (const json::value* const ttl = object.if_contains("ttl")) {
        const bool is_right =
            ttl->is_int64() && ttl->as_int64() >= 0 && ttl->as_int64() <= largest_ttl;
        if (!is_right) return bad("a `ttl` from 0 to 2147483647");
        edit.ttl = Ttl{static_cast<std::uint32_t>(ttl->as_int64())};
    }
    return edit;
}

Result<std::vector<Edit>, std::string> edits_of(const std::string& body) {
    const auto request = object_in(body);
    const json::value* const list = request ? request->if_contains("edits") : nullptr;
    if (list == nullptr || !list->is_array() || list->as_array().empty()) return std::string(form);
    std::vector<Edit> edits;
    for (const json::value& entry : list->as_array()) {
        auto edit = edit_of(entry);
        if (!edit) return edit.error();
        edits.push_back(std::move(*edit));
    }
    return edits;
}

HttpReply reply_to(const ChangeOutcome& outcome) {
    if (outcome.refusal) {
        return problem_reply(409, outcome.refusal->text, outcome.refusal->advice);
    }
    if (!outcome.failure.empty()) return problem_reply(507, "not changed", outcome.failure);
    return {200, json::serialize(
                     json::object{{"change", outcome.change}, {"generation", outcome.generation}})};
}

/// Who has sent `request`, as the system calls them.
ChangeOrigin origin_of(const HttpRequest& request) {
    ChangeOrigin origin;
    if (!request.user) return origin;
    constexpr std::size_t max_entry_octets = 16 * 1024;
    std::vector<char> space(max_entry_octets);
    passwd entry{};
    passwd* found = nullptr;
    const int result = ::getpwuid_r(*request.user, &entry, space.data(), space.size(), &found);
    origin.who = result == 0 && found != nullptr ? std::string(found->pw_name)
                                                 : fmt::format("user {}", *request.user);
    return origin;
}

/// The change that `body` names; none if it names none.
std::optional<ChangeId> named_change(const std::string& body) {
    const auto request = object_in(body);
    const json::value* const change = request ? request->if_contains("change") : nullptr;
    if (change == nullptr || !change->is_int64()) return std::nullopt;
    return change->as_int64();
}

}  // namespace

void add_edit_api(HttpServer& server, Reloader& reloader) {
    const auto apply = [&reloader](ChangeRequest request, const Respond& respond) {
        reloader.apply(std::move(request),
                       [respond](const ChangeOutcome& outcome) { respond(reply_to(outcome)); });
    };
    server.add("POST", "/v1/edits", [apply](const HttpRequest& request, const Respond& respond) {
        auto edits = edits_of(request.body);
        if (edits) {
            apply(Change{std::move(*edits), origin_of(request), {}}, respond);
        } else {
            respond(problem_reply(400, "no edits", edits.error()));
        }
    });
    server.add("POST", "/v1/undo", [apply](const HttpRequest& request, const Respond& respond) {
        if (const auto change = named_change(request.body)) {
            apply(Undo{*change, origin_of(request), {}}, respond);
        } else {
            respond(problem_reply(400, "no change", R"(send {"change": NUMBER})"));
        }
    });
}

}  // namespace arpad
