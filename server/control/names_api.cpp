#include "control/names_api.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <set>
#include <utility>

#include "control/api_requests.hpp"
#include "control/api_support.hpp"
#include "control/edit_csv.hpp"
#include "control/name_rules.hpp"
#include "load/host_name.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

namespace json = boost::json;

constexpr std::size_t max_history = 1000;
constexpr std::chrono::seconds default_link_lifetime{60};
constexpr std::chrono::seconds longest_link_lifetime{600};

/// How many names one request may have looked up, how many at a time, and how long all may take.
constexpr std::size_t max_confirmed = 1000;
constexpr std::size_t confirmed_at_once = 20;
constexpr std::chrono::seconds confirmation_patience{30};

/// How many names of a change are looked up for its receipt.
constexpr std::size_t max_looked_up = 20;

json::array json_of(const std::vector<Name>& names) {
    json::array array;
    for (const Name& name : names) array.emplace_back(host_name_text(name));
    return array;
}

json::array names_in(const std::optional<Rrset>& rrset) {
    return rrset ? json_of(targets_of(*rrset)) : json::array();
}

/// "2026-11-20T09:30:05.250Z" (RFC 3339).
std::string text_of(MadeChange::Time time) {
    using namespace std::chrono;
    const auto whole = floor<seconds>(time);
    return fmt::format("{:%FT%T}.{:03}Z", whole, floor<milliseconds>(time - whole).count());
}

json::object json_of(const MadeChange& change) {
    json::object object{{"change", change.id},
                        {"time", text_of(change.time)},
                        {"who", change.origin.who},
                        {"channel", to_text(change.origin.channel)}};
    if (change.undoes) object["undoes"] = *change.undoes;
    return object;
}

json::object json_of(const BookRow& row) {
    json::object object{{"address", row.entry.address.to_text()},
                        {"names", names_in(row.ptr)},
                        {"origin", to_text(row.origin)},
                        {"primary", row.entry.is_primary},
                        {"etag", row.tag}};
    object["ttl"] = row.ptr ? json::value(row.ptr->ttl.seconds) : nullptr;
    if (row.entry.server != nullptr) {
        object["server"] = row.entry.server->name;
        object["hostname"] = host_name_text(row.entry.server->host_name);
        object["account"] = row.entry.server->account.value_or("");
    }
    const Name* const standard = row.default_name();
    object["default"] = standard != nullptr ? json::value(host_name_text(*standard)) : nullptr;
    if (row.change) object["changed"] = json_of(*row.change);
    if (row.entry.prefix) object["prefix"] = row.entry.prefix->to_text();
    return object;
}

/// Whether it is what this API is about, and not another record that an UPDATE has made.
bool is_name_of_address(const MadeEdit& made) {
    return !made.edit.name && made.edit.type == RrType::ptr;
}

json::object json_of(const MadeEdit& made) {
    return {{"address", made.edit.address.to_text()},
            {"from", names_in(made.served_before)},
            {"to", names_in(made.served)},
            {"server", made.holder.server}};
}

/// Whose addresses `visitor` may change; none: all.
std::optional<std::string> account_of(const Visitor& visitor) {
    const std::string& account = visitor.grant().account;
    return account.empty() ? std::nullopt : std::optional(account);
}

/// What `edit` takes of an account's allowance: about what is kept of it on disk. Names stand in
/// the history as what was asked for and what was served, and again when they are changed.
std::size_t cost_of(const Edit& edit) {
    constexpr std::size_t of_its_own = 256;  // octets
    constexpr std::size_t copies = 4;
    return of_its_own + copies * wire_octets({edit.type, {}, edit.rdatas});
}

/// What an account is told: it does not need to know how files are called.
std::string detail_of(const EditRefusal& refusal, const Visitor& visitor) {
    if (visitor.grant().role == Role::staff || refusal.kind != EditRefusal::Kind::not_allowed) {
        return fmt::format("{}: {}", refusal.text, refusal.advice);
    }
    return fmt::format("{} cannot be given another name here: ask your provider",
                       refusal.address ? refusal.address->to_text() : "it");
}

