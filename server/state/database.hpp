/// \file  SQLite, as far as the state needs it. The only place that includes it.
///
/// Errors of the environment are exceptions here; state/state_store turns them into results.
/// Threads: one at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace arpad {

/// SQLite refused; what() says why.
class DatabaseError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// An open database file.
class Database {
public:
    enum class Access : std::uint8_t {
        read_write,  ///< Created if missing; what is committed is on disk (WAL, synchronous=FULL).
        read_only,   ///< Must exist; another process may write to it meanwhile.
        immutable,   ///< Must exist; nobody writes to it, as on a file system without write access.
    };

    explicit Database(const std::filesystem::path& path, Access access = Access::read_write);

    /// Runs statements that have no parameters and no results.
    void run(const std::string& sql);

    [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }

private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

/// The version of the schema that `database` has, 0 for one without. Throws if that is a newer one
/// than `known`.
[[nodiscard]] std::int64_t schema_version(Database& database, std::int64_t known);

/// It was written by a newer arpad.
class NewerSchema : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// A prepared statement. Parameters and columns count from 0.
class Statement {
public:
    Statement(Database& database, std::string_view sql);

    /// Sets parameter number `index`; what is bound must live until the next `step` has returned.
    void bind(int index, std::int64_t value);
    void bind(int index, std::string_view text);
    void bind(int index, std::span<const std::uint8_t> octets);
    void bind_null(int index);

    /// Goes to the next row. False at the end; the statement is then ready to be bound again.
    bool step();

    /// Column `index` of the current row; views are valid until the next `step`.
    [[nodiscard]] bool is_null(int index) const;
    [[nodiscard]] std::int64_t integer(int index) const;
    [[nodiscard]] std::span<const std::uint8_t> octets(int index) const;

private:
    void check(int code) const;

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A transaction: undone when destroyed before `commit`.
class Transaction {
public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

private:
    Database& database_;
    bool is_open_ = true;
};

}  // namespace arpad
