/// \file  The page *Reverse Map Names*, for people.
///
/// HTML, a style sheet and a script, all of them in the program. The script talks to the API;
/// without it the page still lists what there is. Threads: one, that of its HTTP server.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "control/access.hpp"
#include "control/address_book.hpp"
#include "control/http_server.hpp"
#include "state/state_reader.hpp"

namespace arpad {

/// Headers that have browsers run nothing but the page's own script, and show it nowhere else.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> page_headers(bool is_encrypted);

/// See above.
class Page {
public:
    /// All of it outlives the page.
    Page(Access& access, const AddressBook& book, StateReader& state);

    /// Adds its routes to `server`.
    void add_to(HttpServer& server);

private:
    void show(const HttpRequest& request, const HttpRespond& respond);
    void sign_in(const HttpRequest& request, const HttpRespond& respond);
    void sign_out(const HttpRequest& request, const HttpRespond& respond);
    [[nodiscard]] std::string listing(const HttpRequest& request, const Visitor& visitor) const;

    Access& access_;
    const AddressBook& book_;
    StateReader& state_;
};

}  // namespace arpad