HttpReply reply_to(const EditRefusal& refusal, const Visitor& visitor) {
    switch (refusal.kind) {
        case EditRefusal::Kind::not_allowed:
            return problem_reply(409, "not allowed", detail_of(refusal, visitor));
        case EditRefusal::Kind::outdated:
            return problem_reply(412, "changed meanwhile", detail_of(refusal, visitor));
        case EditRefusal::Kind::unknown:
            return problem_reply(404, "no such change", detail_of(refusal, visitor));
        case EditRefusal::Kind::not_theirs:
            return problem_reply(403, "not yours to change", detail_of(refusal, visitor));
        case EditRefusal::Kind::too_many:
            return problem_reply(422, "not allowed", detail_of(refusal, visitor));
    }
    return problem_reply(409, "not allowed", refusal.text);
}

}  // namespace

/// One address of a request.
struct NamesApi::Item {
    Edit edit;
    std::optional<std::string> tag;
    std::string flaw;               // why it cannot be done; empty if nothing is known to be wrong
    bool is_foreign = false;        // it is somebody else's
    ChangeId last_change = 0;       // of the edit that is there; 0 if there is none
    std::vector<Name> unconfirmed;  // names that have to be looked up first
};

/// The names of a request while they are looked up.
struct NamesApi::Confirmation {
    struct Question {
        std::size_t item = 0;  // its position
        Name name;
    };

    std::shared_ptr<std::vector<Item>> items;
    std::vector<Question> questions;
    std::size_t next = 0;
    std::size_t open = 0;
    std::chrono::steady_clock::time_point end;
    std::function<void()> done;
};

NamesApi::NamesApi(Parts parts, NamesBackend backend)
    : parts_(parts), backend_(std::move(backend)) {}

void NamesApi::add_to(HttpServer& server) {
    add(server, "GET", "/api/v1/me", &NamesApi::tell_visitor);
    add(server, "GET", "/api/v1/addresses", &NamesApi::list_addresses);
    add(server, "GET", "/api/v1/addresses/{}", &NamesApi::show_address);
    add(server, "PUT", "/api/v1/addresses/{}", &NamesApi::name_address);
    add(server, "DELETE", "/api/v1/addresses/{}", &NamesApi::reset_address);
    add(server, "POST", "/api/v1/changes", &NamesApi::change_many);
    add(server, "GET", "/api/v1/changes/{}", &NamesApi::show_change);
    add(server, "POST", "/api/v1/changes/{}/undo", &NamesApi::undo_change);
    add(server, "GET", "/api/v1/history", &NamesApi::show_history);
    add(server, "POST", "/api/v1/sign-in-links", &NamesApi::create_link);
}

void NamesApi::add(HttpServer& server, const std::string& method, const std::string& path,
                   Handler handler) {
    server.add(method, path,
               for_visitors(parts_.access,
                            [this, handler](const HttpRequest& request, const Visitor& visitor,
                                            const Respond& respond) {
                                (this->*handler)(request, visitor, respond);
                            }));
}

void NamesApi::tell_visitor(const HttpRequest& /*request*/, const Visitor& visitor,
                            const Respond& respond) {
    json::object object{{"who", visitor.caller.who},
                        {"role", to_text(visitor.grant().role)},
                        {"account", visitor.grant().account}};
    json::array domains;
    if (const AccountModel* const account = parts_.book.find_account(visitor.grant().account)) {
        for (const Name& domain : account->domains) domains.emplace_back(host_name_text(domain));
    }
    object["domains"] = std::move(domains);
    json::array servers;
    bool has_prefixes = false;
    if (const InventoryModel* const inventory = parts_.book.inventory()) {
        for (const ServerModel& server : inventory->servers) {
            const std::string& account = visitor.grant().account;
            if (!account.empty() && server.account != account) continue;
            if (servers.size() < max_rows_per_page) servers.emplace_back(server.name);
            has_prefixes = has_prefixes ||
                           std::ranges::any_of(server.allocations, [](const AllocationModel& each) {
                               return !each.prefix.is_address();
                           });
        }
    }
    object["servers"] = std::move(servers);
    object["has_prefixes"] = has_prefixes;
    respond(json_reply(object));
}

