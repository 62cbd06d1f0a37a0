/// \file  Which addresses there are, whose they are and what they are called: what the page lists.
///
/// Threads: one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reverse/address.hpp"
#include "state/access_store.hpp"
#include "state/state_reader.hpp"
#include "zone/edit.hpp"
#include "zone/inventory.hpp"
#include "zone/served_ptr.hpp"

namespace arpad {

/// An address of a server.
struct BookEntry {
    Address address;
    const ServerModel* server = nullptr;  ///< Null if it is nobody's.
    bool is_primary = false;
    std::optional<Prefix> prefix;  ///< That it was allocated with, if not by itself.
};

/// Where an address has its name from.
enum class NameOrigin : std::uint8_t {
    edit,            ///< It was given it beside the files.
    record,          ///< A zone file names it.
    lease,           ///< An UPDATE has given it.
    server_default,  ///< Its server's host name.
    range,           ///< A range.
    none,            ///< It has none.
    delegated,       ///< Another zone names it.
    unavailable,     ///< Its zone cannot be served at present.
    elsewhere,       ///< No zone that is served has it.
};

/// "edit", "record", "default" and so on.
[[nodiscard]] std::string_view to_text(NameOrigin origin) noexcept;

/// An address with what it is called.
struct BookRow {
    BookEntry entry;
    NameOrigin origin = NameOrigin::none;
    std::optional<Rrset> ptr;
    std::optional<Edit> edit;          ///< That is to name it, whatever its layer.
    std::optional<MadeChange> change;  ///< That names it, without what it did; none if none does.
    std::string tag;                   ///< As `tag_of` says.

    /// The name that it has by default; none if it has none.
    [[nodiscard]] const Name* default_name() const noexcept;
};

/// Which rows are wanted.
struct BookQuery {
    enum class Order : std::uint8_t { server, address, name };

    std::string text;        ///< In the server's name, host name, address or name; empty: any.
    std::string server;      ///< Of this one; empty: of any.
    std::string account;     ///< Likewise.
    bool is_edited = false;  ///< Only those that edits name.
    Order order = Order::server;
    bool is_descending = false;
    std::size_t offset = 0;
    std::size_t limit = 100;
};

/// Some rows, and how many there are in all.
struct BookPage {
    std::vector<BookRow> rows;
    std::size_t total = 0;
};

/// Whether `grant` lets the addresses of `server` be seen.
[[nodiscard]] bool may_see(const ServerModel& server, const Grant& grant);

/// See above.
class AddressBook {
public:
    /// Nothing yet.
    AddressBook() = default;

    /// Has this book be of what is served now; `inventory` is null if there is none.
    void update(std::shared_ptr<const InventoryModel> inventory, ServedPtrs served);

    /// The rows of `query` that `grant` lets see.
    [[nodiscard]] BookPage find(const BookQuery& query, const Grant& grant,
                                StateReader& state) const;

    /// The row of `address`; none if `grant` does not let it be seen.
    [[nodiscard]] std::optional<BookRow> find(Address address, const Grant& grant,
                                              StateReader& state) const;

    /// The account of that name; null if there is none.
    [[nodiscard]] const AccountModel* find_account(std::string_view name) const;

    /// The server of that name; null if there is none.
    [[nodiscard]] const ServerModel* find_server(std::string_view name) const;

    /// The inventory; null if there is none.
    [[nodiscard]] const InventoryModel* inventory() const noexcept { return inventory_.get(); }

private:
    [[nodiscard]] std::vector<BookEntry> entries(const BookQuery& query, const Grant& grant) const;
    [[nodiscard]] std::set<Address> edited_addresses(StateReader& state) const;
    void sort(std::vector<BookEntry>& entries, const BookQuery& query) const;
    void add_prefix(const Prefix& prefix, const ServerModel& server,
                    std::vector<BookEntry>& entries) const;
    [[nodiscard]] BookEntry entry_of(Address address) const;
    [[nodiscard]] BookRow row_of(const BookEntry& entry, StateReader& state) const;
    [[nodiscard]] bool matches(const BookEntry& entry, std::string_view text) const;

    std::shared_ptr<const InventoryModel> inventory_;
    ServedPtrs served_;
};

}  // namespace arpad
