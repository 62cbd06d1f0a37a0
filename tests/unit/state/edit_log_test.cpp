#include "state/edit_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "state/kept_edits.hpp"
#include "state/state_store.hpp"
#include "support/directory_test.hpp"
#include "support/zone_fixtures.hpp"
#include "zone/range_index.hpp"

namespace arpad {
namespace {

using test::address;
using test::name;
using test::prefix;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Edit edit(std::string_view where, const std::vector<Name>& names, std::optional<Ttl> ttl = {}) {
    return ptr_edit(address(where), names, ttl);
}

class EditLogTest : public test::DirectoryTest {
protected:
    [[nodiscard]] std::unique_ptr<StateStore> open() const {
        auto opened = StateStore::open(root_, SerialFormat::counter);
        EXPECT_TRUE(opened.has_value()) << opened.error().text;
        return std::move(*opened);
    }

    static std::vector<Edit> edits_of(EditSource& source, std::string_view within) {
        std::vector<Edit> found;
        source.for_each_edit(range_of(prefix(within)),
                             [&found](const Edit& edit) { found.push_back(edit); });
        return found;
    }

    /// A change that makes `edits`, the next after `state`'s last.
    static MadeChange change_of(const StateStore& state, std::vector<Edit> edits) {
        MadeChange change;
        change.id = state.last_change() + 1;
        change.time = MadeChange::Time(std::chrono::microseconds(1'700'000'000'123'456));
        change.origin = {Channel::api, "token 7"};
        change.zones = {{name("2.0.192.in-addr.arpa."), Serial{7}}};
        for (Edit& edit : edits) {
            edit.change = change.id;
            change.edits.push_back({std::move(edit), {}, {}, {}, {}});
        }
        return change;
    }

    static void commit(StateStore& state, const MadeChange& change) {
        state.note_changes({&change, 1});
        EXPECT_EQ(state.commit({}), std::nullopt);
    }

    static void make(StateStore& state, std::vector<Edit> edits) {
        commit(state, change_of(state, std::move(edits)));
    }

    /// `edit` as it comes from the change `id`.
    static Edit of_change(Edit edit, ChangeId id) {
        edit.change = id;
        return edit;
    }

    const Edit one_ = edit("192.0.2.1", {name("One.example."), name("b.example.")});
    const Edit two_ = edit("192.0.2.2", {name("two.example.")}, Ttl{60});
    const Edit six_ = edit("2001:db8::1", {name("six.example.")});
};

TEST_F(EditLogTest, KeepsEdits) {
    make(*open(), {two_, one_, six_});
    const auto state = open();
    EXPECT_EQ(state->last_change(), 1);
    EXPECT_THAT(edits_of(*state, "192.0.2.0/24"),
                ElementsAre(of_change(one_, 1), of_change(two_, 1)));
    EXPECT_THAT(edits_of(*state, "::/0"), ElementsAre(of_change(six_, 1)));
    EXPECT_THAT(edits_of(*state, "198.51.100.0/24"), IsEmpty());
    auto read = KeptEdits::read(root_);
    ASSERT_TRUE(read.has_value());
    EXPECT_THAT(edits_of(*read, "192.0.2.2/32"), ElementsAre(of_change(two_, 1)));
}

TEST_F(EditLogTest, TakesEditsBack) {
    const auto state = open();
    make(*state, {one_, two_});
    make(*state, {edit("192.0.2.1", {})});
    EXPECT_THAT(edits_of(*state, "192.0.2.0/24"), ElementsAre(of_change(two_, 1)));
}

TEST_F(EditLogTest, ForgetsWhatIsNotCommitted) {
    const auto state = open();
    const MadeChange change = change_of(*state, {one_});
    state->note_changes({&change, 1});
    state->forget_decisions();
    EXPECT_EQ(state->commit({}), std::nullopt);
    EXPECT_THAT(edits_of(*state, "0.0.0.0/0"), IsEmpty());
    EXPECT_EQ(state->last_change(), 0);
}

TEST_F(EditLogTest, HasNoEditsInADirectoryWithoutState) {
    auto read = KeptEdits::read(root_ / "missing");
    ASSERT_TRUE(read.has_value());
    EXPECT_THAT(edits_of(*read, "0.0.0.0/0"), IsEmpty());
    EXPECT_THAT(*read_history(root_ / "missing", {}), IsEmpty());
}

/// A zone that was built without its edits must not be committed as if nobody had made them.
TEST_F(EditLogTest, HasNothingCommittedWhereEditsCannotBeRead) {
    const auto state = open();
    make(*state, {one_});
    Database(root_ / "state.db").run("UPDATE edits SET rdatas = x'00020561'");
    EXPECT_THAT(edits_of(*state, "0.0.0.0/0"), IsEmpty());
    const auto failure = state->commit({});
    ASSERT_TRUE(failure.has_value());
    EXPECT_THAT(*failure, HasSubstr("an edit that arpad did not write"));
}

TEST_F(EditLogTest, FindsAChangeAgain) {
    auto state = open();
    MadeChange change = change_of(*state, {one_, two_});
    change.undoes = 17;
    change.edits[0].before = edit("192.0.2.1", {name("old.example.")}, Ttl{5});
    change.edits[0].before->holder = {"acme", "vm1"};
    change.edits[0].served_before = Rrset{RrType::ptr, Ttl{5}, {name_rdata(name("old.example."))}};
    change.edits[0].served = Rrset{RrType::ptr, Ttl{300}, one_.rdatas};
    change.edits[0].holder = {"acme", "vm2"};
    change.edits[0].edit.holder = {"acme", "vm2"};
    commit(*state, change);
    state.reset();
    state = open();
    EXPECT_EQ(state->find_change(1), change);
    EXPECT_EQ(state->find_change(2), std::nullopt);
}

TEST_F(EditLogTest, TellsItsHistory) {
    const auto state = open();
    make(*state, {one_, two_, six_});
    MadeChange second = change_of(*state, {two_});
    second.edits.front().holder = {"acme", "vm1"};
    commit(*state, second);
    const auto history = [this](const HistoryFilter& filter) {
        std::vector<std::string> told;
        for (const auto& [change, made] : *read_history(root_, filter)) {
            told.push_back(std::to_string(change.id) + " " + made.edit.address.to_text());
        }
        return told;
    };
    EXPECT_THAT(history({}),
                ElementsAre("2 192.0.2.2", "1 192.0.2.1", "1 192.0.2.2", "1 2001:db8::1"));
    EXPECT_THAT(history({.addresses = range_of(prefix("192.0.2.2/32"))}),
                ElementsAre("2 192.0.2.2", "1 192.0.2.2"));
    EXPECT_THAT(history({.account = "acme"}), ElementsAre("2 192.0.2.2"));
    EXPECT_THAT(history({.before = 2, .limit = 2}), ElementsAre("1 192.0.2.1", "1 192.0.2.2"));
    EXPECT_EQ(read_history(root_, {.limit = 1})->front().change.origin.who, "token 7");
}

TEST_F(EditLogTest, KeepsServersToo) {
    const StoredServer one{"vm1",
                           "mini",
                           "acme",
                           {prefix("192.0.2.1/32"), prefix("2001:db8::/64")},
                           std::vector{address("192.0.2.1")},
                           std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000))};
    StoredServer two = one;
    two.name = "vm2";
    two.account.reset();
    two.primaries.reset();
    {
        const auto state = open();
        state->note_servers({{two, one}, {}});
        EXPECT_THAT(state->stored_servers(), IsEmpty());
        EXPECT_EQ(state->commit({}), std::nullopt);
        EXPECT_THAT(state->stored_servers(), ElementsAre(one, two));
    }
    EXPECT_THAT(*read_servers(root_), ElementsAre(one, two));
    const auto state = open();
    EXPECT_THAT(state->stored_servers(), ElementsAre(one, two));
    state->note_servers({{}, {"vm1"}});
    EXPECT_EQ(state->commit({}), std::nullopt);
    EXPECT_THAT(*read_servers(root_), ElementsAre(two));
    EXPECT_THAT(*read_servers(root_ / "missing"), IsEmpty());
}

/// Version 5 of the database had edits, and no history.
TEST_F(EditLogTest, TakesOverEditsOfVersion5) {
    (void)open();
    {
        Database old(root_ / "state.db");
        old.run(
            "DROP TABLE edits; DROP TABLE changes; DROP TABLE history; "
            "DROP TABLE changed_zones; DROP TABLE servers; "
            "ALTER TABLE received DROP COLUMN catalog; "
            "CREATE TABLE edits (family INTEGER NOT NULL, address BLOB NOT NULL, "
            "names BLOB NOT NULL, ttl INTEGER, PRIMARY KEY (family, address)) WITHOUT ROWID; "
            "INSERT INTO edits VALUES (4, x'c0000201', "
            "x'034f6e65076578616d706c65000162076578616d706c6500', NULL), "
            "(4, x'c0000202', x'0374776f076578616d706c6500', 60); "
            "PRAGMA user_version = 5");
    }
    auto read = KeptEdits::read(root_);
    ASSERT_FALSE(read.has_value());
    EXPECT_THAT(read.error(), HasSubstr("start this one once"));
    const auto state = open();
    EXPECT_THAT(edits_of(*state, "192.0.2.0/24"), ElementsAre(one_, two_));
}

/// Version 6 had a history, in which empty RDATA stood for nothing.
TEST_F(EditLogTest, TakesOverEditsOfVersion6) {
    (void)open();
    {
        Database old(root_ / "state.db");
        old.run(R"(
            DROP TABLE edits; DROP TABLE changes; DROP TABLE history; DROP TABLE changed_zones;
            ALTER TABLE received DROP COLUMN catalog;
            CREATE TABLE edits (family INTEGER NOT NULL, address BLOB NOT NULL,
                type INTEGER NOT NULL, layer INTEGER NOT NULL, rdatas BLOB NOT NULL, ttl INTEGER,
                account TEXT NOT NULL, server TEXT NOT NULL, change INTEGER NOT NULL,
                PRIMARY KEY (family, address, type, layer)) WITHOUT ROWID;
            CREATE TABLE changes (id INTEGER PRIMARY KEY, time INTEGER NOT NULL,
                channel INTEGER NOT NULL, who TEXT NOT NULL, undoes INTEGER);
            CREATE TABLE history (family INTEGER NOT NULL, address BLOB NOT NULL,
                change INTEGER NOT NULL, type INTEGER NOT NULL, layer INTEGER NOT NULL,
                rdatas BLOB NOT NULL, ttl INTEGER, account TEXT NOT NULL, server TEXT NOT NULL,
                old_rdatas BLOB, old_ttl INTEGER, old_account TEXT, old_server TEXT,
                served BLOB, served_ttl INTEGER, old_served BLOB, old_served_ttl INTEGER,
                holder_account TEXT NOT NULL, holder_server TEXT NOT NULL,
                PRIMARY KEY (family, address, change, type, layer)) WITHOUT ROWID;
            CREATE INDEX history_by_change ON history (change);
            CREATE INDEX history_by_account ON history (holder_account, change);
            CREATE TABLE changed_zones (change INTEGER NOT NULL, apex BLOB NOT NULL,
                serial INTEGER NOT NULL, PRIMARY KEY (change, apex)) WITHOUT ROWID;
            INSERT INTO edits VALUES (4, x'c0000202', 12, 1, x'000d0374776f076578616d706c6500',
                60, '', '', 1);
            INSERT INTO changes VALUES (1, 1700000000123456, 2, 'token 7', NULL),
                (2, 1700000000123456, 2, 'token 7', NULL);
            INSERT INTO history VALUES
                (4, x'c0000202', 1, 12, 1, x'000d0374776f076578616d706c6500', 60, '', '',
                    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', ''),
                (4, x'c0000201', 2, 12, 1, x'', NULL, '', '',
                    x'000d0374776f076578616d706c6500', 60, '', '', NULL, NULL, NULL, NULL, '', '');
            PRAGMA user_version = 6)");
    }
    EXPECT_THAT(KeptEdits::read(root_).error(), HasSubstr("start this one once"));
    const auto state = open();
    EXPECT_THAT(edits_of(*state, "192.0.2.0/24"), ElementsAre(of_change(two_, 1)));
    const auto set = state->find_change(1);
    ASSERT_TRUE(set);
    EXPECT_EQ(set->edits.front().edit, of_change(two_, 1));
    EXPECT_EQ(set->edits.front().before, std::nullopt);
    const auto reset = state->find_change(2);
    ASSERT_TRUE(reset);
    EXPECT_FALSE(reset->edits.front().edit.says_anything());
    EXPECT_EQ(reset->edits.front().before->rdatas, two_.rdatas);
}

TEST_F(EditLogTest, KeepsHolesNamesAndEnds) {
    Edit hole;
    hole.address = two_.address;
    hole.is_hole = true;
    Edit named;
    named.name = name("host.2.0.192.in-addr.arpa.");
    named.type = RrType::txt;
    named.layer = EditLayer::lease;
    named.rdatas = {{1, 'a'}, {2, 'b', 0}};
    named.expires = Edit::Time(std::chrono::seconds(1'700'000'000));
    Edit elsewhere = named;
    elsewhere.name = name("host.0.192.in-addr.arpa.");
    elsewhere.expires.reset();
    {
        const auto state = open();
        make(*state, {hole, named, elsewhere});
    }
    const auto state = open();
    EXPECT_THAT(edits_of(*state, "192.0.2.0/24"), ElementsAre(of_change(hole, 1)));
    const auto named_in = [&state](std::string_view apex) {
        std::vector<Edit> found;
        state->for_each_named_edit(name(apex),
                                   [&found](const Edit& edit) { found.push_back(edit); });
        return found;
    };
    EXPECT_THAT(named_in("2.0.192.in-addr.arpa."), ElementsAre(of_change(named, 1)));
    EXPECT_THAT(named_in("in-addr.arpa."), SizeIs(2));
    EXPECT_THAT(named_in("20.0.192.in-addr.arpa."), IsEmpty());
    EXPECT_EQ(state->next_expiry(), named.expires);
    EXPECT_THAT(state->expired_edits(*named.expires - std::chrono::seconds(1), 10), IsEmpty());
    EXPECT_THAT(state->expired_edits(*named.expires, 10), ElementsAre(of_change(named, 1)));
    auto kept = KeptEdits::read(root_);
    ASSERT_TRUE(kept);
    std::size_t count = 0;
    kept->for_each_named_edit(name("2.0.192.in-addr.arpa."), [&count](const Edit&) { ++count; });
    EXPECT_EQ(count, 1U);
}

}  // namespace
}  // namespace arpad
