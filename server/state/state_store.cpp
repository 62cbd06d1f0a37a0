#include "state/state_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "base/log.hpp"
#include "crypto/digest.hpp"
#include "state/edit_log.hpp"
#include "zone/received_zone.hpp"

namespace arpad {
namespace {

constexpr int newest_version = 8;

/// Of what is to be looked at again, once it can be.
constexpr std::chrono::seconds unreadable_retry_interval{30};

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
)";

constexpr const char* differences_schema = R"(
    CREATE TABLE differences (
        apex BLOB NOT NULL,        -- wire form, lower case
        start INTEGER NOT NULL,    -- the serial that it leads from
        octets BLOB NOT NULL,      -- as ZoneDifference gives and takes them
        digest BLOB NOT NULL,      -- their SHA-256
        PRIMARY KEY (apex, start)
    );
    PRAGMA user_version = 3;
)";

constexpr const char* received_schema = R"(
    CREATE TABLE received (
        apex BLOB PRIMARY KEY,      -- wire form, lower case
        serial INTEGER NOT NULL,    -- that the octets are of; `differences` lead on from there
        digest BLOB NOT NULL,       -- SHA-256 of the octets
        octets BLOB,                -- NULL if they are in a file that is named after the digest
        confirmed INTEGER NOT NULL  -- when a primary had the last version; seconds since 1970
    ) WITHOUT ROWID;
    PRAGMA user_version = 4;
)";

/// In version 1 every text was in the database.
constexpr const char* schema_from_version_1 = R"(
    ALTER TABLE last_good RENAME TO last_good_of_version_1;
    CREATE TABLE last_good (file TEXT PRIMARY KEY, digest BLOB NOT NULL, text BLOB);
    INSERT INTO last_good SELECT file, digest, text FROM last_good_of_version_1;
    DROP TABLE last_good_of_version_1;
)";

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