void NamesApi::list_addresses(const HttpRequest& request, const Visitor& visitor,
                              const Respond& respond) {
    auto query = read_book_query(request);
    if (!query) {
        respond(
            bad_request(fmt::format("sort by server, address or name, with `-` in front for "
                                    "the reverse; pages begin with 1, and have 1 to {} rows",
                                    max_rows_per_page)));
        return;
    }
    const bool is_csv = request.parameter("format") == "csv" ||
                        request.header("accept") == std::string_view("text/csv");
    if (is_csv) {
        query->offset = 0;
        query->limit = max_addresses_of_request;
    }
    const BookPage page = parts_.book.find(*query, visitor.grant(), parts_.state);
    if (is_csv) {
        HttpReply reply{200, csv_of(page.rows), "text/csv; charset=utf-8"};
        reply.headers.emplace_back("Content-Disposition", "attachment; filename=\"names.csv\"");
        respond(std::move(reply));
        return;
    }
    json::array rows;
    for (const BookRow& row : page.rows) rows.push_back(json_of(row));
    respond(json_reply(json::object{{"addresses", std::move(rows)},
                                    {"total", page.total},
                                    {"offset", query->offset},
                                    {"limit", query->limit}}));
}

void NamesApi::show_address(const HttpRequest& request, const Visitor& visitor,
                            const Respond& respond) {
    const auto address = Address::from_text(request.parts.front());
    if (!address) {
        respond(bad_request("write an IPv4 or IPv6 address"));
        return;
    }
    const auto row = parts_.book.find(*address, visitor.grant(), parts_.state);
    if (!row) {
        respond(not_theirs(visitor, address->to_text()));
        return;
    }
    HttpReply reply = json_reply(json_of(*row));
    reply.headers.emplace_back("ETag", fmt::format("\"{}\"", row->tag));
    respond(std::move(reply));
}

/// What `visitor` wants of `address`: these names, or none for the default.
NamesApi::Item NamesApi::item_of(Address address, std::optional<std::vector<std::string>> texts,
                                 std::optional<std::string> tag, const Visitor& visitor) {
    Item item;
    item.edit.address = address;
    item.tag = std::move(tag);
    const Grant& grant = visitor.grant();
    const auto row = parts_.book.find(address, grant, parts_.state);
    if (!row) {
        item.is_foreign = true;
        item.flaw = fmt::format("{} does not belong to this account", address.to_text());
        return item;
    }
    if (!grant.may_change()) {
        item.flaw = "this token may only look: ask for one that may change names";
        return item;
    }
    if (!texts) return item;
    auto names = read_names(*texts);
    if (!names) {
        item.flaw = fmt::format("{}: {}", names.error().text, names.error().advice);
        return item;
    }
    const AccountModel* const account = parts_.book.find_account(grant.account);
    if (const auto breach = find_breach(grant, account, *row, *names)) {
        item.flaw = fmt::format("{}: {}", breach->text, breach->advice);
        return item;
    }
    item.edit = ptr_edit(address, *names);
    if (row->edit) item.last_change = row->edit->change;
    item.unconfirmed = names_to_confirm(grant, account, *row, std::move(*names));
    return item;
}

/// Looks up the names of `items` that have to be, then calls `done`.
void NamesApi::confirm(std::shared_ptr<std::vector<Item>> items, std::function<void()> done) {
    const auto confirmation = std::make_shared<Confirmation>();
    std::size_t count = 0;
    for (const Item& item : *items) count += item.flaw.empty() ? item.unconfirmed.size() : 0;
    for (std::size_t i = 0; i < items->size(); ++i) {
        Item& item = (*items)[i];
        if (!item.flaw.empty() || item.unconfirmed.empty()) continue;
        if (count > max_confirmed) {
            item.flaw = fmt::format("{} names would have to be looked up: send at most {} at once",
                                    count, max_confirmed);
            continue;
        }
        for (Name& name : item.unconfirmed) {
            confirmation->questions.push_back({i, std::move(name)});
        }
    }
    confirmation->items = std::move(items);
    confirmation->end = std::chrono::steady_clock::now() + confirmation_patience;
    confirmation->done = std::move(done);
    look_up_next(confirmation);
}

