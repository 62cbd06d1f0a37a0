#include "state/state_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>
#include <utility>

#include "base/log.hpp"
#include "crypto/digest.hpp"

namespace arpad {
namespace {

constexpr int schema_version = 2;

/// Copies that are longer have files of their own. For shorter ones those would cost more, as each
/// is synced by itself.
constexpr std::size_t longest_text_in_database = 256 * 1024;

constexpr const char* schema = R"(
    CREATE TABLE served (
        apex BLOB PRIMARY KEY,     -- wire form, lower case
        serial INTEGER NOT NULL,
        content BLOB NOT NULL      -- SHA-256 of everything but the serial
    ) WITHOUT ROWID;
    CREATE TABLE last_good (
        file TEXT PRIMARY KEY,     -- relative to the zones directory
        digest BLOB NOT NULL,      -- SHA-256 of the text
        text BLOB                  -- NULL if it is in a file that is named after its digest
    );
    PRAGMA user_version = 2;
)";

/// In version 1 every text was in the database.
constexpr const char* schema_from_version_1 = R"(
    ALTER TABLE last_good RENAME TO last_good_of_version_1;
    CREATE TABLE last_good (file TEXT PRIMARY KEY, digest BLOB NOT NULL, text BLOB);
    INSERT INTO last_good SELECT file, digest, text FROM last_good_of_version_1;
    DROP TABLE last_good_of_version_1;
    PRAGMA user_version = 2;
)";

class NewerSchema : public DatabaseError {
    using DatabaseError::DatabaseError;
};

std::string problem(const std::filesystem::path& path, std::string_view reason,
                    std::string_view advice) {
    return fmt::format("state directory {}: {}\n  {}", path.string(), reason, advice);
}

Digest digest_from(std::span<const std::uint8_t> octets) {
    Digest digest{};
    if (octets.size() != digest.size()) throw DatabaseError("holds a digest of the wrong length");
    std::ranges::copy(octets, digest.begin());
    return digest;
}

bool is_large(std::string_view text) {
    return text.size() > longest_text_in_database;
}

/// Whether both are the same file.
bool is_same_file(int one, int other) {
    struct stat first {};
    struct stat second {};
    return ::fstat(one, &first) == 0 && ::fstat(other, &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/// The lock at `path`; `shared` if it is that one.
Result<Descriptor, std::error_code> take_lock(const std::filesystem::path& path,
                                              Descriptor shared) {
    Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.is_open()) {
        if (shared.is_open() && is_same_file(lock.number(), shared.number())) return shared;
        if (::flock(lock.number(), LOCK_EX | LOCK_NB) == 0) return lock;
    }
    return std::error_code(errno, std::generic_category());
}

}  // namespace

Result<std::unique_ptr<StateStore>, StateStore::Failure> StateStore::open(
    const std::filesystem::path& directory, SerialFormat format, Descriptor shared_lock) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
        return Failure{problem(directory, error.message(),
                               "create it, owned by the user that runs arpad, or change `state`")};
    }
    auto lock = take_lock(directory / "lock", std::move(shared_lock));
    if (!lock && lock.error() == std::errc::operation_would_block) {
        return Failure{problem(directory, "another arpad uses it",
                               "stop that one first, or give this one a `state` of its own"),
                       true};
    }
    if (!lock) {
        return Failure{problem(directory, lock.error().message(),
                               "make it writable for the user that runs arpad, or change `state`")};
    }
    try {
        return std::unique_ptr<StateStore>(new StateStore(directory, std::move(*lock), format));
    } catch (const NewerSchema& failure) {
        return Failure{problem(directory, fmt::format("state.db: {}", failure.what()),
                               "run that arpad, or give this one a `state` of its own"),
                       true};
    } catch (const DatabaseError& failure) {
        return Failure{problem(
            directory, fmt::format("state.db: {}", failure.what()),
            "make it writable for the user that runs arpad; if it is damaged, move it away: "
            "serials then start anew and last good copies are lost")};
    }
}

StateStore::StateStore(std::filesystem::path directory, Descriptor lock, SerialFormat format)
    : directory_(std::move(directory)),
      lock_(std::move(lock)),
      format_(format),
      database_(directory_ / "state.db"),
      texts_(directory_) {
    prepare_schema();
    served_ = read_served(database_);
    if (const auto stamp = stamp_of(directory_ / "state.db")) opened_ = *stamp;
    remove_old_texts();
}

/// Whether what is written can be found again: SQLite goes on writing to a file that was removed.
bool StateStore::is_still_there() const {
    const auto stamp = stamp_of(directory_ / "state.db");
    return stamp && opened_ && stamp->device == opened_->device && stamp->inode == opened_->inode;
}

void StateStore::catch_up() {
    decided_.clear();
    try {
        served_ = read_served(database_);
    } catch (const DatabaseError& failure) {
        spdlog::error("{}", problem(directory_, fmt::format("state.db: {}", failure.what()),
                                    "restart arpad, which says what is wrong with it"));
    }
}

Descriptor StateStore::share_lock() const {
    return Descriptor::copy_of(lock_.number());
}

