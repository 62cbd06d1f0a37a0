/// \file  The API for names, /api/v1: what docs/openapi.yaml describes.
///
/// Threads: one, that of its HTTP server.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "control/access.hpp"
#include "control/address_book.hpp"
#include "control/change_allowance.hpp"
#include "control/forward_lookup.hpp"
#include "control/http_server.hpp"
#include "control/propagation_watch.hpp"
#include "load/edit_group.hpp"
#include "state/state_reader.hpp"
#include "state/stored_servers.hpp"

namespace arpad {

/// What makes changes. Everything is called back on the thread of the API.
struct NamesBackend {
    /// Makes all of a change or nothing; calls back once it is served, or it is known that it is
    /// not made.
    std::function<void(ChangeRequest, std::function<void(const ChangeOutcome&)>)> apply;

    /// Finds out what would come of changes.
    std::function<void(std::vector<ChangeRequest>, std::function<void(const ChangePreview&)>)>
        preview;

    /// Puts and removes servers, all of it or nothing; calls back likewise.
    std::function<void(ServerChange, std::function<void(const ServerOutcome&)>)> change_servers;
};

/// See above.
class NamesApi {
public:
    /// All of it outlives the API.
    struct Parts {
        Access& access;
        AddressBook& book;
        StateReader& state;
        ForwardLookup& forward;
        PropagationWatch& propagation;
    };

    NamesApi(Parts parts, NamesBackend backend);

    /// Adds its routes to `server`.
    void add_to(HttpServer& server);

private:
    using Respond = HttpRespond;

    /// Handles a request of somebody who is believed.
    using Handler = void (NamesApi::*)(const HttpRequest&, const Visitor&, const Respond&);

    void add(HttpServer& server, const std::string& method, const std::string& path,
             Handler handler);
    void tell_visitor(const HttpRequest& request, const Visitor& visitor, const Respond& respond);
    void list_addresses(const HttpRequest& request, const Visitor& visitor, const Respond& respond);
    void show_address(const HttpRequest& request, const Visitor& visitor, const Respond& respond);
    void name_address(const HttpRequest& request, const Visitor& visitor, const Respond& respond);
    void reset_address(const HttpRequest& request, const Visitor& visitor, const Respond& respond);
    void change_many(const HttpRequest& request, const Visitor& visitor, const Respond& respond);
    void show_change(const HttpRequest& request, const Visitor& visitor, const Respond& respond);
    void undo_change(const HttpRequest& request, const Visitor& visitor, const Respond& respond);
    void show_history(const HttpRequest& request, const Visitor& visitor, const Respond& respond);
    void create_link(const HttpRequest& request, const Visitor& visitor, const Respond& respond);

    struct Receipt;
    void look_up_names(const MadeChange& change, const std::shared_ptr<Receipt>& receipt);
    void add_sighting(const MadeChange& change, const Name& apex, Serial serial,
                      const PropagationWatch::Sighting& sighting,
                      const std::shared_ptr<Receipt>& receipt);

    /// One address of a request, as far as it can be judged at once.
    struct Item;
    struct Confirmation;
    [[nodiscard]] Item item_of(Address address, std::optional<std::vector<std::string>> names,
                               std::optional<std::string> tag, const Visitor& visitor);
    void confirm(std::shared_ptr<std::vector<Item>> items, std::function<void()> done);
    void look_up_next(const std::shared_ptr<Confirmation>& confirmation);
    void apply(const HttpRequest& request, std::vector<Item> items, const Visitor& visitor,
               const Respond& respond);
    void preview(std::vector<Item> items, const Visitor& visitor, const Respond& respond);
    void apply(ChangeRequest change, std::size_t cost, ChangeId last, const Visitor& visitor,
               const Respond& respond);
    [[nodiscard]] std::optional<MadeChange> find_change(const std::string& text,
                                                        const Visitor& visitor);

    Parts parts_;
    NamesBackend backend_;
    ChangeAllowance allowance_;
};

}  // namespace arpad