/// Has as many names looked up as may be at once. Answers come later, so that this does not nest.
void NamesApi::look_up_next(const std::shared_ptr<Confirmation>& confirmation) {
    while (confirmation->open < confirmed_at_once &&
           confirmation->next < confirmation->questions.size()) {
        const auto& [at, name] = confirmation->questions[confirmation->next++];
        Item& item = (*confirmation->items)[at];
        if (std::chrono::steady_clock::now() > confirmation->end) {
            item.flaw = "its name could not be looked up in time: send fewer at once";
            continue;
        }
        ++confirmation->open;
        parts_.forward.look_up(
            name, item.edit.address, [this, confirmation, at, name](ForwardAnswer answer) {
                if (answer == ForwardAnswer::unknown) {
                    (*confirmation->items)[at].flaw = fmt::format(
                        "{} could not be looked up: try again later", host_name_text(name));
                } else if (answer != ForwardAnswer::confirmed) {
                    Item& asked = (*confirmation->items)[at];
                    const Address address = asked.edit.address;
                    asked.flaw =
                        fmt::format("{} does not lead back to {} ({}): set its {} record first",
                                    host_name_text(name), address.to_text(), to_text(answer),
                                    address.family() == Family::ipv4 ? "A" : "AAAA");
                }
                --confirmation->open;
                look_up_next(confirmation);
            });
    }
    if (confirmation->open > 0 || !confirmation->done) return;
    std::exchange(confirmation->done, {})();
}

void NamesApi::name_address(const HttpRequest& request, const Visitor& visitor,
                            const Respond& respond) {
    const auto address = Address::from_text(request.parts.front());
    const auto body = object_in(request.body);
    auto names = body ? read_names(*body) : std::nullopt;
    if (!address || !names) {
        respond(bad_request(R"(send {"names": [NAME]} for an IPv4 or IPv6 address)"));
        return;
    }
    apply(request, {item_of(*address, std::move(names), std::nullopt, visitor)}, visitor, respond);
}

void NamesApi::reset_address(const HttpRequest& request, const Visitor& visitor,
                             const Respond& respond) {
    const auto address = Address::from_text(request.parts.front());
    if (!address) {
        respond(bad_request("write an IPv4 or IPv6 address"));
        return;
    }
    apply(request, {item_of(*address, std::nullopt, std::nullopt, visitor)}, visitor, respond);
}

void NamesApi::change_many(const HttpRequest& request, const Visitor& visitor,
                           const Respond& respond) {
    const auto wishes = read_wishes(request);
    if (!wishes) {
        respond(wishes.error());
        return;
    }
    std::vector<Item> items;
    std::set<Address> seen;
    for (const Wish& wish : wishes->entries) {
        const auto address = Address::from_text(wish.address);
        if (!address) {
            items.emplace_back();
            items.back().flaw =
                fmt::format("`{}` is no address: write it like 192.0.2.7", wish.address);
            continue;
        }
        items.push_back(item_of(*address, wish.names, wish.tag, visitor));
        if (items.back().flaw.empty() && !seen.insert(*address).second) {
            items.back().flaw = fmt::format("{} is there twice", address->to_text());
        }
    }
    if (wishes->is_preview) {
        preview(std::move(items), visitor, respond);
    } else {
        apply(request, std::move(items), visitor, respond);
    }
}

/// Makes one change of all `items`, or says why not.
void NamesApi::apply(const HttpRequest& request, std::vector<Item> items, const Visitor& visitor,
                     const Respond& respond) {
    if (const auto match = request.header("if-match"); match && *match != "*") {
        items.front().tag = read_tag(*match).value_or("");
    }
    const auto shared = std::make_shared<std::vector<Item>>(std::move(items));
    confirm(shared, [this, shared, visitor, respond] {
        json::array errors;
        bool is_foreign = false;
        for (const Item& item : *shared) {
            if (item.flaw.empty()) continue;
            // One line of the log tells enough.
            if (item.is_foreign && !is_foreign) {
                (void)not_theirs(visitor, item.edit.address.to_text());
            }
            is_foreign = is_foreign || item.is_foreign;
            errors.push_back(
                json::object{{"address", item.edit.address.to_text()}, {"detail", item.flaw}});
        }
        if (!errors.empty()) {
            const bool is_forbidden = is_foreign || !visitor.grant().may_change();
            json::object problem{{"title", is_forbidden ? "not yours to change" : "not allowed"},
                                 {"status", is_forbidden ? 403 : 422},
                                 {"detail", errors.front().at("detail")},
                                 {"errors", errors}};
            respond(
                {is_forbidden ? 403U : 422U, json::serialize(problem), "application/problem+json"});
            return;
        }
        Change change;
        change.origin = {visitor.channel, visitor.caller.who};
        change.account = account_of(visitor);
        std::size_t cost = 0;
        ChangeId last = 0;
        for (Item& item : *shared) {
            if (item.tag) change.expectations.push_back({item.edit.address, *item.tag});
            cost += cost_of(item.edit);
            last = std::max(last, item.last_change);
            change.edits.push_back(std::move(item.edit));
        }
        apply(std::move(change), cost, last, visitor, respond);
    });
}

