#include "state/access_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <utility>

#include "base/descriptor.hpp"
#include "base/text_file.hpp"
#include "crypto/random.hpp"

namespace arpad {
namespace {

constexpr int newest_version = 1;

constexpr const char* schema = R"(
    CREATE TABLE tokens (
        id TEXT PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE,  -- of its secret
        name TEXT NOT NULL,
        role INTEGER NOT NULL,        -- as Role
        account TEXT NOT NULL,        -- empty for all
        created INTEGER NOT NULL,     -- seconds since 1970, as all times
        expires INTEGER,
        revoked INTEGER,
        used INTEGER
    );
    CREATE TABLE sessions (
        digest BLOB PRIMARY KEY,
        token TEXT NOT NULL,          -- that it comes from
        role INTEGER NOT NULL,
        account TEXT NOT NULL,
        who TEXT NOT NULL,
        expires INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE links (
        digest BLOB PRIMARY KEY,
        token TEXT NOT NULL,          -- that its maker has shown
        account TEXT NOT NULL,
        who TEXT NOT NULL,
        expires INTEGER NOT NULL
    ) WITHOUT ROWID;
    PRAGMA user_version = 1;
)";

constexpr std::size_t key_octets = 32;
constexpr std::size_t secret_octets = 32;
constexpr std::size_t id_octets = 6;

/// So that whoever finds one knows what it is.
constexpr std::string_view token_prefix = "arpad_";

/// Of a token: nothing that a command would take for an option.
std::string new_id() {
    std::string id = random_text(id_octets);
    while (id.front() == '-') id = random_text(id_octets);
    return id;
}

std::int64_t seconds_of(Token::Time time) {
    return time.time_since_epoch().count();
}

Token::Time time_of(std::int64_t seconds) {
    return Token::Time(std::chrono::seconds(seconds));
}

std::string text_at(const Statement& row, int column) {
    const auto octets = row.octets(column);
    return {octets.begin(), octets.end()};
}

std::optional<Token::Time> time_at(const Statement& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return time_of(row.integer(column));
}

void bind_time(Statement& statement, int index, const std::optional<Token::Time>& time) {
    if (time) {
        statement.bind(index, seconds_of(*time));
    } else {
        statement.bind_null(index);
    }
}

/// The key at `path`, made where there is none.
Secret key_at(const std::filesystem::path& path) {
    std::vector<std::uint8_t> key(key_octets);
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file.is_open()) throw DatabaseError(fmt::format("{} cannot be opened", path.string()));
    // One from a backup may be open to others. That it cannot be changed is no reason not to use
    // it.
    ::fchmod(file.number(), S_IRUSR | S_IWUSR);
    const ssize_t octets = ::read(file.number(), key.data(), key.size());
    if (octets == static_cast<ssize_t>(key.size())) return Secret(std::move(key));
    if (octets != 0) throw DatabaseError(fmt::format("{} is no key of arpad", path.string()));
    fill_randomly(key);
    const bool is_kept =
        ::write(file.number(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
        ::fsync(file.number()) == 0;
    if (!is_kept) throw DatabaseError(fmt::format("{} cannot be written", path.string()));
    return Secret(std::move(key));
}

}  // namespace

std::string_view to_text(Role role) noexcept {
    switch (role) {
        case Role::account:
            return "account";
        case Role::staff:
            return "operator";
        case Role::observer:
            return "read-only";
    }
    return "?";
}

std::optional<Role> role_from_text(std::string_view text) noexcept {
    for (const Role role : {Role::account, Role::staff, Role::observer}) {
        if (to_text(role) == text) return role;
    }
    return std::nullopt;
}

AccessStore::AccessStore(const std::filesystem::path& directory)
    : key_(key_at(directory / "access.key")), database_(directory / "access.db") {
    Transaction transaction(database_);
    const std::int64_t version = schema_version(database_, newest_version);
    if (version == 0) database_.run(schema);
    transaction.commit();
}

Digest AccessStore::digest_of_secret(std::string_view secret) const {
    return keyed_digest(key_.octets(), secret);
}

AccessStore::NewToken AccessStore::create_token(std::string name, Grant grant, Time now,
                                                std::optional<Time> expires) {
    NewToken made{
        {new_id(), std::move(name), std::move(grant), now, expires, std::nullopt, std::nullopt},
        std::string(token_prefix) + random_text(secret_octets)};
    const Token& token = made.token;
    const Digest digest = digest_of_secret(made.secret);
    Statement write(database_,
                    "INSERT INTO tokens (id, digest, name, role, account, created, expires) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)");
    write.bind(0, std::string_view(token.id));
    write.bind(1, std::span<const std::uint8_t>(digest));
    write.bind(2, std::string_view(token.name));
    write.bind(3, std::int64_t{static_cast<std::uint8_t>(token.grant.role)});
    write.bind(4, std::string_view(token.grant.account));
    write.bind(5, seconds_of(now));
    bind_time(write, 6, expires);
    write.step();
    return made;
}

std::vector<Token> AccessStore::tokens() {
    std::vector<Token> tokens;
    Statement rows(database_,
                   "SELECT id, name, role, account, created, expires, revoked, used FROM tokens "
                   "ORDER BY created, id");
    while (rows.step()) {
        tokens.push_back({text_at(rows, 0),
                          text_at(rows, 1),
                          {static_cast<Role>(rows.integer(2)), text_at(rows, 3)},
                          time_of(rows.integer(4)),
                          time_at(rows, 5),
                          time_at(rows, 6),
                          time_at(rows, 7)});
    }
    return tokens;
}

bool AccessStore::revoke_token(const std::string& id, Time now) {
    Transaction transaction(database_);
    bool is_revoked = false;
    {
        Statement write(database_,
                        "UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL "
                        "RETURNING 1");
        write.bind(0, seconds_of(now));
        write.bind(1, std::string_view(id));
        while (write.step()) is_revoked = true;
    }
    for (const char* const sql :
         {"DELETE FROM sessions WHERE token = ?", "DELETE FROM links WHERE token = ?"}) {
        Statement remove(database_, sql);
        remove.bind(0, std::string_view(id));
        remove.step();
    }
    transaction.commit();
    return is_revoked;
}

std::optional<Caller> AccessStore::find_token(std::string_view secret, Time now) {
    const Digest digest = digest_of_secret(secret);
    std::optional<Caller> caller;
    std::optional<Time> used;
    {
        Statement row(database_,
                      "SELECT id, name, role, account, used FROM tokens WHERE digest = ? "
                      "AND revoked IS NULL AND (expires IS NULL OR expires > ?)");
        row.bind(0, std::span<const std::uint8_t>(digest));
        row.bind(1, seconds_of(now));
        while (row.step()) {
            const std::string id = text_at(row, 0);
            const std::string name = text_at(row, 1);
            caller = Caller{{static_cast<Role>(row.integer(2)), text_at(row, 3)},
                            name.empty() ? "token " + id : name,
                            id};
            used = time_at(row, 4);
        }
    }
    constexpr std::chrono::hours precision{1};
    if (caller && (!used || now - *used >= precision)) note_use(caller->token, now);
    return caller;
}

/// Whoever shows a token is let in all the same where that cannot be kept: on a full disk, say.
void AccessStore::note_use(const std::string& id, Time now) noexcept {
    try {
        Statement write(database_, "UPDATE tokens SET used = ? WHERE id = ?");
        write.bind(0, seconds_of(now));
        write.bind(1, std::string_view(id));
        write.step();
    } catch (const DatabaseError&) {
        return;  // it is only told
    }
}

std::string AccessStore::open_session(const Caller& caller, Time now,
                                      std::chrono::seconds lifetime) {
    forget_expired(now);
    std::string secret = random_text(secret_octets);
    const Digest digest = digest_of_secret(secret);
    Statement write(database_,
                    "INSERT INTO sessions (digest, token, role, account, who, expires) "
                    "VALUES (?, ?, ?, ?, ?, ?)");
    write.bind(0, std::span<const std::uint8_t>(digest));
    write.bind(1, std::string_view(caller.token));
    write.bind(2, std::int64_t{static_cast<std::uint8_t>(caller.grant.role)});
    write.bind(3, std::string_view(caller.grant.account));
    write.bind(4, std::string_view(caller.who));
    write.bind(5, seconds_of(now + lifetime));
    write.step();
    Statement forget(database_,
                     "DELETE FROM sessions WHERE digest IN (SELECT digest FROM sessions "
                     "WHERE token = ? AND account = ? AND digest <> ? "
                     "ORDER BY expires DESC LIMIT -1 OFFSET ?)");
    forget.bind(0, std::string_view(caller.token));
    forget.bind(1, std::string_view(caller.grant.account));
    forget.bind(2, std::span<const std::uint8_t>(digest));
    forget.bind(3, std::int64_t{max_sessions - 1});
    forget.step();
    return secret;
}

std::optional<Caller> AccessStore::find_session(std::string_view secret, Time now) {
    const Digest digest = digest_of_secret(secret);
    Statement row(database_,
                  "SELECT sessions.role, sessions.account, who, token FROM sessions "
                  "JOIN tokens ON tokens.id = token WHERE sessions.digest = ? "
                  "AND sessions.expires > ? AND (tokens.expires IS NULL OR tokens.expires > ?)");
    row.bind(0, std::span<const std::uint8_t>(digest));
    row.bind(1, seconds_of(now));
    row.bind(2, seconds_of(now));
    std::optional<Caller> caller;
    while (row.step()) {
        caller = Caller{
            {static_cast<Role>(row.integer(0)), text_at(row, 1)}, text_at(row, 2), text_at(row, 3)};
    }
    return caller;
}

void AccessStore::close_session(std::string_view secret) {
    const Digest digest = digest_of_secret(secret);
    Statement remove(database_, "DELETE FROM sessions WHERE digest = ?");
    remove.bind(0, std::span<const std::uint8_t>(digest));
    remove.step();
}

std::string AccessStore::create_link(const std::string& account, const Caller& maker, Time now,
                                     std::chrono::seconds lifetime) {
    forget_expired(now);
    std::string secret = random_text(secret_octets);
    const Digest digest = digest_of_secret(secret);
    Statement write(database_,
                    "INSERT INTO links (digest, token, account, who, expires) "
                    "VALUES (?, ?, ?, ?, ?)");
    const std::string who = fmt::format("{}, by a link of {}", account, maker.who);
    write.bind(0, std::span<const std::uint8_t>(digest));
    write.bind(1, std::string_view(maker.token));
    write.bind(2, std::string_view(account));
    write.bind(3, std::string_view(who));
    write.bind(4, seconds_of(now + lifetime));
    write.step();
    return secret;
}

std::optional<Caller> AccessStore::use_link(std::string_view secret, Time now) {
    const Digest digest = digest_of_secret(secret);
    Statement row(database_,
                  "DELETE FROM links WHERE digest = ? AND expires > ? "
                  "RETURNING account, who, token");
    row.bind(0, std::span<const std::uint8_t>(digest));
    row.bind(1, seconds_of(now));
    std::optional<Caller> caller;
    while (row.step()) {
        caller = Caller{{Role::account, text_at(row, 0)}, text_at(row, 1), text_at(row, 2)};
    }
    return caller;
}

void AccessStore::forget_expired(Time now) {
    for (const char* const sql :
         {"DELETE FROM sessions WHERE expires <= ?", "DELETE FROM links WHERE expires <= ?"}) {
        Statement remove(database_, sql);
        remove.bind(0, seconds_of(now));
        remove.step();
    }
}

}  // namespace arpad