void StateStore::prepare_schema() {
    Transaction transaction(database_);
    std::int64_t version = 0;
    {
        Statement query(database_, "PRAGMA user_version");
        if (query.step()) version = query.integer(0);
    }
    if (version > schema_version) {
        throw NewerSchema(
            fmt::format("was written by a newer arpad (its version is {}, this arpad knows {})",
                        version, schema_version));
    }
    if (version == 0) database_.run(schema);
    if (version == 1) database_.run(schema_from_version_1);
    transaction.commit();
}

std::optional<std::string> StateStore::find_copy(const std::string& key) {
    try {
        Statement row(database_, "SELECT text, digest, text IS NULL FROM last_good WHERE file = ?");
        row.bind(0, key);
        if (!row.step()) return std::nullopt;
        if (row.integer(2) != 0) return texts_.find(digest_from(row.octets(1)));
        const auto text = row.octets(0);
        return std::string(text.begin(), text.end());
    } catch (const DatabaseError&) {
        return std::nullopt;  // a copy that cannot be read is no copy
    }
}

SerialDecision StateStore::serial_for(const Name& apex, const SerialModel& model,
                                      const Digest& content) {
    const auto found = served_.find(apex);
    const auto last =
        found == served_.end() ? std::nullopt : std::optional<ServedContent>(found->second);
    const SerialDecision decision =
        decide_serial(model, content, last, format_, std::chrono::system_clock::now());
    decided_.insert_or_assign(apex, ServedContent{decision.serial, content});
    return decision;
}

std::optional<std::string> StateStore::commit(std::span<const GoodCopy> copies) {
    if (!is_still_there()) {
        return problem(directory_, "state.db was removed or replaced while arpad runs",
                       "restart arpad, which makes a new one");
    }
    if (decided_.empty() && copies.empty()) return std::nullopt;
    try {
        const std::vector<NewCopy> new_copies = find_new(copies);
        for (const auto& [copy, digest] : new_copies) {
            if (!is_large(copy.text)) continue;
            // Nothing refers to it before the transaction, and nothing that is there is replaced.
            if (const auto error = texts_.write(digest, copy.text)) {
                return problem(directory_, error.message(),
                               "free space on its disk, and check that it is writable");
            }
        }
        Transaction transaction(database_);
        write_served();
        write_copies(new_copies);
        transaction.commit();
    } catch (const DatabaseError& failure) {
        return problem(directory_, fmt::format("state.db: {}", failure.what()),
                       "free space on its disk, and check that it is writable");
    }
    for (auto& [apex, served] : decided_) served_.insert_or_assign(apex, served);
    decided_.clear();
    if (!copies.empty()) remove_old_texts();
    return std::nullopt;
}

void StateStore::write_served() {
    Statement write(
        database_,
        "INSERT INTO served (apex, serial, content) VALUES (?, ?, ?) ON CONFLICT (apex) "
        "DO UPDATE SET serial = excluded.serial, content = excluded.content "
        "WHERE serial <> excluded.serial OR content <> excluded.content");
    for (const auto& [apex, served] : decided_) {
        write.bind(0, apex.view().wire());
        write.bind(1, std::int64_t{served.serial.value});
        write.bind(2, std::span<const std::uint8_t>(served.content));
        write.step();
    }
}

std::vector<StateStore::NewCopy> StateStore::find_new(std::span<const GoodCopy> copies) {
    std::vector<NewCopy> found;
    Statement row(database_,
                  "SELECT 1 FROM last_good WHERE file = ? AND digest = ? AND (text IS NULL) = ?");
    for (const GoodCopy& copy : copies) {
        const Digest digest = copy.digest ? *copy.digest : digest_of(copy.text);
        row.bind(0, copy.key);
        row.bind(1, std::span<const std::uint8_t>(digest));
        row.bind(2, std::int64_t{is_large(copy.text)});
        bool is_kept = false;
        while (row.step()) is_kept = !is_large(copy.text) || texts_.has(digest, copy.text.size());
        if (!is_kept) found.push_back({copy, digest});
    }
    return found;
}

void StateStore::write_copies(std::span<const NewCopy> copies) {
    Statement write(
        database_,
        "INSERT INTO last_good (file, digest, text) VALUES (?, ?, ?) ON CONFLICT (file) "
        "DO UPDATE SET digest = excluded.digest, text = excluded.text");
    for (const auto& [copy, digest] : copies) {
        write.bind(0, copy.key);
        write.bind(1, std::span<const std::uint8_t>(digest));
        if (is_large(copy.text)) {
            write.bind_null(2);
        } else {
            const auto* const text = reinterpret_cast<const std::uint8_t*>(copy.text.data());
            write.bind(2, std::span(text, copy.text.size()));
        }
        write.step();
    }
}

/// Removes the texts that no copy refers to any more, and what a crash left of one.
void StateStore::remove_old_texts() {
    if (!texts_.are_any()) return;
    try {
        std::set<Digest> kept;
        Statement rows(database_, "SELECT digest FROM last_good WHERE text IS NULL");
        while (rows.step()) kept.insert(digest_from(rows.octets(0)));
        texts_.remove_others(kept);
    } catch (const DatabaseError&) {
        return;  // they only take space; the commit holds all the same
    }
}

}  // namespace arpad