/// Makes a change that is worth `cost` of what the visitor's account may change, and costs nothing
/// if it turns out to say what `last` or one before has said.
void NamesApi::apply(ChangeRequest change, std::size_t cost, ChangeId last, const Visitor& visitor,
                     const Respond& respond) {
    const auto account = account_of(visitor);
    if (account && !allowance_.take(*account, cost, std::chrono::steady_clock::now())) {
        HttpReply reply = problem_reply(429, "too many changes",
                                        "as much has been changed as one account may change in a "
                                        "day: try again in some hours, or ask your provider");
        reply.headers.emplace_back("Retry-After", "3600");
        respond(std::move(reply));
        return;
    }
    backend_.apply(std::move(change), [this, cost, last, account, visitor,
                                       respond](const ChangeOutcome& outcome) {
        const bool is_kept = !outcome.refusal && outcome.failure.empty() && outcome.change > last;
        if (!is_kept && account) allowance_.give_back(*account, cost);
        if (outcome.refusal) {
            respond(reply_to(*outcome.refusal, visitor));
        } else if (!outcome.failure.empty()) {
            respond(problem_reply(507, "not changed",
                                  visitor.grant().role == Role::staff
                                      ? outcome.failure
                                      : "it cannot be stored at present: try again later"));
        } else {
            HttpReply reply = json_reply(json::object{{"change", outcome.change}});
            reply.headers.emplace_back("Location",
                                       fmt::format("/api/v1/changes/{}", outcome.change));
            respond(std::move(reply));
        }
    });
}

/// Says what would come of `items`, each by itself.
void NamesApi::preview(std::vector<Item> items, const Visitor& visitor, const Respond& respond) {
    const auto shared = std::make_shared<std::vector<Item>>(std::move(items));
    confirm(shared, [this, shared, visitor, respond] {
        std::vector<ChangeRequest> requests;
        for (const Item& item : *shared) {
            if (!item.flaw.empty()) continue;
            Change change{
                {item.edit}, {visitor.channel, visitor.caller.who}, {}, account_of(visitor)};
            if (item.tag) change.expectations.push_back({item.edit.address, *item.tag});
            requests.emplace_back(std::move(change));
        }
        backend_.preview(
            std::move(requests), [shared, visitor, respond](const ChangePreview& preview) {
                json::array rows;
                std::size_t next_result = 0;
                std::size_t next_made = 0;
                bool is_possible = true;
                for (const Item& item : *shared) {
                    json::object row{{"address", item.edit.address.to_text()}};
                    std::string flaw = item.flaw;
                    if (flaw.empty()) {
                        const auto& result = preview.results[next_result++];
                        if (result) {
                            const MadeChange& made = preview.made[next_made++];
                            row["from"] = names_in(made.edits.front().served_before);
                            row["to"] = names_in(made.edits.front().served);
                            row["changes"] =
                                made.edits.front().served_before != made.edits.front().served;
                        } else {
                            flaw = detail_of(result.error(), visitor);
                        }
                    }
                    if (!flaw.empty()) row["error"] = flaw;
                    is_possible = is_possible && flaw.empty();
                    rows.push_back(std::move(row));
                }
                respond(json_reply(
                    json::object{{"changes", std::move(rows)}, {"possible", is_possible}}));
            });
    });
}

