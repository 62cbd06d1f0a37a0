#include "state/database.hpp"

#include <fmt/format.h>

namespace arpad {
namespace {

constexpr int busy_patience_ms = 5000;  // a backup may hold the file for a moment

/// https://www.sqlite.org/uri.html
std::string immutable_uri(const std::filesystem::path& path) {
    std::string uri = "file:";
    for (const char octet : path.string()) {
        if (octet == '%' || octet == '?' || octet == '#') {
            uri += fmt::format("%{:02x}", static_cast<unsigned char>(octet));
        } else {
            uri += octet;
        }
    }
    return uri + "?immutable=1";
}

}  // namespace

Database::Database(const std::filesystem::path& path, Access access) {
    sqlite3* handle = nullptr;
    int flags = SQLITE_OPEN_READONLY;
    if (access == Access::read_write) flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (access == Access::immutable) flags |= SQLITE_OPEN_URI;
    const std::string name = access == Access::immutable ? immutable_uri(path) : path.string();
    const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (handle == nullptr) throw DatabaseError("out of memory");
    if (code != SQLITE_OK) throw DatabaseError(sqlite3_errmsg(handle));
    sqlite3_busy_timeout(handle, busy_patience_ms);
    if (access != Access::read_write) return;
    // An older one may be open to others. That it cannot be changed is no reason not to use it.
    using std::filesystem::perms;
    std::error_code ignored;
    std::filesystem::permissions(path, perms::others_all, std::filesystem::perm_options::remove,
                                 ignored);
    // Temporary files would lie elsewhere, where nothing can be written (app/sandbox).
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY");
}

void Database::run(const std::string& sql) {
    if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        throw DatabaseError(sqlite3_errmsg(handle_.get()));
    }
}

Statement::Statement(Database& database, std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                        &statement, nullptr);
    statement_.reset(statement);
    if (code != SQLITE_OK) throw DatabaseError(sqlite3_errmsg(database.handle()));
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) throw DatabaseError(sqlite3_errmsg(sqlite3_db_handle(statement_.get())));
}

void Statement::bind(int index, std::int64_t value) {
    check(sqlite3_bind_int64(statement_.get(), index + 1, value));
}

void Statement::bind(int index, std::string_view text) {
    check(sqlite3_bind_text64(statement_.get(), index + 1, text.data(), text.size(), SQLITE_STATIC,
                              SQLITE_UTF8));
}

void Statement::bind(int index, std::span<const std::uint8_t> octets) {
    if (octets.empty()) {
        check(sqlite3_bind_zeroblob(statement_.get(), index + 1, 0));  // a null pointer binds NULL
        return;
    }
    check(sqlite3_bind_blob64(statement_.get(), index + 1, octets.data(), octets.size(),
                              SQLITE_STATIC));
}

void Statement::bind_null(int index) {
    check(sqlite3_bind_null(statement_.get(), index + 1));
}

bool Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    check(sqlite3_reset(statement_.get()));  // repeats the error of step, if there was one
    return false;
}

bool Statement::is_null(int index) const {
    return sqlite3_column_type(statement_.get(), index) == SQLITE_NULL;
}

std::int64_t Statement::integer(int index) const {
    return sqlite3_column_int64(statement_.get(), index);
}

std::span<const std::uint8_t> Statement::octets(int index) const {
    const auto* const octets =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), index));
    return {octets, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), index))};
}

std::int64_t schema_version(Database& database, std::int64_t known) {
    std::int64_t version = 0;
    Statement query(database, "PRAGMA user_version");
    while (query.step()) version = query.integer(0);
    if (version <= known) return version;
    throw NewerSchema(fmt::format(
        "was written by a newer arpad (its version is {}, this arpad knows {})", version, known));
}

Transaction::Transaction(Database& database) : database_(database) {
    database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    if (!is_open_) return;
    // Fails only if SQLite has rolled back already.
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    database_.run("COMMIT");
    is_open_ = false;
}

}  // namespace arpad
