#include "state/state_store.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "support/directory_test.hpp"
#include "support/zone_fixtures.hpp"
#include "support/zone_maker.hpp"
#include "zone/received_zone.hpp"

namespace arpad {
namespace {

namespace fs = std::filesystem;

using test::name;
using testing::AllOf;
using testing::HasSubstr;

Digest content(std::uint8_t fill) {
    Digest digest;
    digest.fill(fill);
    return digest;
}

const Digest first_content = content(1);
const Digest other_content = content(2);

class StateStoreTest : public test::DirectoryTest {
protected:
    /// Where the state is; missing at first.
    [[nodiscard]] fs::path directory() const { return root_ / "state"; }
    [[nodiscard]] fs::path root() const { return root_; }

    [[nodiscard]] std::unique_ptr<StateStore> open() const {
        auto opened = StateStore::open(directory(), SerialFormat::counter);
        EXPECT_TRUE(opened.has_value()) << opened.error().text;
        return std::move(*opened);
    }

    /// Why `where` cannot be opened.
    static std::string error_of(const fs::path& where) {
        const auto opened = StateStore::open(where, SerialFormat::counter);
        return opened.has_value() ? "no error" : opened.error().text;
    }

    /// The files with copies.
    [[nodiscard]] std::vector<fs::path> text_files() const {
        std::vector<fs::path> files;
        for (const auto& file : fs::directory_iterator(directory())) {
            if (file.path().filename().string().starts_with("text-")) files.push_back(file.path());
        }
        return files;
    }