/// The change with the number `text`, if `visitor` may see it.
std::optional<MadeChange> NamesApi::find_change(const std::string& text, const Visitor& visitor) {
    const auto id = number_from<ChangeId>(text);
    auto change = id ? parts_.state.change(*id) : std::nullopt;
    if (!change) return std::nullopt;
    const std::string& account = visitor.grant().account;
    const bool is_theirs =
        account.empty() || std::ranges::all_of(change->edits, [&account](const MadeEdit& made) {
            return made.holder.account == account;
        });
    return is_theirs ? std::move(change) : std::nullopt;
}

/// A receipt, which is sent when all have replied who were asked for it.
struct NamesApi::Receipt {
    json::object object;
    json::array edits;
    json::array nameservers;
    std::size_t open = 1;
    HttpRespond respond;

    void close() {
        if (--open > 0) return;
        object["edits"] = std::move(edits);
        object["nameservers"] = std::move(nameservers);
        respond({200, json::serialize(object)});
    }
};

void NamesApi::show_change(const HttpRequest& request, const Visitor& visitor,
                           const Respond& respond) {
    const auto change = find_change(request.parts.front(), visitor);
    if (!change) {
        respond(problem_reply(404, "no such change", "look into the history for its number"));
        return;
    }
    const auto receipt = std::make_shared<Receipt>();
    receipt->respond = respond;
    receipt->object = json_of(*change);
    // Nobody is told of a change before it is on disk and every worker answers with it.
    receipt->object["stored"] = true;
    receipt->object["served"] = true;
    for (const MadeEdit& made : change->edits) {
        if (is_name_of_address(made)) receipt->edits.push_back(json_of(made));
    }
    std::optional<PropagationWatch::Time> served;
    for (const auto& [apex, serial] : change->zones) {
        served = std::max(served, parts_.propagation.served_since(apex, serial));
    }
    if (served) {
        receipt->object["served_at"] =
            text_of(std::chrono::time_point_cast<std::chrono::microseconds>(*served));
    }
    look_up_names(*change, receipt);
    for (const auto& [apex, serial] : change->zones) {
        for (const auto& sighting : parts_.propagation.sightings(apex, serial)) {
            add_sighting(*change, apex, serial, sighting, receipt);
        }
    }
    receipt->close();
}

/// Adds to `receipt` whether the first names of `change` lead back to their addresses.
void NamesApi::look_up_names(const MadeChange& change, const std::shared_ptr<Receipt>& receipt) {
    if (!parts_.forward.can_ask()) return;
    std::size_t i = 0;  // among those that the receipt has
    for (const MadeEdit& made : change.edits) {
        if (!is_name_of_address(made)) continue;
        const std::size_t at = i++;
        if (at == max_looked_up) return;
        if (!made.served) continue;
        ++receipt->open;
        parts_.forward.look_up(targets_of(*made.served).front(), made.edit.address,
                               [receipt, at](ForwardAnswer answer) {
                                   receipt->edits[at].as_object()["forward"] = to_text(answer);
                                   receipt->close();
                               });
    }
}

/// Adds to `receipt` since when a nameserver of the zone at `apex` has had `change`, and what it
/// says of the first address, which stands for all of the version.
void NamesApi::add_sighting(const MadeChange& change, const Name& apex, Serial serial,
                            const PropagationWatch::Sighting& sighting,
                            const std::shared_ptr<Receipt>& receipt) {
    json::object told{{"zone", host_name_text(apex)},
                      {"serial", serial.value},
                      {"nameserver", sighting.nameserver},
                      {"seen", sighting.since.has_value()}};
    if (sighting.since) {
        const auto since = std::chrono::time_point_cast<std::chrono::microseconds>(*sighting.since);
        told["since"] = text_of(since);
        told["seconds"] = std::max(0.0, std::chrono::duration<double>(since - change.time).count());
    }
    const std::size_t at = receipt->nameservers.size();
    receipt->nameservers.push_back(std::move(told));
    const auto prefix = prefix_of_arpa_name(apex);
    if (!sighting.since || change.edits.empty() || !prefix) return;
    if (!is_name_of_address(change.edits.front())) return;
    const Address address = change.edits.front().edit.address;
    if (!prefix->contains(address)) return;
    ++receipt->open;
    parts_.propagation.ask_ptr(sighting, arpa_name(address), [receipt, at](const auto& names) {
        if (names) receipt->nameservers[at].as_object()["names"] = json_of(*names);
        receipt->close();
    });
}

