#include "app/token_api.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "control/api_support.hpp"

namespace arpad {
namespace {

namespace json = boost::json;
using Respond = HttpServer::Respond;

constexpr std::string_view form =
    R"(send {"name": NAME, "role": "account", "operator" or "read-only", "account": ACCOUNT, "days": DAYS})";

constexpr std::int64_t max_days = 3650;

AccessStore::Time now() {
    return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

json::value json_of(const std::optional<Token::Time>& time) {
    if (!time) return nullptr;
    return json::value(fmt::format("{:%FT%TZ}", *time));
}

json::object json_of(const Token& token) {
    return {{"id", token.id},
            {"name", token.name},
            {"role", to_text(token.grant.role)},
            {"account", token.grant.account},
            {"created", json_of(std::optional(token.created))},
            {"expires", json_of(token.expires)},
            {"revoked", json_of(token.revoked)},
            {"used", json_of(token.used)}};
}

/// A token that is asked for.
struct Wish {
    std::string name;
    Grant grant;
    std::optional<std::chrono::days> days;
};

std::optional<Wish> wish_in(const std::string& body) {
    const auto read = object_in(body);
    const auto role = read ? role_from_text(text_at(*read, "role")) : std::nullopt;
    if (!role) return std::nullopt;
    const json::object& object = *read;
    Wish wish{text_at(object, "name"), {*role, text_at(object, "account")}, std::nullopt};
    const bool has_account = !wish.grant.account.empty();
    if ((*role == Role::account && !has_account) || (*role == Role::staff && has_account)) {
        return std::nullopt;
    }
    if (const json::value* const days = object.if_contains("days")) {
        const bool is_right =
            days->is_int64() && days->as_int64() >= 1 && days->as_int64() <= max_days;
        if (!is_right) return std::nullopt;
        wish.days = std::chrono::days(days->as_int64());
    }
    return wish;
}

/// What comes of `work(store)`, or of the database that does not let it be done.
template <class Work>
auto attempt(Work work) {
    return [work = std::move(work)](AccessStore& store) -> HttpReply {
        try {
            return work(store);
        } catch (const DatabaseError& failure) {
            return problem_reply(
                507, "not done",
                fmt::format("access.db in the state directory: {}", failure.what()));
        }
    };
}

}  // namespace

void add_token_api(HttpServer& server, std::function<WebService*()> find) {
    const auto with_store = [find = std::move(find)](const Respond& respond, auto work) {
        WebService* const web = find();
        if (web == nullptr) {
            respond(problem_reply(409, "there are no tokens",
                                  "write `web` into the server configuration, and restart arpad"));
            return;
        }
        web->with_access(attempt(std::move(work)), respond);
    };
    server.add("GET", "/v1/tokens", [with_store](const HttpRequest&, const Respond& respond) {
        with_store(respond, [](AccessStore& store) -> HttpReply {
            json::array list;
            for (const Token& token : store.tokens()) list.push_back(json_of(token));
            return {200, json::serialize(json::object{{"tokens", std::move(list)}})};
        });
    });
    server.add("POST", "/v1/tokens",
               [with_store](const HttpRequest& request, const Respond& respond) {
                   auto wish = wish_in(request.body);
                   if (!wish) {
                       respond(problem_reply(400, "no token", form));
                       return;
                   }
                   with_store(respond, [wish = std::move(*wish)](AccessStore& store) -> HttpReply {
                       std::optional<AccessStore::Time> expires;
                       if (wish.days) expires = now() + *wish.days;
                       const auto made = store.create_token(wish.name, wish.grant, now(), expires);
                       json::object object = json_of(made.token);
                       object["secret"] = made.secret;
                       return {200, json::serialize(object)};
                   });
               });
    server.add("DELETE", "/v1/tokens/{}",
               [with_store](const HttpRequest& request, const Respond& respond) {
                   with_store(
                       respond, [id = request.parts.front()](AccessStore& store) -> HttpReply {
                           if (store.revoke_token(id, now())) return {200, "{}"};
                           return problem_reply(404, "no such token",
                                                "`arpactl token list` shows those there are");
                       });
               });
}

}  // namespace arpad
