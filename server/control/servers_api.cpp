#include "control/servers_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "control/api_requests.hpp"
#include "control/api_support.hpp"
#include "load/host_name.hpp"

namespace arpad {
namespace {

namespace json = boost::json;

constexpr std::string_view form =
    R"(send {"product": PRODUCT, "account": ACCOUNT, "addresses": ["192.0.2.7", "2001:db8:0:7::/64"], "primary": ["192.0.2.7"]})";

json::object json_of(const ServerModel& server) {
    json::array addresses;
    for (const AllocationModel& allocation : server.allocations) {
        const Prefix& prefix = allocation.prefix;
        addresses.emplace_back(prefix.is_address() ? prefix.first().to_text() : prefix.to_text());
    }
    json::array primary;
    for (const PrimaryModel& each : server.primaries) primary.emplace_back(each.address.to_text());
    return {{"server", server.name},
            {"product", server.product},
            {"account", server.account.value_or("")},
            {"hostname", host_name_text(server.host_name)},
            {"addresses", std::move(addresses)},
            {"primary", std::move(primary)},
            {"source", server.place.line == 0 ? "api" : "inventory"}};
}

HttpReply not_an_operators() {
    return problem_reply(403, "not yours to change",
                         "servers are put and removed with the token of an operator");
}

}  // namespace

ServersApi::ServersApi(Access& access, const AddressBook& book, NamesBackend backend)
    : access_(access), book_(book), backend_(std::move(backend)) {}

void ServersApi::add_to(HttpServer& server) {
    const auto add = [&](const char* method, const char* path, auto handler) {
        server.add(method, path,
                   for_visitors(access_,
                                [this, handler](const HttpRequest& request, const Visitor& visitor,
                                                const HttpRespond& respond) {
                                    (this->*handler)(request, visitor, respond);
                                }));
    };
    add("GET", "/api/v1/servers", &ServersApi::list);
    add("GET", "/api/v1/servers/{}", &ServersApi::show);
    add("PUT", "/api/v1/servers/{}", &ServersApi::put);
    add("DELETE", "/api/v1/servers/{}", &ServersApi::remove);
}

void ServersApi::list(const HttpRequest& /*request*/, const Visitor& visitor,
                      const HttpRespond& respond) const {
    json::array servers;
    if (const InventoryModel* const inventory = book_.inventory()) {
        for (const ServerModel& server : inventory->servers) {
            if (may_see(server, visitor.grant())) servers.push_back(json_of(server));
        }
    }
    respond(json_reply(json::object{{"servers", std::move(servers)}}));
}

void ServersApi::show(const HttpRequest& request, const Visitor& visitor,
                      const HttpRespond& respond) const {
    const ServerModel* const server = book_.find_server(request.parts.front());
    if (server == nullptr || !may_see(*server, visitor.grant())) {
        respond(problem_reply(404, "no such server", "/api/v1/servers lists those there are"));
        return;
    }
    respond(json_reply(json_of(*server)));
}

void ServersApi::put(const HttpRequest& request, const Visitor& visitor,
                     const HttpRespond& respond) {
    auto server = read_server(request.parts.front(), request.body);
    if (visitor.grant().role != Role::staff) {
        respond(not_an_operators());
    } else if (!server) {
        respond(bad_request(form));
    } else {
        change({{std::move(*server)}, {}}, visitor, respond);
    }
}

void ServersApi::remove(const HttpRequest& request, const Visitor& visitor,
                        const HttpRespond& respond) {
    const ServerModel* const server = book_.find_server(request.parts.front());
    if (visitor.grant().role != Role::staff) {
        respond(not_an_operators());
    } else if (server == nullptr) {
        respond(problem_reply(404, "no such server", "/api/v1/servers lists those there are"));
    } else if (server->place.line != 0) {
        respond(problem_reply(409, "not allowed",
                              fmt::format("{} stands in {}, line {}: remove it there", server->name,
                                          book_.inventory()->file, server->place.line)));
    } else {
        change({{}, {server->name}}, visitor, respond);
    }
}

void ServersApi::change(ServerChange change, const Visitor& visitor, const HttpRespond& respond) {
    const std::string name = change.put.empty() ? change.removed.front() : change.put.front().name;
    spdlog::info("web: {} {} the server {}", visitor.caller.who,
                 change.put.empty() ? "removes" : "puts", name);
    backend_.change_servers(std::move(change), [respond, name](const ServerOutcome& outcome) {
        if (!outcome.refusal.empty()) {
            respond(problem_reply(409, "not allowed", outcome.refusal));
        } else if (!outcome.failure.empty()) {
            respond(problem_reply(507, "not changed", outcome.failure));
        } else {
            respond(json_reply(json::object{{"server", name}}));
        }
    });
}

}  // namespace arpad