void NamesApi::undo_change(const HttpRequest& request, const Visitor& visitor,
                           const Respond& respond) {
    const auto change = find_change(request.parts.front(), visitor);
    if (!change) {
        respond(problem_reply(404, "no such change", "look into the history for its number"));
        return;
    }
    if (!visitor.grant().may_change()) {
        respond(problem_reply(403, "not yours to change",
                              "this token may only look: ask for one that may change names"));
        return;
    }
    for (const MadeEdit& made : change->edits) {
        if (made.edit.name && visitor.grant().account.empty()) continue;
        if (parts_.book.find(made.edit.address, visitor.grant(), parts_.state)) continue;
        respond(not_theirs(visitor, made.edit.address.to_text()));
        return;
    }
    std::size_t cost = 0;
    for (const MadeEdit& made : change->edits) cost += cost_of(made.before.value_or(made.edit));
    apply(Undo{change->id, {visitor.channel, visitor.caller.who}, account_of(visitor)}, cost, 0,
          visitor, respond);
}

void NamesApi::show_history(const HttpRequest& request, const Visitor& visitor,
                            const Respond& respond) {
    HistoryFilter filter;
    const auto limit = number_from<std::size_t>(request.parameter("limit").value_or("100"));
    const auto before = request.parameter("before");
    if (before) filter.before = number_from<ChangeId>(*before);
    const auto addresses = request.parameter("address");
    const auto prefix = addresses ? prefix_or_address(*addresses) : std::nullopt;
    const bool is_clear = limit && *limit >= 1 && *limit <= max_history &&
                          before.has_value() == filter.before.has_value() &&
                          addresses.has_value() == prefix.has_value();
    if (!is_clear) {
        respond(
            bad_request(fmt::format("`limit` is 1 to {}, `before` the number of a change, "
                                    "`address` an address or prefix",
                                    max_history)));
        return;
    }
    filter.limit = *limit;
    filter.is_of_ptrs_only = true;
    if (prefix) filter.addresses = AddressRange{prefix->first(), prefix->last()};
    if (!visitor.grant().account.empty()) {
        filter.account = visitor.grant().account;
    } else if (const auto account = request.parameter("account")) {
        filter.account = std::string(*account);
    }
    json::array history;
    for (const HistoryEntry& entry : parts_.state.history(filter)) {
        json::object object = json_of(entry.change);
        for (auto& [key, value] : json_of(entry.edit)) object.emplace(key, value);
        history.push_back(std::move(object));
    }
    respond(json_reply(json::object{{"history", std::move(history)}}));
}

void NamesApi::create_link(const HttpRequest& request, const Visitor& visitor,
                           const Respond& respond) {
    if (visitor.grant().role != Role::staff || visitor.channel != Channel::api) {
        respond(problem_reply(403, "not yours to make",
                              "links are made with the token of an operator"));
        return;
    }
    const auto body = object_in(request.body);
    const std::string account = body ? text_at(*body, "account") : std::string();
    std::chrono::seconds lifetime = default_link_lifetime;
    bool is_clear = parts_.book.find_account(account) != nullptr;
    if (const json::value* const written = body ? body->if_contains("seconds") : nullptr) {
        is_clear = is_clear && written->is_int64() && written->as_int64() >= 1 &&
                   written->as_int64() <= longest_link_lifetime.count();
        if (is_clear) lifetime = std::chrono::seconds(written->as_int64());
    }
    if (!is_clear) {
        respond(bad_request(fmt::format(
            R"(send {{"account": ACCOUNT}} with one of the inventory's accounts, and "seconds" from 1 to {})",
            longest_link_lifetime.count())));
        return;
    }
    const std::string secret = parts_.access.create_link(account, visitor.caller, lifetime);
    respond(
        json_reply(json::object{{"path", "/sign-in/" + secret}, {"seconds", lifetime.count()}}));
}

}  // namespace arpad