std::string_view text_of(std::span<const std::uint8_t> octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

/// Whether `zone` can be had from what it was at `base` and its own history.
bool leads_to(Serial base, const Zone& zone) {
    return base == zone.serial() ||
           (zone.history() && !zone.history()->since(base, TransferView::arpad).empty());
}

bool is_large(std::string_view text) {
    return text.size() > longest_text_in_database;
}

std::span<const std::uint8_t> octets_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Binds `text`, or NULL if it has a file of its own.
void bind_unless_large(Statement& statement, int index, std::string_view text) {
    if (is_large(text)) {
        statement.bind_null(index);
    } else {
        statement.bind(index, octets_of(text));
    }
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
    read_histories();
    read_bases();
    last_change_ = read_last_change(database_);
    servers_ = read_servers(database_);
    if (const auto stamp = stamp_of(directory_ / "state.db")) opened_ = *stamp;
    remove_old_texts();
}

/// Whether what is written can be found again: SQLite goes on writing to a file that was removed.
bool StateStore::is_still_there() const {
    const auto stamp = stamp_of(directory_ / "state.db");
    return stamp && opened_ && stamp->device == opened_->device && stamp->inode == opened_->inode;
}

void StateStore::catch_up() {
    forget_decisions();
    try {
        served_ = read_served(database_);
        read_histories();
        read_bases();
        last_change_ = read_last_change(database_);
        servers_ = read_servers(database_);
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
    const std::int64_t version = schema_version(database_, newest_version);
    if (version == 0) database_.run(schema);
    if (version == 1) database_.run(schema_from_version_1);
    constexpr int first_with_differences = 3;
    if (version < first_with_differences) database_.run(differences_schema);
    constexpr int first_with_received = 4;
    if (version < first_with_received) database_.run(received_schema);
    constexpr int first_with_edits = 5;
    // Differences of before do not say whom they are for.
    if (version < first_with_edits) database_.run("DELETE FROM differences");
    if (version < first_with_edits) database_.run(edit_log_schema);
    if (version == first_with_edits) take_over_edits_of_version_5(database_);
    constexpr int first_with_servers = 6;
    if (version < first_with_servers) database_.run(stored_servers_schema);
    if (version == first_with_servers) take_over_edits_of_version_6(database_);
    constexpr int first_with_catalogs = 8;
    if (version < first_with_catalogs) {
        database_.run(
            "ALTER TABLE received ADD COLUMN catalog BLOB");  // wire form; NULL if of none
    }
    if (version < newest_version) database_.run("PRAGMA user_version = 8");
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
    if (!unreadable_.empty()) return unreadable_;
    const bool has_news = !noted_changes_.empty() || noted_servers_ || !decided_.empty() ||
                          !noted_.empty() || !noted_versions_.empty() || !given_up_.empty() ||
                          !copies.empty();
    if (!has_news) return std::nullopt;
    try {
        const std::vector<NewCopy> new_copies = find_new(copies);
        const std::vector<NewBase> new_bases = find_new_bases();
        for (const auto& [copy, digest] : new_copies) {
            if (auto failure = write_if_large(digest, copy.text)) return failure;
        }
        for (const NewBase& base : new_bases) {
            if (auto failure = write_if_large(base.digest, base.octets)) return failure;
        }
        Transaction transaction(database_);
        write_changes(database_, noted_changes_);
        if (noted_servers_) write_servers(database_, *noted_servers_);
        write_served();
        write_histories();
        write_versions(new_bases);
        write_copies(new_copies);
        transaction.commit();
        for (const NewBase& base : new_bases) bases_.insert_or_assign(base.apex, base.serial);
    } catch (const DatabaseError& failure) {
        return problem(directory_, fmt::format("state.db: {}", failure.what()),
                       "free space on its disk, and check that it is writable");
    }
    for (const MadeChange& change : noted_changes_) {
        last_change_ = std::max(last_change_, change.id);
    }
    if (noted_servers_) servers_ = with_change(std::move(servers_), *noted_servers_);
    for (auto& [apex, served] : decided_) served_.insert_or_assign(apex, served);
    for (auto& [apex, history] : noted_) {
        if (history) {
            histories_.insert_or_assign(apex, std::move(history));
        } else {
            histories_.erase(apex);
        }
    }
    for (const Name& apex : given_up_) bases_.erase(apex);
    const bool has_new_texts = !copies.empty() || !noted_versions_.empty() || !given_up_.empty();
    forget_decisions();
    if (has_new_texts) remove_old_texts();
    return std::nullopt;
}

/// Writes `text` to a file of its own if it is to have one; why that failed. Nothing refers to it
/// before the transaction, and nothing that is there is replaced.
std::optional<std::string> StateStore::write_if_large(const Digest& digest,
                                                      std::string_view text) const {
    if (!is_large(text)) return std::nullopt;
    const auto error = texts_.write(digest, text);
    if (!error) return std::nullopt;
    return problem(directory_, error.message(),
                   "free space on its disk, and check that it is writable");
}

/// A zone without its edits must not be served as if nobody had made them.
void StateStore::note_unreadable(const DatabaseError& failure) {
    unreadable_ = problem(directory_, fmt::format("state.db: {}", failure.what()),
                          "put a copy of it back that can be read");
}

void StateStore::for_each_edit(const AddressRange& range,
                               const std::function<void(const Edit&)>& visit) {
    try {
        read_edits(database_, range, visit);
    } catch (const DatabaseError& failure) {
        note_unreadable(failure);
    }
}

void StateStore::for_each_named_edit(const Name& apex,
                                     const std::function<void(const Edit&)>& visit) {
    try {
        read_named_edits(database_, apex, visit);
    } catch (const DatabaseError& failure) {
        note_unreadable(failure);
    }
}

std::vector<Edit> StateStore::expired_edits(Edit::Time now, std::size_t limit) {
    try {
        return read_expired_edits(database_, now, limit);
    } catch (const DatabaseError& failure) {
        note_unreadable(failure);
        return {};
    }
}

std::optional<Edit::Time> StateStore::next_expiry() {
    try {
        return read_next_expiry(database_);
    } catch (const DatabaseError&) {
        // Who reads what has expired is told.
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) +
               unreadable_retry_interval;
    }
}

std::string StateStore::maker_of(const Edit& edit) {
    try {
        const auto change = read_change_head(database_, edit.change);
        return change ? maker_text(*change) : std::string();
    } catch (const DatabaseError&) {
        return {};  // it is only told
    }
}

std::optional<MadeChange> StateStore::find_change(ChangeId id) {
    try {
        return read_change(database_, id);
    } catch (const DatabaseError& failure) {
        note_unreadable(failure);
        return std::nullopt;
    }
}

void StateStore::note_changes(std::span<const MadeChange> changes) {
    noted_changes_.insert(noted_changes_.end(), changes.begin(), changes.end());
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

std::shared_ptr<const ZoneHistory> StateStore::history_of(const Name& apex) {
    const auto found = histories_.find(apex);
    return found == histories_.end() ? nullptr : found->second;
}

void StateStore::note_histories(std::span<const ZoneChange> changes) {
    for (const auto& [before, after] : changes) {
        const Name apex((after ? after : before)->apex());
        const bool was_secondary = before && before->transfer().is_secondary();
        const bool is_secondary = after && after->transfer().is_secondary();
        if (is_secondary) given_up_.erase(apex);
        if (was_secondary && !is_secondary && bases_.contains(apex)) given_up_.insert(apex);
        // What is expired may be confirmed again.
        if (after && after->transfer().is_secondary() && !after->is_available()) continue;
        auto history = after ? after->history() : nullptr;
        // A zone may go and come back at once.
        noted_.erase(apex);
        if (history != history_of(apex)) noted_.insert_or_assign(apex, std::move(history));
    }
}

void StateStore::note_versions(std::span<const Refresh> refreshed) {
    for (const Refresh& refresh : refreshed) {
        const auto& zone = refresh.version.zone;
        if (!zone) continue;
        noted_versions_.insert_or_assign(refresh.apex, refresh.version);
        decided_.insert_or_assign(refresh.apex, ServedContent{zone->serial(), Digest{}});
    }
}

/// Of the versions that have been noted those that are to be written as a whole.
std::vector<StateStore::NewBase> StateStore::find_new_bases() const {
    std::vector<NewBase> found;
    for (const auto& [apex, version] : noted_versions_) {
        const auto kept = bases_.find(apex);
        if (kept != bases_.end() && leads_to(kept->second, *version.zone)) continue;
        const std::vector<std::uint8_t> octets = to_octets(*version.zone);
        const std::string_view text = text_of(octets);
        found.push_back({apex, version.zone->serial(), digest_of(text), std::string(text)});
    }
    return found;
}

void StateStore::write_versions(std::span<const NewBase> bases) {
    Statement confirm(database_, "UPDATE received SET confirmed = ?, catalog = ? WHERE apex = ?");
    Statement write(database_,
                    "INSERT OR REPLACE INTO received (apex, serial, digest, octets, confirmed) "
                    "VALUES (?, ?, ?, ?, 0)");
    for (const auto& [apex, serial, digest, octets] : bases) {
        write.bind(0, apex.view().wire());
        write.bind(1, std::int64_t{serial.value});
        write.bind(2, std::span<const std::uint8_t>(digest));
        bind_unless_large(write, 3, octets);
        write.step();
    }
    // What is served in its place has newer serials: it must not come back.
    Statement remove(database_, "DELETE FROM received WHERE apex = ?");
    for (const Name& apex : given_up_) {
        remove.bind(0, apex.view().wire());
        remove.step();
    }
    for (const auto& [apex, version] : noted_versions_) {
        using std::chrono::seconds;
        const auto confirmed =
            std::chrono::duration_cast<seconds>(version.confirmed_at.time_since_epoch());
        confirm.bind(0, std::int64_t{confirmed.count()});
        if (version.catalog) {
            confirm.bind(1, version.catalog->view().wire());
        } else {
            confirm.bind_null(1);
        }
        confirm.bind(2, apex.view().wire());
        confirm.step();
    }
}

void StateStore::read_bases() {
    bases_.clear();
    Statement rows(database_, "SELECT apex, serial FROM received");
    while (rows.step()) {
        const auto apex = Name::from_wire(rows.octets(0));
        if (!apex) continue;
        bases_.emplace(*apex, Serial{static_cast<std::uint32_t>(rows.integer(1))});
    }
}

std::optional<ReceivedVersion> StateStore::find_version(const ZoneFrame& frame) {
    std::optional<ReceivedVersion> version;
    try {
        version = read_version(frame);
    } catch (const DatabaseError&) {
        version.reset();
    }
    // What cannot be read is as good as none, and is to be written anew.
    if (!version) bases_.erase(frame.apex);
    return version;
}

std::optional<ReceivedVersion> StateStore::read_version(const ZoneFrame& frame) {
    Statement row(database_,
                  "SELECT digest, octets, octets IS NULL, confirmed, catalog FROM received "
                  "WHERE apex = ?");
    row.bind(0, frame.apex.view().wire());
    if (!row.step()) return std::nullopt;
    const Digest digest = digest_from(row.octets(0));
    const auto stored = row.octets(1);
    std::optional<std::string> octets(std::in_place, text_of(stored));
    if (row.integer(2) != 0) octets = texts_.find(digest);
    if (!octets || digest_of(*octets) != digest) return std::nullopt;
    ReceivedVersion version;
    version.zone = received_from_octets(frame, octets_of(*octets));
    if (!version.zone) return std::nullopt;
    version.confirmed_at = std::chrono::sys_seconds(std::chrono::seconds(row.integer(3)));
    if (auto catalog = Name::from_wire(row.octets(4))) version.catalog = std::move(*catalog);
    const auto history = history_of(frame.apex);
    if (!history) return version;
    std::vector<ReceivedStep> steps;
    for (const auto& difference : history->since(version.zone->serial(), TransferView::arpad)) {
        auto step = step_of(*difference, frame.apex);
        if (!step) return std::nullopt;
        steps.push_back(std::move(*step));
    }
    if (!steps.empty()) version.zone = with_steps(*version.zone, steps);
    if (!version.zone) return std::nullopt;
    if (version.zone->serial() == history->end()) {
        version.zone = version.zone->with_history(history);
    }
    return version;
}

/// Reads the differences that lead to the serials served last. Others are of no use any more, and
/// neither are those before one that is damaged: secondaries then get the whole zone.
void StateStore::read_histories() {
    using Rows = std::map<std::uint32_t, std::shared_ptr<const ZoneDifference>>;  // by their end
    std::map<Name, Rows, CanonicalLess> found;
    {
        Statement rows(database_, "SELECT apex, octets, digest FROM differences");
        while (rows.step()) {
            const auto apex = Name::from_wire(rows.octets(0));
            const auto octets = rows.octets(1);
            const auto digest = rows.octets(2);
            if (!apex || !std::ranges::equal(digest_of(text_of(octets)), digest)) continue;
            auto difference = ZoneDifference::from_octets({octets.begin(), octets.end()});
            if (difference) found[*apex].emplace(difference->to().value, std::move(difference));
        }
    }
    histories_.clear();
    for (auto& [apex, rows] : found) {
        const auto served = served_.find(apex);
        if (served == served_.end()) continue;
        std::vector<ZoneHistory::Difference> differences;
        Serial end = served->second.serial;
        for (auto row = rows.find(end.value); row != rows.end(); row = rows.find(end.value)) {
            end = row->second->from();
            differences.push_back(std::move(row->second));
            rows.erase(row);
        }
        if (differences.empty()) continue;
        std::ranges::reverse(differences);
        histories_.emplace(apex, std::make_shared<const ZoneHistory>(differences));
    }
}

/// Writes what has been noted. Nearly always that is one difference more and a few old ones less.
void StateStore::write_histories() {
    Statement remove_all(database_, "DELETE FROM differences WHERE apex = ?");
    Statement remove(database_, "DELETE FROM differences WHERE apex = ? AND start = ?");
    Statement insert(database_,
                     "INSERT OR REPLACE INTO differences (apex, start, octets, digest) "
                     "VALUES (?, ?, ?, ?)");
    for (const auto& [apex, history] : noted_) {
        const auto wire = apex.view().wire();
        const auto kept = history_of(apex);
        if (!kept || !history) {
            remove_all.bind(0, wire);
            remove_all.step();
        } else {
            for (const auto& difference : kept->differences()) {
                if (difference == (*history)[0]) break;
                remove.bind(0, wire);
                remove.bind(1, std::int64_t{difference->from().value});
                remove.step();
            }
        }
        if (!history) continue;
        const auto last_kept = kept ? (*kept)[kept->size() - 1] : nullptr;
        std::size_t first_new = history->size();
        while (first_new > 0 && (*history)[first_new - 1] != last_kept) --first_new;
        for (const auto& difference : history->differences(first_new)) {
            const auto octets = difference->octets();
            const Digest digest = digest_of(text_of(octets));
            insert.bind(0, wire);
            insert.bind(1, std::int64_t{difference->from().value});
            insert.bind(2, octets);
            insert.bind(3, std::span<const std::uint8_t>(digest));
            insert.step();
        }
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
        bind_unless_large(write, 2, copy.text);
        write.step();
    }
}

/// Removes the texts that no copy refers to any more, and what a crash left of one.
void StateStore::remove_old_texts() {
    if (!texts_.are_any()) return;
    try {
        std::set<Digest> kept;
        Statement rows(database_,
                       "SELECT digest FROM last_good WHERE text IS NULL "
                       "UNION ALL SELECT digest FROM received WHERE octets IS NULL");
        while (rows.step()) kept.insert(digest_from(rows.octets(0)));
        texts_.remove_others(kept);
    } catch (const DatabaseError&) {
        return;  // they only take space; the commit holds all the same
    }
}

}  // namespace arpad