    void write_database(const std::string& octets) const {
        fs::create_directories(directory());
        std::ofstream(directory() / "state.db", std::ios::binary) << octets;
    }
};

/// A text that is too large for the database.
std::string large_text(char fill) {
    return std::string(300'000, fill);
}

/// A number that changes when another connection than `watcher` has written.
std::int64_t data_version(Database& watcher) {
    Statement version(watcher, "PRAGMA data_version");
    return version.step() ? version.integer(0) : 0;
}

std::uint32_t serial_of(StateStore& store, const Digest& held,
                        std::string_view apex = "2.0.192.in-addr.arpa.") {
    return store.serial_for(name(apex), {}, held).serial.value;
}

using StateStoreOpen = StateStoreTest;
using StateStoreSerials = StateStoreTest;
using StateStoreCopies = StateStoreTest;

TEST_F(StateStoreOpen, LockCanBeShared) {
    auto first = open();
    auto second = StateStore::open(directory(), SerialFormat::counter, first->share_lock());
    ASSERT_TRUE(second.has_value()) << second.error().text;
    first.reset();
    EXPECT_THAT(error_of(directory()), HasSubstr("another arpad uses it"));
    second->reset();
    EXPECT_EQ(error_of(directory()), "no error");
}

TEST_F(StateStoreOpen, LockOfAnotherDirectoryIsNotEnough) {
    const auto here = open();
    auto there = StateStore::open(root() / "there", SerialFormat::counter, here->share_lock());
    ASSERT_TRUE(there.has_value()) << there.error().text;
    EXPECT_THAT(error_of(root() / "there"), HasSubstr("another arpad uses it"));
}

TEST_F(StateStoreSerials, CatchUpWithWhatAnotherHasCommitted) {
    auto first = open();
    EXPECT_EQ(serial_of(*first, first_content), 1U);
    ASSERT_FALSE(first->commit({}));
    {
        auto second = StateStore::open(directory(), SerialFormat::counter, first->share_lock());
        ASSERT_TRUE(second.has_value()) << second.error().text;
        EXPECT_EQ(serial_of(**second, other_content), 2U);
        ASSERT_FALSE((*second)->commit({}));
    }
    first->catch_up();
    EXPECT_EQ(serial_of(*first, other_content), 2U);
    EXPECT_EQ(serial_of(*first, first_content), 3U);
}

TEST_F(StateStoreOpen, CreatesTheDirectoryAndThoseAboveIt) {
    EXPECT_EQ(error_of(root() / "a" / "b"), "no error");
    EXPECT_TRUE(fs::exists(root() / "a" / "b" / "state.db"));
}

TEST_F(StateStoreOpen, TakesADirectoryThatIsThere) {
    fs::create_directories(directory());
    EXPECT_EQ(error_of(directory()), "no error");
}

TEST_F(StateStoreOpen, IsRefusedWhileAnotherHasIt) {
    const auto store = open();
    EXPECT_THAT(error_of(directory()),
                AllOf(HasSubstr(directory().string()), HasSubstr("another arpad uses it")));
}

TEST_F(StateStoreOpen, IsPossibleAgainOnceTheOtherIsGone) {
    open().reset();
    EXPECT_EQ(error_of(directory()), "no error");
}

TEST_F(StateStoreOpen, DoesNotDisturbTheOneThatHasIt) {
    const auto store = open();
    (void)error_of(directory());
    (void)serial_of(*store, first_content);
    EXPECT_EQ(store->commit({}), std::nullopt);
}

TEST_F(StateStoreOpen, BelowAFileIsAnErrorWithAdvice) {
    std::ofstream(root() / "file") << "x";
    EXPECT_THAT(error_of(root() / "file" / "state"),
                AllOf(HasSubstr("Not a directory"), HasSubstr("change `state`")));
}

TEST_F(StateStoreOpen, AtAFileIsAnErrorWithAdvice) {
    std::ofstream(root() / "file") << "x";
    EXPECT_THAT(error_of(root() / "file"),
                AllOf(HasSubstr("Not a directory"), HasSubstr("change `state`")));
}

TEST_F(StateStoreOpen, WithALockThatIsADirectoryIsAnErrorWithAdvice) {
    fs::create_directories(directory() / "lock");
    EXPECT_THAT(error_of(directory()),
                AllOf(HasSubstr(directory().string()), HasSubstr("make it writable")));
}

TEST_F(StateStoreOpen, WithADatabaseThatIsADirectoryIsAnErrorWithAdvice) {
    fs::create_directories(directory() / "state.db");
    EXPECT_THAT(error_of(directory()), AllOf(HasSubstr("state.db"), HasSubstr("move it away")));
}

TEST_F(StateStoreOpen, WithGarbageForADatabaseIsAnErrorWithAdvice) {
    write_database(std::string(10'000, 'x'));
    EXPECT_THAT(error_of(directory()),
                AllOf(HasSubstr("not a database"), HasSubstr("move it away")));
}

TEST_F(StateStoreOpen, LeavesADamagedDatabaseAsItIs) {
    write_database(std::string(10'000, 'x'));
    (void)error_of(directory());
    EXPECT_EQ(fs::file_size(directory() / "state.db"), 10'000U);
}

TEST_F(StateStoreOpen, ReleasesTheLockWhenItFails) {
    write_database(std::string(10'000, 'x'));
    (void)error_of(directory());
    fs::remove(directory() / "state.db");
    EXPECT_EQ(error_of(directory()), "no error");
}

TEST_F(StateStoreOpen, TakesAnEmptyDatabaseFileForANewOne) {
    write_database("");
    EXPECT_EQ(error_of(directory()), "no error");
}

TEST_F(StateStoreOpen, WithADatabaseDamagedBehindItsHeaderIsAnErrorWithAdvice) {
    {
        const auto store = open();
        for (int i = 0; i < 500; ++i)
            (void)serial_of(*store, first_content, std::to_string(i) + ".0.192.in-addr.arpa.");
        ASSERT_EQ(store->commit({}), std::nullopt);
    }
    const auto size = fs::file_size(directory() / "state.db");
    ASSERT_GT(size, 8192U);
    std::fstream file(directory() / "state.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096) << std::string(size - 4096, '\xff');
    file.close();
    EXPECT_THAT(error_of(directory()), AllOf(HasSubstr("malformed"), HasSubstr("move it away")));
}

TEST_F(StateStoreOpen, WithRowsThatArpadDidNotWriteIsAnError) {
    open().reset();
    Database(directory() / "state.db").run("INSERT INTO served VALUES (x'05', 1, x'00')");
    EXPECT_THAT(error_of(directory()), HasSubstr("something that arpad did not write"));
}

TEST_F(StateStoreOpen, WithTablesOfAnotherProgramIsAnError) {
    fs::create_directories(directory());
    Database(directory() / "state.db").run("CREATE TABLE served (x)");
    EXPECT_THAT(error_of(directory()), HasSubstr("already exists"));
}

TEST_F(StateStoreOpen, OfANewerSchemaIsRefused) {
    open().reset();
    Database(directory() / "state.db").run("PRAGMA user_version = 1000");
    EXPECT_THAT(error_of(directory()), HasSubstr("was written by a newer arpad"));
}

// A database of a newer arpad is not damaged: moving it away would lose its serials.
TEST_F(StateStoreOpen, OfANewerSchemaIsNotCalledDamaged) {
    open().reset();
    Database(directory() / "state.db").run("PRAGMA user_version = 1000");
    EXPECT_THAT(error_of(directory()), testing::Not(HasSubstr("move it away")));
}

TEST_F(StateStoreOpen, OfANewerSchemaChangesNothing) {
    open().reset();
    Database(directory() / "state.db").run("PRAGMA user_version = 1000; DROP TABLE served");
    (void)error_of(directory());
    Database database(directory() / "state.db");
    Statement version(database, "PRAGMA user_version");
    ASSERT_TRUE(version.step());
    EXPECT_EQ(version.integer(0), 1000);
}

TEST_F(StateStoreSerials, OfANewZoneFollowTheFormat) {
    EXPECT_EQ(serial_of(*open(), first_content), 1U);
}

TEST_F(StateStoreSerials, SurviveReopening) {
    {
        const auto store = open();
        (void)serial_of(*store, first_content);
        ASSERT_EQ(store->commit({}), std::nullopt);
        (void)serial_of(*store, other_content);
        ASSERT_EQ(store->commit({}), std::nullopt);
    }
    const auto store = open();
    EXPECT_EQ(serial_of(*store, other_content), 2U);
    EXPECT_EQ(serial_of(*store, first_content), 3U);
}

TEST_F(StateStoreSerials, SurviveWithAllTheirBits) {
    const SerialModel floor{SerialModel::Kind::floor, {0xfedc'ba98}, {}};
    {
        const auto store = open();
        (void)store->serial_for(name("a."), floor, first_content);
        ASSERT_EQ(store->commit({}), std::nullopt);
    }
    EXPECT_EQ(serial_of(*open(), first_content, "a."), 0xfedc'ba98);
}

TEST_F(StateStoreSerials, AreKeptPerZone) {
    const auto store = open();
    (void)serial_of(*store, first_content, "a.");
    ASSERT_EQ(store->commit({}), std::nullopt);
    EXPECT_EQ(serial_of(*store, other_content, "a."), 2U);
    EXPECT_EQ(serial_of(*store, other_content, "b."), 1U);
}

TEST_F(StateStoreSerials, OfZonesThatAreGoneAreKept) {
    const auto store = open();
    (void)serial_of(*store, first_content, "a.");
    ASSERT_EQ(store->commit({}), std::nullopt);
    (void)serial_of(*store, first_content, "b.");
    ASSERT_EQ(store->commit({}), std::nullopt);
    EXPECT_EQ(serial_of(*store, other_content, "a."), 2U);
}

TEST_F(StateStoreSerials, AreNotTakenBeforeTheCommit) {
    const auto store = open();
    (void)serial_of(*store, first_content);
    EXPECT_EQ(serial_of(*store, other_content), 1U);
}

TEST_F(StateStoreSerials, WithoutACommitDoNotSurvive) {
    {
        const auto store = open();
        (void)serial_of(*store, first_content);
        ASSERT_EQ(store->commit({}), std::nullopt);
        EXPECT_EQ(serial_of(*store, other_content), 2U);
    }
    EXPECT_EQ(serial_of(*open(), first_content), 1U);
}

TEST_F(StateStoreSerials, OfTheLastDecisionBeforeTheCommitCount) {
    const auto store = open();
    (void)serial_of(*store, first_content);
    (void)serial_of(*store, other_content);
    ASSERT_EQ(store->commit({}), std::nullopt);
    EXPECT_EQ(serial_of(*store, other_content), 1U);
    EXPECT_EQ(serial_of(*store, first_content), 2U);
}

TEST_F(StateStoreSerials, KnowWhetherAFloorIsOld) {
    const auto store = open();
    const SerialModel floor{SerialModel::Kind::floor, {7}, {}};
    (void)store->serial_for(name("a."), floor, first_content);
    ASSERT_EQ(store->commit({}), std::nullopt);
    EXPECT_TRUE(store->serial_for(name("a."), floor, other_content).floor_is_old);
}

TEST_F(StateStoreCopies, AreNoneAtFirst) {
    EXPECT_EQ(open()->find_copy("a.yaml"), std::nullopt);
}

TEST_F(StateStoreCopies, SurviveReopening) {
    const std::string text("network: 192.0.2.0/24\n\0binary", 29);
    const std::vector<GoodCopy> copies{{"a.yaml", text}, {"b.yaml", "other"}};
    ASSERT_EQ(open()->commit(copies), std::nullopt);
    const auto store = open();
    EXPECT_EQ(store->find_copy("a.yaml"), text);
    EXPECT_EQ(store->find_copy("b.yaml"), "other");
    EXPECT_EQ(store->find_copy("c.yaml"), std::nullopt);
}

TEST_F(StateStoreCopies, AreReplaced) {
    const auto store = open();
    ASSERT_EQ(store->commit(std::vector<GoodCopy>{{"a.yaml", "old"}}), std::nullopt);
    ASSERT_EQ(store->commit(std::vector<GoodCopy>{{"a.yaml", "new"}}), std::nullopt);
    EXPECT_EQ(store->find_copy("a.yaml"), "new");
}

TEST_F(StateStoreCopies, StayWhenACommitDoesNotNameThem) {
    const auto store = open();
    ASSERT_EQ(store->commit(std::vector<GoodCopy>{{"a.yaml", "old"}}), std::nullopt);
    ASSERT_EQ(store->commit({}), std::nullopt);
    EXPECT_EQ(store->find_copy("a.yaml"), "old");
}

TEST_F(StateStoreCopies, MayBeEmpty) {
    const auto store = open();
    const std::vector<GoodCopy> copies{{"a.yaml", std::string_view()}};
    EXPECT_EQ(store->commit(copies), std::nullopt);
    EXPECT_EQ(store->find_copy("a.yaml"), "");
}

// The database is one transaction: what cannot be written whole is not written in part.
TEST_F(StateStoreCopies, CommitThatFailsChangesNothingAndSaysWhatToDo) {
    const auto store = open();
    Database(directory() / "state.db")
        .run(
            "CREATE TRIGGER full BEFORE INSERT ON last_good "
            "BEGIN SELECT RAISE(ABORT, 'disk full'); END");
    (void)serial_of(*store, first_content);
    const auto error = store->commit(std::vector<GoodCopy>{{"a.yaml", "text"}});
    ASSERT_TRUE(error);
    EXPECT_THAT(*error,
                AllOf(HasSubstr("state.db: disk full"), HasSubstr("check that it is writable")));
    Database database(directory() / "state.db");
    Statement count(database, "SELECT count(*) FROM served");
    ASSERT_TRUE(count.step());
    EXPECT_EQ(count.integer(0), 0);
}

TEST_F(StateStoreCopies, ThatAreKnownAreNotWrittenAgain) {
    const auto store = open();
    const std::string large = large_text('x');
    const std::vector<GoodCopy> copies{{"a.yaml", "text"}, {"b.yaml", large}};
    (void)serial_of(*store, first_content);
    ASSERT_EQ(store->commit(copies), std::nullopt);
    const auto file = text_files().at(0);
    const auto time = fs::last_write_time(file) - std::chrono::hours(1);
    fs::last_write_time(file, time);
    Database watcher(directory() / "state.db");
    const auto version = data_version(watcher);
    (void)serial_of(*store, first_content);
    ASSERT_EQ(store->commit(copies), std::nullopt);
    EXPECT_EQ(data_version(watcher), version);
    EXPECT_EQ(fs::last_write_time(file), time);
    ASSERT_EQ(store->commit(std::vector<GoodCopy>{{"a.yaml", "other"}}), std::nullopt);
    EXPECT_NE(data_version(watcher), version);
}

TEST_F(StateStoreCopies, ThatAreLargeSurviveReopening) {
    const std::string large = large_text('x');
    ASSERT_EQ(open()->commit(std::vector<GoodCopy>{{"a.yaml", large}}), std::nullopt);
    EXPECT_EQ(open()->find_copy("a.yaml"), large);
    EXPECT_LT(fs::file_size(directory() / "state.db"), large.size());
}

TEST_F(StateStoreCopies, ThatAreReplacedLeaveNoFileBehind) {
    const auto store = open();
    const std::string old_text = large_text('x');
    const std::string new_text = large_text('y');
    ASSERT_EQ(store->commit(std::vector<GoodCopy>{{"a.yaml", old_text}}), std::nullopt);
    ASSERT_EQ(store->commit(std::vector<GoodCopy>{{"a.yaml", new_text}}), std::nullopt);
    EXPECT_EQ(store->find_copy("a.yaml"), new_text);
    EXPECT_EQ(text_files().size(), 1U);
    ASSERT_EQ(store->commit(std::vector<GoodCopy>{{"a.yaml", "short"}}), std::nullopt);
    EXPECT_EQ(store->find_copy("a.yaml"), "short");
    EXPECT_TRUE(text_files().empty());
}

TEST_F(StateStoreCopies, ThatGrowLargeAreFoundInTheirNewPlace) {
    const auto store = open();
    const std::string large = large_text('x');
    ASSERT_EQ(store->commit(std::vector<GoodCopy>{{"a.yaml", "short"}}), std::nullopt);
    ASSERT_EQ(store->commit(std::vector<GoodCopy>{{"a.yaml", large}}), std::nullopt);
    EXPECT_EQ(store->find_copy("a.yaml"), large);
}

TEST_F(StateStoreCopies, OfOneTextUnderTwoKeysStayWhileOneNeedsIt) {
    const auto store = open();
    const std::string large = large_text('x');
    const std::vector<GoodCopy> both{{"a.yaml", large}, {"b.yaml", large}};
    ASSERT_EQ(store->commit(both), std::nullopt);
    ASSERT_EQ(store->commit(std::vector<GoodCopy>{{"a.yaml", "other"}}), std::nullopt);
    EXPECT_EQ(store->find_copy("b.yaml"), large);
}

TEST_F(StateStoreCopies, WhoseFileIsLostAreWrittenAgain) {
    const auto store = open();
    const std::string large = large_text('x');
    const std::vector<GoodCopy> copies{{"a.yaml", large}};
    ASSERT_EQ(store->commit(copies), std::nullopt);
    fs::remove(text_files().at(0));
    EXPECT_EQ(store->find_copy("a.yaml"), std::nullopt);
    ASSERT_EQ(store->commit(copies), std::nullopt);
    EXPECT_EQ(store->find_copy("a.yaml"), large);
}

TEST_F(StateStoreCopies, WhoseFileIsDamagedAreNone) {
    const auto store = open();
    ASSERT_EQ(store->commit(std::vector<GoodCopy>{{"a.yaml", large_text('x')}}), std::nullopt);
    std::fstream(text_files().at(0), std::ios::in | std::ios::out).seekp(77) << 'y';
    EXPECT_EQ(store->find_copy("a.yaml"), std::nullopt);
}

// The serials that belong to a file that cannot be written are not taken either.
TEST_F(StateStoreCopies, FileThatCannotBeWrittenFailsTheCommit) {
    const auto store = open();
    const std::string large = large_text('x');
    const std::vector<GoodCopy> copies{{"a.yaml", large}};
    ASSERT_EQ(store->commit(copies), std::nullopt);
    const fs::path file = text_files().at(0);
    fs::remove(file);
    fs::create_directories(file / "in the way");
    (void)serial_of(*store, first_content);
    const auto error = store->commit(copies);
    ASSERT_TRUE(error);
    EXPECT_THAT(*error, AllOf(HasSubstr(directory().string()), HasSubstr("free space")));
    EXPECT_EQ(serial_of(*store, other_content), 1U);
}

// SQLite would go on writing to a file that nobody can find any more.
TEST_F(StateStoreCopies, DirectoryThatIsGoneFailsTheCommit) {
    const auto store = open();
    fs::remove_all(directory());
    (void)serial_of(*store, first_content);
    const auto error = store->commit({});
    ASSERT_TRUE(error);
    EXPECT_THAT(*error, HasSubstr("removed or replaced"));
}

TEST_F(StateStoreCopies, UnfinishedFilesOfACrashAreRemoved) {
    { const auto store = open(); }
    std::ofstream(directory() / ".arpad-abcdef") << "half a te";
    const auto store = open();
    EXPECT_FALSE(fs::exists(directory() / ".arpad-abcdef"));
}

TEST_F(StateStoreOpen, TakesTheCopiesOfTheFirstVersion) {
    fs::create_directories(directory());
    Database(directory() / "state.db").run(R"(
        CREATE TABLE served (apex BLOB PRIMARY KEY, serial INTEGER NOT NULL,
            content BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE last_good (file TEXT PRIMARY KEY, digest BLOB NOT NULL, text BLOB NOT NULL);
        INSERT INTO last_good VALUES ('a.yaml', zeroblob(32), CAST('old' AS BLOB));
        PRAGMA user_version = 1)");
    const auto store = open();
    EXPECT_EQ(store->find_copy("a.yaml"), "old");
    const std::string large = large_text('x');
    ASSERT_EQ(store->commit(std::vector<GoodCopy>{{"a.yaml", large}}), std::nullopt);
    EXPECT_EQ(store->find_copy("a.yaml"), large);
}

TEST_F(StateStoreCopies, ThatCannotBeReadAreNone) {
    const auto store = open();
    Database(directory() / "state.db").run("DROP TABLE last_good");
    EXPECT_EQ(store->find_copy("a.yaml"), std::nullopt);
}

TEST_F(StateStoreOpen, TakesTheSerialsOfTheSecondVersion) {
    fs::create_directories(directory());
    Database(directory() / "state.db").run(R"(
        CREATE TABLE served (apex BLOB PRIMARY KEY, serial INTEGER NOT NULL,
            content BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE last_good (file TEXT PRIMARY KEY, digest BLOB NOT NULL, text BLOB);
        INSERT INTO served VALUES (x'016100', 7, zeroblob(32));
        PRAGMA user_version = 2)");
    const auto store = open();
    EXPECT_EQ(store->serial_for(test::name("a."), {}, Digest{}).serial, Serial{7});
    EXPECT_EQ(store->history_of(test::name("a.")), nullptr);
}

/// Versions of a zone that primaries have sent.
class StateStoreVersions : public StateStoreTest {
protected:
    static ZoneFrame frame() { return {test::name("2.0.192.in-addr.arpa."), base(), {}}; }
    static Prefix base() { return test::prefix("192.0.2.0/24"); }

    static std::shared_ptr<const Zone> version(std::uint32_t serial, std::string_view name) {
        const auto zone = zone_for("192.0.2.0/24").ptr("1", name).record("x TXT \"a b\"").build();
        return zone->with_addresses(zone->addresses(), Serial{serial});
    }

    /// The newer of the two with what has changed.
    static std::shared_ptr<const Zone> with_history(const std::shared_ptr<const Zone>& before,
                                                    const std::shared_ptr<const Zone>& after) {
        constexpr std::size_t plenty = 100'000;
        return after->with_history(ZoneHistory::extend(
            before->history(), ZoneDifference::between(*before, *after, plenty), plenty, 10));
    }

    /// Keeps `after`, which takes the place of `before`.
    static void keep(StateStore& store, const std::shared_ptr<const Zone>& before,
                     const std::shared_ptr<const Zone>& after) {
        const std::vector<ZoneChange> changes{{before, after}};
        const std::vector<Refresh> refreshed{{frame().apex, {after, confirmed_at}}};
        store.note_histories(changes);
        store.note_versions(refreshed);
        ASSERT_EQ(store.commit({}), std::nullopt);
    }

    static void expect_version(StateStore& store, const Zone& zone) {
        const auto found = store.find_version(frame());
        ASSERT_TRUE(found);
        EXPECT_EQ(found->confirmed_at, confirmed_at);
        EXPECT_EQ(found->zone->serial(), zone.serial());
        EXPECT_EQ(to_octets(*found->zone), to_octets(zone));
    }

    static constexpr std::chrono::sys_seconds confirmed_at{std::chrono::seconds(1'700'000'000)};
};

TEST_F(StateStoreVersions, AreThereAfterARestart) {
    const auto zone = version(7, "a.example.");
    EXPECT_FALSE(open()->find_version(frame()));
    keep(*open(), nullptr, zone);
    expect_version(*open(), *zone);
}

TEST_F(StateStoreVersions, KnowTheirCatalog) {
    const std::optional<Name> catalog = test::name("catalog.example.");
    const auto store = open();
    for (const auto& each : {catalog, std::optional<Name>()}) {
        const std::vector<Refresh> refreshed{
            {frame().apex, {version(7, "a.example."), confirmed_at, each}}};
        store->note_versions(refreshed);
        ASSERT_EQ(store->commit({}), std::nullopt);
        EXPECT_EQ(store->find_version(frame()).value().catalog, each);
    }
}

TEST_F(StateStoreVersions, AreKeptAsWhatHasChanged) {
    const auto first = version(7, "a.example.");
    const auto second = with_history(first, version(8, "b.example."));
    const auto third = with_history(second, version(9, "c.example."));
    {
        const auto store = open();
        keep(*store, nullptr, first);
        keep(*store, first, second);
        keep(*store, second, third);
    }
    Database database(directory() / "state.db");
    Statement row(database, "SELECT serial FROM received");
    ASSERT_TRUE(row.step());
    EXPECT_EQ(row.integer(0), 7);
    const auto store = open();
    expect_version(*store, *third);
    EXPECT_EQ(store->find_version(frame())->zone->history()->size(), 2U);
}

// A commit writes what is new and removes what is too old, and leaves the rest alone.
TEST_F(StateStoreVersions, HistoryIsWrittenAsItGoesOn) {
    const auto store = open();
    std::shared_ptr<const Zone> zone = version(1, "x.example.");
    keep(*store, nullptr, zone);
    const auto go_on = [&](std::uint32_t serial) {
        const auto next = with_history(zone, version(serial, fmt::format("{}.example.", serial)));
        keep(*store, zone, next);
        zone = next;
    };
    Database database(directory() / "state.db");
    const auto count = [&](const std::string& condition) {
        Statement row(database, "SELECT count(*) FROM differences WHERE " + condition);
        row.step();
        return row.integer(0);
    };
    for (std::uint32_t serial = 2; serial <= 20; ++serial) go_on(serial);
    EXPECT_EQ(count("start BETWEEN 10 AND 19"), 10);
    EXPECT_EQ(count("TRUE"), 10);
    database.run("UPDATE differences SET digest = x'00' WHERE start = 15");
    go_on(21);
    EXPECT_EQ(count("start BETWEEN 11 AND 20"), 10);
    EXPECT_EQ(count("TRUE"), 10);
    EXPECT_EQ(count("digest = x'00'"), 1);

    const auto other = with_history(version(49, "x.example."), version(50, "y.example."));
    keep(*store, zone, other);
    EXPECT_EQ(count("start = 49"), 1);
    EXPECT_EQ(count("TRUE"), 1);
    keep(*store, other, version(51, "z.example."));
    EXPECT_EQ(count("TRUE"), 0);
}

TEST_F(StateStoreVersions, AreWrittenAnewWhereTheHistoryDoesNotReachBack) {
    const auto first = version(7, "a.example.");
    const auto second = version(9, "b.example.");
    {
        const auto store = open();
        keep(*store, nullptr, first);
        keep(*store, first, second);
    }
    expect_version(*open(), *second);
}

TEST_F(StateStoreVersions, AreNotThereIfDamaged) {
    keep(*open(), nullptr, version(7, "a.example."));
    Database(directory() / "state.db").run("UPDATE received SET octets = x'00'");
    const auto store = open();
    EXPECT_FALSE(store->find_version(frame()));
    // And are written again, though the serial is the same.
    const auto zone = version(7, "a.example.");
    keep(*store, nullptr, zone);
    expect_version(*store, *zone);
}

TEST_F(StateStoreVersions, AreInFilesIfLarge) {
    ZoneMaker maker = zone_for("192.0.0.0/16");
    for (int i = 0; i < 20'000; ++i) {
        maker.ptr(std::to_string(i & 255) + '.' + std::to_string(i >> 8),
                  "host-" + std::to_string(i) + ".example.");
    }
    const auto zone = maker.build();
    const ZoneFrame large{test::name("0.192.in-addr.arpa."), test::prefix("192.0.0.0/16"), {}};
    {
        const auto store = open();
        const std::vector<Refresh> refreshed{{large.apex, {zone, confirmed_at}}};
        store->note_versions(refreshed);
        ASSERT_EQ(store->commit({}), std::nullopt);
    }
    EXPECT_EQ(text_files().size(), 1U);
    const auto store = open();
    const auto found = store->find_version(large);
    ASSERT_TRUE(found);
    EXPECT_EQ(to_octets(*found->zone), to_octets(*zone));
    EXPECT_EQ(text_files().size(), 1U);
}

TEST_F(StateStoreVersions, MakeOwnSerialsGoOnFromThere) {
    keep(*open(), nullptr, version(7, "a.example."));
    EXPECT_EQ(open()->serial_for(frame().apex, {}, digest_of("anything")).serial, Serial{8});
}

TEST_F(StateStoreVersions, AreForgottenOnceTheZoneIsMadeHere) {
    TransferPolicy policy;
    policy.primaries = {{{test::address("192.0.2.53")}, std::nullopt}};
    const auto taken = zone_for("192.0.2.0/24").transfer(policy).build();
    const auto made = zone_for("192.0.2.0/24").build();
    const auto store = open();
    keep(*store, nullptr, taken);
    ASSERT_TRUE(store->find_version(frame()));
    // It may be given up and taken up again at once.
    store->note_histories(std::vector<ZoneChange>{{taken, nullptr}, {nullptr, taken}});
    ASSERT_EQ(store->commit({}), std::nullopt);
    ASSERT_TRUE(store->find_version(frame()));
    store->note_histories(std::vector<ZoneChange>{{taken, made}});
    ASSERT_EQ(store->commit({}), std::nullopt);
    EXPECT_FALSE(store->find_version(frame()));
}

}  // namespace
}  // namespace arpad
