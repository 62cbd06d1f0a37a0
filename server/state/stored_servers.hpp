/// \file  Servers that were put through the API, as the database has them.
///
/// Threads: those of the database.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "state/database.hpp"
#include "zone/inventory.hpp"

namespace arpad {

/// The table, for a database without it.
extern const char* const stored_servers_schema;

/// What becomes of servers: some are put, in place of those of the same names, others removed.
struct ServerChange {
    std::vector<StoredServer> put;
    std::vector<std::string> removed;  ///< Names.
};

/// What came of it.
struct ServerOutcome {
    std::string
        refusal;  ///< Why it was not made: what contradicts it, one error per line; or empty.
    std::string failure;  ///< Why it could not be kept, and so was not made; else empty.
};

/// What `change` makes of `servers`, by name.
[[nodiscard]] std::vector<StoredServer> with_change(std::vector<StoredServer> servers,
                                                    const ServerChange& change);

/// All of them, by name.
[[nodiscard]] std::vector<StoredServer> read_servers(Database& database);

void write_servers(Database& database, const ServerChange& change);

/// Those of the state in `directory`, which a server may be using meanwhile; none where there is
/// none yet. The error says what failed and what to do about it.
[[nodiscard]] Result<std::vector<StoredServer>, std::string> read_servers(
    const std::filesystem::path& directory);

}  // namespace arpad
