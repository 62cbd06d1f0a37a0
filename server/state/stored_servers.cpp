#include "state/stored_servers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

namespace arpad {

const char* const stored_servers_schema = R"(
    CREATE TABLE servers (
        name TEXT PRIMARY KEY,
        product TEXT NOT NULL,
        account TEXT,              -- NULL for none
        addresses TEXT NOT NULL,   -- prefixes, with spaces between them
        primaries TEXT,            -- addresses, likewise; NULL for the first of each family
        since INTEGER NOT NULL     -- seconds since 1970
    ) WITHOUT ROWID;
)";

namespace {

std::string text_at(const Statement& row, int column) {
    const auto octets = row.octets(column);
    return {octets.begin(), octets.end()};
}

[[noreturn]] void refuse() {
    throw DatabaseError("holds a server that arpad did not write");
}

/// The words of `text`, each read by `read`.
template <class Read>
auto words_of(const std::string& text, const Read& read) {
    std::vector<typename decltype(read(std::string_view()))::value_type> entries;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const auto entry = read(std::string_view(word));
        if (!entry) refuse();
        entries.push_back(*entry);
    }
    return entries;
}

template <class Entry>
std::string text_of(const std::vector<Entry>& entries) {
    std::string text;
    for (const Entry& entry : entries) text += (text.empty() ? "" : " ") + entry.to_text();
    return text;
}

}  // namespace

std::vector<StoredServer> with_change(std::vector<StoredServer> servers,
                                      const ServerChange& change) {
    std::erase_if(servers, [&change](const StoredServer& server) {
        return std::ranges::find(change.removed, server.name) != change.removed.end() ||
               std::ranges::find(change.put, server.name, &StoredServer::name) != change.put.end();
    });
    servers.insert(servers.end(), change.put.begin(), change.put.end());
    std::ranges::sort(servers, {}, &StoredServer::name);
    return servers;
}

std::vector<StoredServer> read_servers(Database& database) {
    std::vector<StoredServer> servers;
    Statement rows(database,
                   "SELECT name, product, account, addresses, primaries, since FROM servers "
                   "ORDER BY name");
    while (rows.step()) {
        StoredServer server;
        server.name = text_at(rows, 0);
        server.product = text_at(rows, 1);
        if (!rows.is_null(2)) server.account = text_at(rows, 2);
        server.allocations = words_of(text_at(rows, 3), &prefix_or_address);
        if (!rows.is_null(4)) server.primaries = words_of(text_at(rows, 4), &Address::from_text);
        server.since = std::chrono::sys_seconds(std::chrono::seconds(rows.integer(5)));
        servers.push_back(std::move(server));
    }
    return servers;
}

void write_servers(Database& database, const ServerChange& change) {
    Statement remove(database, "DELETE FROM servers WHERE name = ?");
    for (const std::string& name : change.removed) {
        remove.bind(0, std::string_view(name));
        remove.step();
    }
    Statement write(database,
                    "INSERT OR REPLACE INTO servers (name, product, account, addresses, primaries, "
                    "since) VALUES (?, ?, ?, ?, ?, ?)");
    for (const StoredServer& server : change.put) {
        const std::string addresses = text_of(server.allocations);
        const std::string primaries = text_of(server.primaries.value_or(std::vector<Address>()));
        write.bind(0, std::string_view(server.name));
        write.bind(1, std::string_view(server.product));
        if (server.account) {
            write.bind(2, std::string_view(*server.account));
        } else {
            write.bind_null(2);
        }
        write.bind(3, std::string_view(addresses));
        if (server.primaries) {
            write.bind(4, std::string_view(primaries));
        } else {
            write.bind_null(4);
        }
        write.bind(5, std::int64_t{server.since.time_since_epoch().count()});
        write.step();
    }
}

Result<std::vector<StoredServer>, std::string> read_servers(
    const std::filesystem::path& directory) {
    const auto path = directory / "state.db";
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) return std::vector<StoredServer>();
    try {
        Database database(path, Database::Access::read_only);
        bool is_there = false;
        {
            Statement table(database, "SELECT 1 FROM sqlite_master WHERE name = 'servers'");
            while (table.step()) is_there = true;
        }
        return is_there ? read_servers(database) : std::vector<StoredServer>();
    } catch (const DatabaseError& failure) {
        return fmt::format("{}: {}\n  run this as a user that may read the state of the server",
                           path.string(), failure.what());
    }
}

}  // namespace arpad
