/// \file  The API for servers, /api/v1/servers: what docs/openapi.yaml describes of them.
///
/// Threads: one, that of its HTTP server.
#pragma once

#include <string>

#include "control/access.hpp"
#include "control/address_book.hpp"
#include "control/http_server.hpp"
#include "control/names_api.hpp"

namespace arpad {

/// See above.
class ServersApi {
public:
    /// `access` and `book` outlive it.
    ServersApi(Access& access, const AddressBook& book, NamesBackend backend);

    /// Adds its routes to `server`.
    void add_to(HttpServer& server);

private:
    void list(const HttpRequest& request, const Visitor& visitor, const HttpRespond& respond) const;
    void show(const HttpRequest& request, const Visitor& visitor, const HttpRespond& respond) const;
    void put(const HttpRequest& request, const Visitor& visitor, const HttpRespond& respond);
    void remove(const HttpRequest& request, const Visitor& visitor, const HttpRespond& respond);
    void change(ServerChange change, const Visitor& visitor, const HttpRespond& respond);

    Access& access_;
    const AddressBook& book_;
    NamesBackend backend_;
};

}  // namespace arpad
