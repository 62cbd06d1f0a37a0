#include "control/api_requests.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <utility>

#include "control/api_support.hpp"
#include "control/edit_csv.hpp"

namespace arpad {
namespace {

namespace json = boost::json;

constexpr std::size_t max_name_octets_of_server = 200;
constexpr std::size_t max_addresses_of_server = 10'000;

constexpr std::string_view changes_form =
    R"(send {"changes": [{"address": ADDRESS, "names": [NAME]}]}; "names": null restores the default)";

/// An entry of `changes`; none if it cannot be understood.
std::optional<Wish> wish_in(const json::value& entry) {
    if (!entry.is_object()) return std::nullopt;
    const json::object& object = entry.as_object();
    const json::value* const written = object.if_contains("names");
    const bool is_reset = written != nullptr && written->is_null();
    Wish wish{text_at(object, "address"), read_names(object), std::nullopt};
    if (!wish.names && !is_reset) return std::nullopt;
    if (std::string tag = text_at(object, "etag"); !tag.empty()) wish.tag = std::move(tag);
    return wish;
}

/// What the body of `request`, an object, asks for; none if it cannot be understood.
std::optional<Wishes> wishes_in_object(const std::string& body) {
    const auto object = object_in(body);
    const json::value* const list = object ? object->if_contains("changes") : nullptr;
    if (list == nullptr || !list->is_array() ||
        list->as_array().size() > max_addresses_of_request) {
        return std::nullopt;
    }
    Wishes wishes;
    for (const json::value& entry : list->as_array()) {
        auto wish = wish_in(entry);
        if (!wish) return std::nullopt;
        wishes.entries.push_back(std::move(*wish));
    }
    const json::value* const flag = object->if_contains("dry_run");
    wishes.is_preview = flag != nullptr && flag->is_bool() && flag->as_bool();
    return wishes;
}

/// The texts in the list at `key`, each read by `read`; none if it is no list of such.
template <class Read>
auto list_at(const json::object& object, std::string_view key, const Read& read) {
    using Entry = typename decltype(read(std::string_view()))::value_type;
    using Entries = std::optional<std::vector<Entry>>;
    const json::value* const list = object.if_contains(key);
    if (list == nullptr || !list->is_array()) return Entries();
    Entries entries(std::in_place);
    for (const json::value& value : list->as_array()) {
        const auto entry =
            value.is_string() ? read(std::string_view(value.as_string())) : std::nullopt;
        if (!entry) return Entries();
        entries->push_back(*entry);
    }
    return entries;
}

}  // namespace

std::optional<BookQuery> read_book_query(const HttpRequest& request) {
    BookQuery query;
    query.text = request.parameter("q").value_or("");
    query.server = request.parameter("server").value_or("");
    query.account = request.parameter("account").value_or("");
    query.is_edited = request.parameter("edited") == "true";
    std::string_view sort = request.parameter("sort").value_or("server");
    if (sort.starts_with('-')) {
        query.is_descending = true;
        sort.remove_prefix(1);
    }
    if (sort == "address") {
        query.order = BookQuery::Order::address;
    } else if (sort == "name") {
        query.order = BookQuery::Order::name;
    } else if (sort != "server") {
        return std::nullopt;
    }
    const auto per_page = number_from<std::size_t>(request.parameter("per_page").value_or("100"));
    const auto page = number_from<std::size_t>(request.parameter("page").value_or("1"));
    if (!per_page || *per_page < 1 || *per_page > max_rows_per_page) return std::nullopt;
    if (!page || *page < 1 || *page > max_addresses_of_request) return std::nullopt;
    query.limit = *per_page;
    query.offset = (*page - 1) * *per_page;
    return query;
}

std::optional<std::string> read_tag(std::string_view value) {
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::nullopt;
    return std::string(value.substr(1, value.size() - 2));
}

std::optional<std::vector<std::string>> read_names(const json::object& object) {
    std::vector<std::string> names;
    if (const json::value* const name = object.if_contains("name")) {
        if (!name->is_string()) return std::nullopt;
        names.emplace_back(name->as_string());
        return names;
    }
    const json::value* const list = object.if_contains("names");
    if (list == nullptr || !list->is_array()) return std::nullopt;
    for (const json::value& name : list->as_array()) {
        if (!name.is_string()) return std::nullopt;
        names.emplace_back(name.as_string());
    }
    return names;
}

Result<Wishes, HttpReply> read_wishes(const HttpRequest& request) {
    Wishes wishes;
    if (request.media_type() == "text/csv") {
        auto rows = read_edit_csv(request.body);
        if (!rows) return bad_request(rows.error());
        for (CsvEdit& row : *rows) {
            wishes.entries.push_back({std::move(row.address), std::move(row.names), std::nullopt});
        }
    } else if (request.media_type() == "application/json") {
        auto read = wishes_in_object(request.body);
        if (!read) return bad_request(changes_form);
        wishes = std::move(*read);
    } else {
        return problem_reply(415, "wrong type", "send application/json or text/csv");
    }
    if (wishes.entries.empty()) return bad_request(changes_form);
    wishes.is_preview = wishes.is_preview || request.parameter("dry_run") == "true";
    return wishes;
}

std::optional<StoredServer> read_server(const std::string& name, const std::string& body) {
    const auto object = object_in(body);
    if (!object || name.empty() || name.size() > max_name_octets_of_server) return std::nullopt;
    StoredServer server;
    server.name = name;
    server.product = text_at(*object, "product");
    const std::string account = text_at(*object, "account");
    if (!account.empty()) server.account = account;
    auto allocations = list_at(*object, "addresses", &prefix_or_address);
    if (!allocations || allocations->empty() || server.product.empty()) return std::nullopt;
    if (allocations->size() > max_addresses_of_server) return std::nullopt;
    server.allocations = std::move(*allocations);
    if (object->contains("primary")) {
        server.primaries = list_at(*object, "primary", &Address::from_text);
        if (!server.primaries) return std::nullopt;
    }
    server.since =
        std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
    return server;
}

}  // namespace arpad
