#include "control/token_commands.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/standard_error.hpp"
#include "control/control_client.hpp"

namespace arpad {
namespace {

namespace json = boost::json;

/// A token that is to be made.
struct Wish {
    std::string role;
    std::string account;
    std::string name;
    std::optional<std::int64_t> days;
};

ControlExit create(const ControlOptions& options, const Wish& wish) {
    json::object body{{"role", wish.role}, {"account", wish.account}, {"name", wish.name}};
    if (wish.days) body["days"] = *wish.days;
    const json::object token = request_json(options, "POST", "/v1/tokens", json::serialize(body));
    if (options.as_json) {
        print_json(token);
        return ControlExit::success;
    }
    fmt::print("{}\n", text_at(token, "secret"));
    print_error("arpactl: this is all that is ever seen of it; `arpactl token revoke {}` ends it\n",
                text_at(token, "id"));
    return ControlExit::success;
}

/// "valid until 2026-12-01T00:00:00Z" and the like.
std::string standing_of(const json::object& token) {
    const std::string revoked = text_at(token, "revoked");
    const std::string expires = text_at(token, "expires");
    if (!revoked.empty()) return "revoked " + revoked;
    return expires.empty() ? "valid" : "valid until " + expires;
}

ControlExit list(const ControlOptions& options) {
    const json::object reply = request_json(options, "GET", "/v1/tokens");
    if (options.as_json) {
        print_json(reply);
        return ControlExit::success;
    }
    for (const json::value& entry : reply.at("tokens").as_array()) {
        const json::object& token = entry.as_object();
        const std::string account = text_at(token, "account");
        const std::string used = text_at(token, "used");
        fmt::print("{} {}{}{} {} ({}, {})\n", text_at(token, "id"), text_at(token, "role"),
                   account.empty() ? "" : " ", account, text_at(token, "name"), standing_of(token),
                   used.empty() ? "never used" : "last used " + used);
    }
    return ControlExit::success;
}

ControlExit revoke(const ControlOptions& options, const std::string& id) {
    const json::object reply = request_json(options, "DELETE", "/v1/tokens/" + id);
    if (options.as_json) {
        print_json(reply);
    } else {
        fmt::print("revoked\n");
    }
    return ControlExit::success;
}

}  // namespace

void add_token_commands(CLI::App& app, std::function<int()>& command) {
    CLI::App* const tokens = app.add_subcommand(
        "token", "Who may use the page and the API for names: make, list and revoke tokens");
    tokens->require_subcommand(1);
    const auto add = [&](const char* name, const char* description, auto work) {
        CLI::App* const added = tokens->add_subcommand(name, description);
        const auto options = add_control_options(*added);
        added->callback([&command, options, work] {
            command = [options, work] { return report_failure([&] { return work(*options); }); };
        });
        return added;
    };
    const auto wish = std::make_shared<Wish>();
    CLI::App* const creating =
        add("create", "Make a token, and print its secret, which is not to be had again",
            [wish](const ControlOptions& options) { return create(options, *wish); });
    creating
        ->add_option("ROLE", wish->role,
                     "account: name the addresses of an account; operator: everything; "
                     "read-only: look")
        ->required()
        ->check(CLI::IsMember({"account", "operator", "read-only"}));
    creating->add_option("ACCOUNT", wish->account, "Account of the inventory");
    creating->add_option("--name", wish->name, "What it is for, for the history and the list");
    creating->add_option("--days", wish->days, "Until it expires; else it does not")
        ->type_name("DAYS")
        ->check(CLI::Range(1, 3650));
    add("list", "List all tokens", list);
    const auto id = std::make_shared<std::string>();
    add("revoke", "Have a token be of no use, and the sessions that were opened with it",
        [id](const ControlOptions& options) { return revoke(options, *id); })
        ->add_option("ID", *id, "As `arpactl token list` has it")
        ->required();
}

}  // namespace arpad
