#include "load/networks.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "findings_text.hpp"
#include "support/zone_fixtures.hpp"
#include "support/zone_maker.hpp"
#include "zone/content_check.hpp"
#include "zone/served_ptr.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

namespace fs = std::filesystem;

using std::chrono::system_clock;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

/// So late that no stamp is young.
system_clock::time_point tomorrow() {
    return system_clock::now() + std::chrono::hours(24);
}

/// Remembers copies and serials as a state does.
class TestState final : public LastGoodCopies,
                        public SerialSource,
                        public HistorySource,
                        public ReceivedVersions,
                        public EditSource,
                        public ChangeSource,
                        public ServerSource {
public:
    std::vector<StoredServer> stored_servers() override { return servers; }

    std::optional<MadeChange> find_change(ChangeId id) override {
        const auto found = std::ranges::find(changes, id, &MadeChange::id);
        return found == changes.end() ? std::nullopt : std::optional(*found);
    }
    ChangeId last_change() const override { return changes.empty() ? 0 : changes.back().id; }

    /// Keeps what was made.
    void keep(const std::vector<MadeChange>& made) {
        for (const MadeChange& change : made) {
            for (const MadeEdit& each : change.edits) {
                std::erase_if(edits,
                              [&](const Edit& known) { return are_of_one_kind(known, each.edit); });
                if (each.edit.says_anything()) edits.push_back(each.edit);
            }
            changes.push_back(change);
        }
        std::ranges::sort(edits, {}, [](const Edit& edit) {
            return std::tuple(owner_text(edit), edit.type, edit.layer);
        });
    }

    void for_each_edit(const AddressRange& range,
                       const std::function<void(const Edit&)>& visit) override {
        for (const Edit& edit : edits) {
            if (!edit.name && range.first <= edit.address && edit.address <= range.last)
                visit(edit);
        }
    }

    void for_each_named_edit(const Name& apex,
                             const std::function<void(const Edit&)>& visit) override {
        for (const Edit& edit : edits) {
            if (edit.name && edit.name->view().is_at_or_below(apex)) visit(edit);
        }
    }

    std::optional<ReceivedVersion> find_version(const ZoneFrame& frame) override {
        const auto found = versions.find(frame.apex);
        return found == versions.end() ? std::nullopt : std::optional(found->second);
    }

    std::shared_ptr<const ZoneHistory> history_of(const Name& apex) override {
        const auto found = histories.find(apex);
        return found == histories.end() ? nullptr : found->second;
    }

    std::optional<std::string> find_copy(const std::string& key) override {
        const auto found = copies.find(key);
        return found == copies.end() ? std::nullopt : std::optional(found->second);
    }

    SerialDecision serial_for(const Name& apex, const SerialModel& model,
                              const Digest& content) override {
        const auto found = served_.find(apex);
        const auto last =
            found == served_.end() ? std::nullopt : std::optional<ServedContent>(found->second);
        const auto decision = decide_serial(model, content, last, SerialFormat::counter, {});
        served_.insert_or_assign(apex, ServedContent{decision.serial, content});
        return decision;
    }

    /// This, as all that networks need.
    Networks::Kept kept() { return {*this, *this, *this, *this, *this, *this, *this}; }

    std::vector<Edit> edits;  ///< Those of each name one after the other.
    std::vector<StoredServer> servers;
    std::vector<MadeChange> changes;
    std::map<std::string, std::string> copies;
    std::map<Name, std::shared_ptr<const ZoneHistory>, CanonicalLess> histories;
    std::map<Name, ReceivedVersion, CanonicalLess> versions;

private:
    std::map<Name, ServedContent, CanonicalLess> served_;
};

/// A complete zone file of `network` with `rest` behind it.
std::string zone_text(std::string_view network, std::string_view rest = {},
                      std::string_view nameserver = "ns1.example.net") {
    return "network: " + std::string(network) + "\nnameservers: [" + std::string(nameserver) +
           "]\nsoa: {contact: hostmaster.example.net}\n" + std::string(rest);
}

/// Networks with files in a directory of this test's own.
class NetworksTest : public testing::Test {
protected:
    NetworksTest() { fs::create_directories(zones_); }
    ~NetworksTest() override { fs::remove_all(root_); }

    void write(const std::string& name, std::string_view text) const {
        // Beside it, and renamed, as editors do: so it is another file.
        const fs::path beside = root_ / "new";
        std::ofstream(beside) << text;
        fs::create_directories((zones_ / name).parent_path());
        fs::rename(beside, zones_ / name);
    }

    void write_inventory(std::string_view servers) const {
        std::ofstream(inventory_) << "accounts: {}\nproducts: {vm: \"{server}.example.net\"}\n"
                                  << servers;
    }

    /// Looks at the files and adopts what has changed.
    NetworksUpdate look(Networks::Missing missing = Networks::Missing::drop) {
        NetworksUpdate update = networks_.look({}, false, missing);
        for (const SourceFile& source : update.sources) {
            const NetworkState& state = update.loaded.at(source.key);
            if (state.standing == Standing::current) state_.copies[source.key] = *source.text;
        }
        NetworksUpdate told = update;
        networks_.adopt(std::move(update));
        return told;
    }

    /// Makes a change of names as a state would keep it; why it was not made.
    std::string edit(std::string_view where, std::vector<std::string_view> names) {
        std::vector<Name> targets;
        for (const std::string_view name : names) targets.push_back(test::name(name));
        return apply(Change{{ptr_edit(test::address(where), targets)}, {}, {}});
    }

    /// Likewise.
    std::string apply(const ChangeRequest& request) {
        EditUpdate update = networks_.edit({&request, 1});
        state_.keep(update.made);
        const auto result = update.results.front();
        networks_.adopt(std::move(update));
        return result ? "" : result.error().text;
    }

    /// The serial of the zone at `apex`; 0 if there is none.
    [[nodiscard]] std::uint32_t serial(const char* apex) const {
        const Zone* const zone = find(apex);
        return zone == nullptr ? 0 : zone->serial().value;
    }

    [[nodiscard]] const Zone* find(const char* name) const {
        NameBuffer buffer;
        buffer.assign(test::name(name));
        return networks_.snapshot()->find_zone(buffer, RrType::soa);
    }

    /// What the PTR records of an address point to, one after the other.
    [[nodiscard]] std::string targets(const char* text) const {
        const Address address = test::address(text);
        const Zone* const zone = networks_.snapshot()->find_address_zone(address);
        const auto owner = address_name(zone->apex(), *zone->parts().base, address);
        std::string joined;
        for (const std::string& target : test::targets_at(*zone, owner->to_text(), RrType::ptr)) {
            joined += (joined.empty() ? "" : " ") + target;
        }
        return joined;
    }

    /// Has a name that is no address's have a text.
    static Edit named_text(std::string_view name) {
        Edit edit;
        edit.name = test::name(name);
        edit.type = RrType::txt;
        edit.rdatas = {{1, 'a'}};
        return edit;
    }

    [[nodiscard]] bool has_address(const char* text) const {
        const Zone* const zone = networks_.snapshot()->find_address_zone(test::address(text));
        return zone != nullptr && zone->addresses().find(test::address(text)).has_value();
    }

    [[nodiscard]] const NetworkState& state_of(const std::string& key) const {
        return networks_.files().at(key);
    }

    const fs::path root_ = testing::TempDir() + "networks_test." +
                           testing::UnitTest::GetInstance()->current_test_info()->name();
    const fs::path zones_ = root_ / "zones";
    const fs::path inventory_ = root_ / "inventory.yaml";
    TestState state_;
    Networks networks_{{zones_, inventory_}, state_.kept(), &tomorrow};
};

constexpr const char* a_apex = "2.0.192.in-addr.arpa.";
constexpr const char* b_apex = "100.51.198.in-addr.arpa.";

TEST_F(NetworksTest, LoadsEverythingAtFirst) {
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    write("b/b.yaml", zone_text("198.51.100.0/24"));
    write_inventory("servers: {s: {product: vm, addresses: [192.0.2.7], primary: [192.0.2.7]}}\n");
    const NetworksUpdate update = look();
    EXPECT_EQ(update.files_read, 3U);
    EXPECT_EQ(update.changes.size(), 2U);
    EXPECT_THAT(networks_.general_findings().to_text(), IsEmpty());
    EXPECT_TRUE(has_address("192.0.2.1"));
    EXPECT_TRUE(has_address("192.0.2.7"));
    EXPECT_EQ(summary_of(networks_), "2 zones, 2 networks, 1 record, 1 server");
}

TEST_F(NetworksTest, ReadsNothingWhereNothingHasChanged) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    write_inventory("servers: {}\n");
    look();
    const auto before = networks_.snapshot();
    const NetworksUpdate update = look();
    EXPECT_EQ(update.files_read, 0U);
    EXPECT_FALSE(update.changes_zones());
    EXPECT_EQ(networks_.snapshot(), before);
}

TEST_F(NetworksTest, ReadsOnlyWhatHasChanged) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    write("b.yaml", zone_text("198.51.100.0/24"));
    write_inventory("servers: {}\n");
    look();
    const Zone* const other = find(b_apex);
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    const NetworksUpdate update = look();
    EXPECT_EQ(update.files_read, 1U);
    EXPECT_EQ(update.changes.size(), 1U);
    EXPECT_TRUE(has_address("192.0.2.1"));
    EXPECT_EQ(serial(a_apex), 2U);
    EXPECT_EQ(find(b_apex), other);
}

TEST_F(NetworksTest, FileWithTheSameTextChangesNothing) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    write_inventory("servers: {}\n");
    look();
    write("a.yaml", zone_text("192.0.2.0/24"));
    write_inventory("servers: {}\n");
    const NetworksUpdate update = look();
    EXPECT_TRUE(update.loaded.empty());
    EXPECT_FALSE(update.changes_zones());
    EXPECT_EQ(look().files_read, 0U);
}

TEST_F(NetworksTest, OtherTextWithTheSameMeaningKeepsTheSerialAndTheZone) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look();
    const Zone* const before = find(a_apex);
    write("a.yaml", "# a comment\n" + zone_text("192.0.2.0/24"));
    EXPECT_FALSE(look().changes_zones());
    EXPECT_EQ(find(a_apex), before);
}

TEST_F(NetworksTest, YoungStampsAreNotTrusted) {
    Networks now({zones_, std::nullopt}, state_.kept());
    write("a.yaml", zone_text("192.0.2.0/24"));
    now.adopt(now.look({}, false, Networks::Missing::drop));
    EXPECT_EQ(now.look({}, false, Networks::Missing::drop).files_read, 1U);
}

TEST_F(NetworksTest, EditChangesItsZoneAndNoOther) {
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    write("b.yaml", zone_text("198.51.100.0/24"));
    look();
    EXPECT_EQ(edit("192.0.2.9", {"nine.example."}), "");
    EXPECT_TRUE(has_address("192.0.2.9"));
    EXPECT_TRUE(has_address("192.0.2.1"));
    EXPECT_EQ(serial(a_apex), 2U);
    EXPECT_EQ(serial(b_apex), 1U);
    EXPECT_EQ(edit("192.0.2.9", {"nine.example."}), "");
    EXPECT_EQ(serial(a_apex), 2U);  // nothing has changed
    EXPECT_EQ(edit("192.0.2.9", {}), "");
    EXPECT_FALSE(has_address("192.0.2.9"));
    EXPECT_EQ(serial(a_apex), 3U);
}

TEST_F(NetworksTest, EditsStayWhereTheFileChanges) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look();
    EXPECT_EQ(edit("192.0.2.9", {"nine.example."}), "");
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    look();
    EXPECT_TRUE(has_address("192.0.2.9"));
    EXPECT_EQ(serial(a_apex), 3U);
    write("a.yaml",
          "# a comment\n" + zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    EXPECT_FALSE(look().changes_zones());
    EXPECT_EQ(edit("192.0.2.9", {}), "");
    EXPECT_TRUE(has_address("192.0.2.1"));
    EXPECT_FALSE(has_address("192.0.2.9"));
}

TEST_F(NetworksTest, EditsGiveTheSameSerialAfterARestart) {
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    look();
    EXPECT_EQ(edit("192.0.2.9", {"nine.example."}), "");
    EXPECT_EQ(edit("192.0.2.1", {"other.example."}), "");
    Networks again({zones_, std::nullopt}, state_.kept(), &tomorrow);
    again.adopt(again.look({}, false, Networks::Missing::drop));
    ASSERT_THAT(again.snapshot()->zones(), SizeIs(1));
    EXPECT_EQ(again.snapshot()->zones().front()->serial(), Serial{3});
}

TEST_F(NetworksTest, ChangeSaysWhatItDid) {
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    look();
    EXPECT_EQ(edit("192.0.2.1", {"two.example."}), "");
    ASSERT_THAT(state_.changes, SizeIs(1));
    const MadeChange& made = state_.changes.front();
    EXPECT_EQ(made.id, 1);
    EXPECT_THAT(made.zones, ElementsAre(std::pair(test::name(a_apex), Serial{2})));
    ASSERT_THAT(made.edits, SizeIs(1));
    EXPECT_EQ(made.edits.front().before, std::nullopt);
    EXPECT_THAT(targets_of(*made.edits.front().served_before),
                ElementsAre(test::name("one.example.net.")));
    EXPECT_THAT(targets_of(*made.edits.front().served), ElementsAre(test::name("two.example.")));
}

TEST_F(NetworksTest, ChangeIsTakenBackUnlessAnotherFollowed) {
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    look();
    EXPECT_EQ(edit("192.0.2.9", {"a.example."}), "");
    EXPECT_EQ(edit("192.0.2.9", {"b.example."}), "");
    EXPECT_THAT(apply(Undo{1, {}, {}}), HasSubstr("has been changed since change 1"));
    EXPECT_EQ(apply(Undo{2, {}, {}}), "");
    EXPECT_EQ(targets("192.0.2.9"), "a.example.");
    EXPECT_EQ(state_.changes.back().undoes, 2);
    EXPECT_THAT(apply(Undo{7, {}, {}}), HasSubstr("there is no change 7"));
    EXPECT_THAT(apply(Undo{3, {}, "acme"}), HasSubstr("there is no change 3"));
    EXPECT_EQ(apply(Undo{3, {}, {}}), "");
    EXPECT_EQ(targets("192.0.2.9"), "b.example.");
    EXPECT_EQ(edit("192.0.2.9", {}), "");
    EXPECT_EQ(apply(Undo{5, {}, {}}), "");
    EXPECT_EQ(targets("192.0.2.9"), "b.example.");
}

TEST_F(NetworksTest, ChangeIsRefusedWhereSomethingElseWasSeen) {
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    look();
    const Address one = test::address("192.0.2.1");
    const auto tag = [&] {
        const auto edit = std::ranges::find(state_.edits, one, &Edit::address);
        const Rrset served{RrType::ptr, Ttl{3600}, {name_rdata(test::name(targets("192.0.2.1")))}};
        return tag_of(served, edit == state_.edits.end() ? 0 : edit->change);
    };
    const std::string seen = tag();
    const std::vector<Name> names{test::name("a.example.")};
    const Change change{{ptr_edit(one, names)}, {}, {{one, seen}}};
    EXPECT_EQ(apply(change), "");
    EXPECT_NE(tag(), seen);
    EXPECT_THAT(apply(change), HasSubstr("192.0.2.1 has been changed meanwhile"));
    EXPECT_EQ(apply(Change{{ptr_edit(one, {})}, {}, {{one, tag()}}}), "");
    EXPECT_EQ(tag(), seen);
}

TEST_F(NetworksTest, ChangeOfAnAccountIsOfItsAddressesWhenItIsMade) {
    const auto servers = [](std::string_view account) {
        return fmt::format(
            "accounts: {{acme: {{}}, other: {{}}}}\n"
            "products: {{vm: \"{{server}}.example.net\"}}\n"
            "servers: {{vm1: {{product: vm, account: {}, addresses: [192.0.2.9]}}}}\n",
            account);
    };
    write("a.yaml", zone_text("192.0.2.0/24"));
    std::ofstream(inventory_) << servers("acme");
    look();
    const std::vector<Name> names{test::name("mail.acme.example.")};
    const Address theirs = test::address("192.0.2.9");
    const Change naming{{ptr_edit(theirs, names)}, {}, {}, "acme"};
    EXPECT_EQ(apply(naming), "");
    EXPECT_EQ(state_.changes.back().edits.front().edit.holder, (EditHolder{"acme", "vm1"}));
    const ChangeId made = state_.changes.back().id;
    EXPECT_EQ(apply(Change{{ptr_edit(test::address("192.0.2.8"), names)}, {}, {}, "acme"}),
              "192.0.2.8 does not belong to this account");
    std::ofstream(inventory_) << servers("other");
    look();
    for (const ChangeRequest& late :
         {ChangeRequest(naming), ChangeRequest(Change{{ptr_edit(theirs, {})}, {}, {}, "acme"}),
          ChangeRequest(Undo{made, {}, "acme"})}) {
        EXPECT_EQ(apply(late), "192.0.2.9 does not belong to this account");
    }
    EXPECT_EQ(apply(Change{{ptr_edit(theirs, names)}, {}, {}, "other"}), "");
}

TEST_F(NetworksTest, AccountNamesNoMoreAddressesOfAPrefixThanItMay) {
    write("a.yaml", zone_text("2001:db8::/32"));
    std::ofstream(inventory_) << "accounts: {acme: {}}\nproducts: {vm: \"{server}.example.net\"}\n"
                                 "servers: {vm1: {product: vm, account: acme, addresses: "
                                 "[\"2001:db8::/64\"]}}\n";
    look();
    const std::vector<Name> names{test::name("a.acme.example.")};
    const auto naming = [&names](std::size_t first, std::size_t count) {
        Change change{{}, {}, {}, "acme"};
        for (std::size_t i = first; i < first + count; ++i) {
            change.edits.push_back(
                ptr_edit(test::address(fmt::format("2001:db8::{:x}", i)), names));
        }
        return change;
    };
    const std::string too_many = "1000 addresses of 2001:db8::/64 have names already";
    EXPECT_EQ(apply(naming(1, max_named_of_prefix + 1)), too_many);
    EXPECT_EQ(apply(naming(1, max_named_of_prefix)), "");
    EXPECT_EQ(apply(naming(max_named_of_prefix + 1, 1)), too_many);
    // Changes that come together, and what has a name already.
    EXPECT_EQ(apply(naming(1, 5)), "");
    EXPECT_EQ(apply(Change{{ptr_edit(test::address("2001:db8::1"), {})}, {}, {}, "acme"}), "");
    const ChangeRequest together[] = {naming(0x2000, 1), naming(0x2001, 1)};
    const EditUpdate update = networks_.edit(together);
    EXPECT_TRUE(update.results[0]);
    EXPECT_FALSE(update.results[1]);
    // What is given back in a change before makes room.
    Change giving{{ptr_edit(test::address("2001:db8::2"), {})}, {}, {}, "acme"};
    const ChangeRequest in_turn[] = {naming(0x2000, 1), giving, naming(0x2001, 1)};
    for (const auto& result : networks_.edit(in_turn).results) EXPECT_TRUE(result);
    // An undo gives names, too.
    EXPECT_EQ(apply(giving), "");
    const ChangeId given = state_.changes.back().id;
    EXPECT_EQ(apply(naming(0x3000, 2)), "");
    EXPECT_EQ(apply(Undo{given, {}, "acme"}), too_many);
    // Names of a former holder sleep, and do not count.
    std::ofstream(inventory_) << "accounts: {acme: {}, other: {}}\n"
                                 "products: {vm: \"{server}.example.net\"}\n"
                                 "servers: {vm1: {product: vm, account: other, addresses: "
                                 "[\"2001:db8::/64\"]}}\n";
    look();
    Change theirs = naming(1, 1);
    theirs.account = "other";
    EXPECT_EQ(apply(theirs), "");
}

TEST_F(NetworksTest, RecordThatFitsIntoNoMessageIsNotTaken) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look();
    Edit edit;
    edit.address = test::address("192.0.2.1");
    edit.type = RrType::txt;
    edit.rdatas = {Rdata(max_rrset_octets, 0)};
    EXPECT_THAT(apply(Change{{edit}, {}, {}}), HasSubstr("does not fit into a DNS message"));
}

TEST_F(NetworksTest, EditOfACustomerSleepsWhileTheAddressIsAnothers) {
    const auto servers = [](std::string_view account, std::string_view server) {
        return fmt::format(
            "accounts: {{acme: {{}}, other: {{}}}}\n"
            "products: {{vm: \"{{server}}.example.net\"}}\n"
            "servers: {{{}: {{product: vm, account: {}, addresses: [192.0.2.9]}}}}\n",
            server, account);
    };
    write("a.yaml", zone_text("192.0.2.0/24"));
    std::ofstream(inventory_) << servers("acme", "vm1");
    look();
    EXPECT_EQ(targets("192.0.2.9"), "vm1.example.net.");
    const std::vector<Name> names{test::name("mail.acme.example.")};
    Edit theirs = ptr_edit(test::address("192.0.2.9"), names);
    theirs.holder = {"acme", "vm1"};
    EXPECT_EQ(apply(Change{{theirs}, {}, {}}), "");
    EXPECT_EQ(targets("192.0.2.9"), "mail.acme.example.");
    EXPECT_EQ(state_.changes.back().edits.front().holder, (EditHolder{"acme", "vm1"}));
    std::ofstream(inventory_) << servers("other", "vm1");
    look();
    EXPECT_EQ(targets("192.0.2.9"), "vm1.example.net.");
    std::ofstream(inventory_) << servers("acme", "vm2");
    look();
    EXPECT_EQ(targets("192.0.2.9"), "vm2.example.net.");
    std::ofstream(inventory_) << servers("acme", "vm1");
    look();
    EXPECT_EQ(targets("192.0.2.9"), "mail.acme.example.");
}

TEST_F(NetworksTest, ServersArePutBesideTheInventory) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    write_inventory("servers: {vm1: {product: vm, addresses: [192.0.2.9]}}\n");
    look();
    const StoredServer two{
        "vm2", "vm", {}, {test::prefix("192.0.2.10/32")}, {}, std::chrono::sys_seconds()};
    NetworksUpdate update =
        networks_.look({}, false, Networks::Missing::keep, {}, std::vector{two});
    EXPECT_THAT(update.changes, SizeIs(1));
    state_.servers = {two};
    networks_.adopt(std::move(update));
    EXPECT_EQ(targets("192.0.2.10"), "vm2.example.net.");
    EXPECT_EQ(targets("192.0.2.9"), "vm1.example.net.");
    StoredServer same = two;
    same.name = "vm1";
    const NetworksUpdate refused =
        networks_.look({}, false, Networks::Missing::keep, {}, std::vector{same});
    EXPECT_EQ(refused.inventory->reading.standing, Standing::last_good);
    EXPECT_EQ(refused.inventory->findings.error_count(), 1U);
    write_inventory("servers: {vm1: {product: vm, addresses: [192.0.2.11]}}\n");
    look();
    EXPECT_EQ(targets("192.0.2.10"), "vm2.example.net.");
    EXPECT_EQ(targets("192.0.2.11"), "vm1.example.net.");
    NetworksUpdate removed =
        networks_.look({}, false, Networks::Missing::keep, {}, std::vector<StoredServer>());
    networks_.adopt(std::move(removed));
    EXPECT_EQ(targets("192.0.2.10"), "");
}

TEST_F(NetworksTest, EditIsMadeInTheInnermostNetwork) {
    write("outer.yaml", zone_text("10.0.0.0/16"));
    write("inner.yaml", zone_text("10.0.1.0/24"));
    look();
    EXPECT_EQ(edit("10.0.1.1", {"a.example."}), "");
    EXPECT_EQ(serial("1.0.10.in-addr.arpa."), 2U);
    EXPECT_EQ(serial("0.10.in-addr.arpa."), 1U);
}

TEST_F(NetworksTest, EditIsRefusedWhereFilesDoNotAllowIt) {
    write("a.yaml", zone_text("192.0.2.0/24",
                              "records: {192.0.2.1: {name: one.example.net, locked: true}}\n"
                              "delegations: {192.0.2.16/28: {nameservers: [ns.example.org]}}\n"
                              "extra: |\n  9 CNAME elsewhere.example.\n"));
    write("b.yaml", zone_text("198.51.100.0/24", "records: {198.51.100.1: a..b}\n"));
    write("c.yaml", "network: 203.0.113.0/25\nprimaries: [192.0.2.53]\n");
    write("d.yaml",
          "network: 203.0.113.128/25\nnameservers: [ns.example.net]\n"
          "soa: {contact: h.example.net, serial: {fixed: 7}}\n");
    look();
    EXPECT_THAT(edit("192.0.2.1", {"x.example."}), HasSubstr("192.0.2.1 is locked in"));
    EXPECT_THAT(edit("192.0.2.1", {}), HasSubstr("locked"));
    EXPECT_THAT(edit("192.0.2.17", {"x.example."}), HasSubstr("has a CNAME record"));
    EXPECT_THAT(edit("192.0.2.9", {"x.example."}), HasSubstr("has a CNAME record"));
    EXPECT_THAT(edit("198.51.100.1", {"x.example."}), HasSubstr("b.yaml cannot be used"));
    EXPECT_THAT(edit("203.0.113.1", {"x.example."}), HasSubstr("is taken from primaries"));
    EXPECT_THAT(edit("203.0.113.129", {"x.example."}), HasSubstr("serial of its zone is fixed"));
    EXPECT_THAT(edit("10.0.0.1", {"x.example."}), HasSubstr("lies in no network"));
    EXPECT_THAT(edit("192.0.2.2", {"x.example.", "X.example."}), HasSubstr("a name twice"));
    EXPECT_EQ(serial(a_apex), 1U);
}

TEST_F(NetworksTest, LockedRecordStaysWhateverElseIsChangedThere) {
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    look();
    EXPECT_EQ(edit("192.0.2.1", {"x.example."}), "");
    EXPECT_EQ(targets("192.0.2.1"), "x.example.");
    write("a.yaml", zone_text("192.0.2.0/24",
                              "records: {192.0.2.1: {name: one.example.net, locked: true}}\n"));
    look();
    EXPECT_EQ(targets("192.0.2.1"), "one.example.net.");
    Edit text;
    text.address = test::address("192.0.2.1");
    text.type = RrType::txt;
    text.rdatas = {{1, 'a'}};
    text.expires = Edit::Time(std::chrono::seconds(1));
    EXPECT_EQ(apply(Change{{text}, {}, {}}), "");
    EXPECT_EQ(targets("192.0.2.1"), "one.example.net.");
    EXPECT_EQ(apply(Expiry{{text}}), "");
    EXPECT_EQ(targets("192.0.2.1"), "one.example.net.");
    // An edit that has the zone put together anew.
    EXPECT_EQ(apply(Change{{named_text("host.2.0.192.in-addr.arpa.")}, {}, {}}), "");
    EXPECT_EQ(targets("192.0.2.1"), "one.example.net.");
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    look();
    EXPECT_EQ(targets("192.0.2.1"), "x.example.");
}

TEST_F(NetworksTest, ChangeOfManyKindsSaysWhatEachDid) {
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    look();
    const Edit name = ptr_edit(test::address("192.0.2.1"), std::vector{test::name("a.example.")});
    Edit text = named_text("ignored.example.");
    text.name.reset();
    text.address = name.address;
    Edit delegation = ptr_edit(test::address("192.0.2.2"), {});
    delegation.type = RrType::ns;
    delegation.rdatas = {name_rdata(test::name("ns.example."))};
    const Edit other = named_text("host.2.0.192.in-addr.arpa.");
    EXPECT_EQ(apply(Change{{name, text, delegation, other}, {}, {}}), "");
    const auto& made = state_.changes.back().edits;
    ASSERT_THAT(made, SizeIs(4));
    EXPECT_THAT(targets_of(made[0].served_before.value()),
                ElementsAre(test::name("one.example.net.")));
    EXPECT_THAT(targets_of(made[0].served.value()), ElementsAre(test::name("a.example.")));
    for (std::size_t i = 1; i < made.size(); ++i) {
        EXPECT_EQ(made[i].served_before, std::nullopt);
        EXPECT_EQ(made[i].served.value().rdatas, made[i].edit.rdatas);
    }
    const Zone& zone = *find(a_apex);
    EXPECT_THAT(test::targets_at(zone, "1.2.0.192.in-addr.arpa.", RrType::ptr),
                ElementsAre("a.example."));
    EXPECT_THAT(test::targets_at(zone, "2.2.0.192.in-addr.arpa.", RrType::ns),
                ElementsAre("ns.example."));
    // Names below one of several delegations.
    Edit above = named_text("host.2.0.192.in-addr.arpa.");
    above.type = RrType::ns;
    above.rdatas = delegation.rdatas;
    Edit before = above;
    before.name = test::name("free.2.0.192.in-addr.arpa.");
    EXPECT_EQ(apply(Change{{named_text("below.host.2.0.192.in-addr.arpa.")}, {}, {}}), "");
    EXPECT_EQ(apply(Change{{before, above}, {}, {}}),
              "host.2.0.192.in-addr.arpa. cannot get NS records: there are names below it");
    EXPECT_EQ(apply(Change{{before}, {}, {}}), "");
    // Names below one that come with it.
    Edit under = before;
    under.name = test::name("new.2.0.192.in-addr.arpa.");
    EXPECT_EQ(apply(Change{{named_text("a.b.new.2.0.192.in-addr.arpa."), under}, {}, {}}),
              "new.2.0.192.in-addr.arpa. cannot get NS records: there are names below it");
}

TEST_F(NetworksTest, UpdateOfANameOutsideOfTheNetworkIsRefused) {
    write("outer.yaml", zone_text("192.0.0.0/16"));
    write("a.yaml", zone_text("192.0.2.128/25"));
    look();
    UpdateRequest request;
    request.update.zone = test::name("128/25.2.0.192.in-addr.arpa.");
    request.update.changes = {{test::name("9." + request.update.zone.to_text()), RrType::ptr,
                               RrClass::in, 300, name_rdata(test::name("x.example."))}};
    request.update.policy.allows_any_name = true;
    EditUpdate update = networks_.edit(std::vector<ChangeRequest>{request});
    ASSERT_EQ(update.results.size(), 1U);
    ASSERT_FALSE(update.results.front().has_value());
    const EditRefusal& refusal = update.results.front().error();
    EXPECT_EQ(refusal.rcode, Rcode::not_zone) << refusal.text;
    EXPECT_EQ(refusal.advice, "update 0.192.in-addr.arpa.");
    EXPECT_THAT(update.made, IsEmpty());
}

// No file may have such a hole either.
TEST_F(NetworksTest, AddressOfAWildcardIsNotLeftWithNothing) {
    const auto write_with = [this](std::string_view ranges) {
        write("a.yaml", zone_text("192.0.2.0/24",
                                  fmt::format("transfer: {{allow: [192.0.2.53], ranges: {}}}\n"
                                              "ranges: {{192.0.2.0/24: pool.example.net}}\n",
                                              ranges)));
        look();
    };
    Edit hole = ptr_edit(test::address("192.0.2.7"), {});
    hole.is_hole = true;
    Edit text = named_text("ignored.example.");
    text.name.reset();
    text.address = hole.address;
    const auto served = [this, where = hole.address] {
        const ServedPtr ptr = ServedPtrs(networks_.snapshot(), {}).find(where);
        return ptr.rrset ? targets_of(*ptr.rrset).front().to_text() : "";
    };
    write_with("wildcard");
    EXPECT_EQ(served(), "pool.example.net.");
    EXPECT_THAT(apply(Change{{hole}, {}, {}}),
                HasSubstr("192.0.2.7 cannot be left without a name"));
    // A name that has something else exists, and no wildcard stands for it (RFC 4592 3.3.1).
    EXPECT_EQ(apply(Change{{hole, text}, {}, {}}), "");
    EXPECT_EQ(served(), "");
    Edit nothing = text;
    nothing.rdatas.clear();
    EXPECT_THAT(apply(Change{{nothing}, {}, {}}), HasSubstr("cannot be left without a name"));
    write_with("expand");
    EXPECT_EQ(apply(Change{{nothing}, {}, {}}), "");
    EXPECT_EQ(served(), "");
    // What has been left with nothing before has what secondaries say.
    write_with("wildcard");
    EXPECT_EQ(served(), "pool.example.net.");
}

TEST_F(NetworksTest, ChangeOfSeveralNamesIsMadeAsAWhole) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look();
    const std::vector<Name> names{test::name("a.example.")};
    const Edit good = ptr_edit(test::address("192.0.2.1"), names);
    const Edit bad = ptr_edit(test::address("10.0.0.1"), names);
    const Edit other = ptr_edit(test::address("192.0.2.3"), names);
    EditUpdate update = networks_.edit(
        std::vector<ChangeRequest>{Change{{good, bad}, {}, {}}, Change{{other}, {}, {}}});
    ASSERT_EQ(update.results.size(), 2U);
    EXPECT_FALSE(update.results[0].has_value());
    EXPECT_TRUE(update.results[1].has_value());
    ASSERT_THAT(update.made, SizeIs(1));
    EXPECT_EQ(update.made.front().id, *update.results[1]);
    networks_.adopt(std::move(update));
    EXPECT_FALSE(has_address("192.0.2.1"));
    EXPECT_TRUE(has_address("192.0.2.3"));
    EXPECT_EQ(serial(a_apex), 2U);
}

TEST_F(NetworksTest, ChangeOfAnInnerNetworkReachesTheZoneAboveIt) {
    write("outer.yaml", zone_text("10.0.0.0/16"));
    write("inner.yaml", zone_text("10.0.1.0/24"));
    write("other.yaml", zone_text("10.1.0.0/16"));
    look();
    write("inner.yaml", zone_text("10.0.1.0/24", "", "ns7.example.net"));
    EXPECT_EQ(look().changes.size(), 2U);
    EXPECT_EQ(serial("1.0.10.in-addr.arpa."), 2U);
    EXPECT_EQ(serial("0.10.in-addr.arpa."), 2U);
    EXPECT_EQ(serial("1.10.in-addr.arpa."), 1U);
}

TEST_F(NetworksTest, ChangeOfAnOuterNetworkLeavesTheInnerZonesAlone) {
    write("outer.yaml", zone_text("10.0.0.0/16"));
    write("inner.yaml", zone_text("10.0.1.0/24", "records: {10.0.1.1: one.example.net}\n"));
    look();
    const Zone* const inner = find("1.0.10.in-addr.arpa.");
    write("outer.yaml", zone_text("10.0.0.0/16", "records: {10.0.2.1: two.example.net}\n"));
    EXPECT_EQ(look().changes.size(), 1U);
    EXPECT_EQ(find("1.0.10.in-addr.arpa."), inner);
    EXPECT_TRUE(has_address("10.0.2.1"));
}

TEST_F(NetworksTest, NewInnerNetworkIsDelegatedByTheZoneAboveIt) {
    write("outer.yaml", zone_text("10.0.0.0/16", "records: {10.0.2.1: two.example.net}\n"));
    look();
    write("inner.yaml", zone_text("10.0.1.0/24"));
    EXPECT_EQ(look().changes.size(), 2U);
    EXPECT_TRUE(find("0.10.in-addr.arpa.")->cuts().any());
    fs::remove(zones_ / "inner.yaml");
    EXPECT_EQ(look().changes.size(), 2U);
    EXPECT_FALSE(find("0.10.in-addr.arpa.")->cuts().any());
    EXPECT_TRUE(has_address("10.0.2.1"));
}

TEST_F(NetworksTest, FileThatBecomesAnotherNetworkMovesIt) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look();
    write("a.yaml", zone_text("198.51.100.0/24"));
    EXPECT_EQ(look().changes.size(), 2U);
    EXPECT_EQ(find(a_apex), nullptr);
    EXPECT_NE(find(b_apex), nullptr);
}

TEST_F(NetworksTest, BrokenFileKeepsItsLastGoodVersionUntilItIsMended) {
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    write("b.yaml", zone_text("198.51.100.0/24"));
    look();
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.2: a..b}\n"));
    write("b.yaml", zone_text("198.51.100.0/24", "records: {198.51.100.1: b.example.net}\n"));
    look();
    EXPECT_TRUE(has_address("192.0.2.1"));
    EXPECT_TRUE(has_address("198.51.100.1"));
    EXPECT_EQ(state_of("a.yaml").standing, Standing::last_good);
    EXPECT_THAT(state_of("a.yaml").findings.to_text(), HasSubstr("a.yaml:4:22: error"));
    // What is wrong stays known while nothing changes.
    EXPECT_EQ(look().files_read, 0U);
    EXPECT_EQ(state_of("a.yaml").findings.error_count(), 1U);
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.2: two.example.net}\n"));
    look();
    EXPECT_EQ(state_of("a.yaml").standing, Standing::current);
    EXPECT_TRUE(state_of("a.yaml").findings.is_empty());
    EXPECT_FALSE(has_address("192.0.2.1"));
}

TEST_F(NetworksTest, SecondFileOfANetworkIsRefusedUntilTheFirstIsGone) {
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    look();
    write("b.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.2: two.example.net}\n"));
    look();
    EXPECT_EQ(state_of("b.yaml").findings.error_count(), 1U);
    EXPECT_TRUE(has_address("192.0.2.1"));
    fs::remove(zones_ / "a.yaml");
    look();
    EXPECT_TRUE(state_of("b.yaml").findings.is_empty());
    EXPECT_TRUE(has_address("192.0.2.2"));
}

TEST_F(NetworksTest, MissingFileIsKeptOrDropped) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    write("b.yaml", zone_text("198.51.100.0/24"));
    look();
    fs::remove(zones_ / "a.yaml");
    EXPECT_THAT(look(Networks::Missing::keep).gone, ElementsAre("a.yaml"));
    EXPECT_TRUE(state_of("a.yaml").is_gone);
    EXPECT_NE(find(a_apex), nullptr);
    EXPECT_THAT(look(Networks::Missing::drop).dropped, ElementsAre("a.yaml"));
    EXPECT_EQ(find(a_apex), nullptr);
    EXPECT_NE(find(b_apex), nullptr);
}

TEST_F(NetworksTest, KeptNetworkIsServedFromItsCopyWhenItsNeighbourChanges) {
    write("outer.yaml", zone_text("10.0.0.0/16"));
    write("inner.yaml", zone_text("10.0.1.0/24", "records: {10.0.1.1: one.example.net}\n"));
    look();
    fs::remove(zones_ / "inner.yaml");
    write("outer.yaml", zone_text("10.0.0.0/16", "records: {10.0.2.1: two.example.net}\n"));
    look(Networks::Missing::keep);
    EXPECT_TRUE(has_address("10.0.1.1"));
    EXPECT_TRUE(has_address("10.0.2.1"));
    EXPECT_EQ(state_of("inner.yaml").standing, Standing::last_good);
    write("inner.yaml", zone_text("10.0.1.0/24", "records: {10.0.1.1: one.example.net}\n"));
    look(Networks::Missing::keep);
    EXPECT_FALSE(state_of("inner.yaml").is_gone);
    EXPECT_EQ(state_of("inner.yaml").standing, Standing::current);
}

TEST_F(NetworksTest, EmptiedDirectoryDropsNothing) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look();
    fs::remove(zones_ / "a.yaml");
    const NetworksUpdate update = look(Networks::Missing::drop);
    EXPECT_FALSE(update.is_complete);
    EXPECT_THAT(update.findings.to_text(), HasSubstr("holds no zone file any more"));
    EXPECT_NE(find(a_apex), nullptr);
}

TEST_F(NetworksTest, DirectoryThatIsGoneDropsNothing) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look();
    fs::rename(zones_, root_ / "elsewhere");
    EXPECT_FALSE(look(Networks::Missing::drop).is_readable);
    EXPECT_NE(find(a_apex), nullptr);
    fs::rename(root_ / "elsewhere", zones_);
    EXPECT_TRUE(look(Networks::Missing::drop).is_readable);
    EXPECT_FALSE(state_of("a.yaml").is_gone);
}

// Root may look into every directory, so it is a link to itself here.
TEST_F(NetworksTest, FilesThatCannotBeLookedAtAreNotCalledGone) {
    write("sub/a.yaml", zone_text("192.0.2.0/24"));
    write("b.yaml", zone_text("198.51.100.0/24"));
    look();
    fs::rename(zones_ / "sub", root_ / "elsewhere");
    fs::create_symlink("sub", zones_ / "sub");
    const NetworksUpdate update = look();
    EXPECT_FALSE(update.is_complete);
    EXPECT_THAT(update.gone, IsEmpty());
    EXPECT_THAT(update.dropped, IsEmpty());
    EXPECT_FALSE(state_of("sub/a.yaml").is_gone);
    EXPECT_NE(find(a_apex), nullptr);
}

TEST_F(NetworksTest, TimeIsThatOfTheLastVersionThatWasGood) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look();
    const auto loaded_at = state_of("a.yaml").loaded_at;
    ASSERT_TRUE(loaded_at.has_value());
    write("a.yaml", "network: [\n");
    look();
    EXPECT_EQ(state_of("a.yaml").standing, Standing::last_good);
    EXPECT_EQ(state_of("a.yaml").loaded_at, loaded_at);
    write("a.yaml", zone_text("192.0.2.0/24"));
    look();
    EXPECT_GT(state_of("a.yaml").loaded_at, loaded_at);
    // Not made of the file since the start.
    write("a.yaml", "network: [\n");
    Networks later({zones_, inventory_}, state_.kept(), &tomorrow);
    later.adopt(later.look({}, false, Networks::Missing::drop));
    EXPECT_EQ(later.files().at("a.yaml").standing, Standing::last_good);
    EXPECT_FALSE(later.files().at("a.yaml").loaded_at.has_value());
}

TEST_F(NetworksTest, LinkToNowhereTakesNothingElseWithIt) {
    fs::create_symlink("nowhere", zones_ / "link.yaml");
    write("a.yaml", zone_text("192.0.2.0/24"));
    NetworksUpdate update = look();
    EXPECT_TRUE(update.is_readable);
    EXPECT_NE(find(a_apex), nullptr);
    EXPECT_EQ(state_of("link.yaml").standing, Standing::unknown);
    // It may have stood for a directory full of zones.
    fs::remove(zones_ / "a.yaml");
    EXPECT_THAT(look(Networks::Missing::drop).dropped, IsEmpty());
    EXPECT_NE(find(a_apex), nullptr);
}

TEST_F(NetworksTest, InventoryChangesTheNetworksWhoseNamesItChanges) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    write("b.yaml", zone_text("198.51.100.0/24"));
    write_inventory("servers: {s: {product: vm, addresses: [192.0.2.7], primary: [192.0.2.7]}}\n");
    look();
    const Zone* const other = find(b_apex);
    write_inventory(
        "servers:\n  s: {product: vm, addresses: [192.0.2.7, 192.0.2.8], primary: [192.0.2.8]}\n");
    const NetworksUpdate update = look();
    EXPECT_EQ(update.files_read, 2U);
    EXPECT_FALSE(has_address("192.0.2.7"));
    EXPECT_TRUE(has_address("192.0.2.8"));
    EXPECT_EQ(find(b_apex), other);
}

TEST_F(NetworksTest, BrokenInventoryKeepsTheNamesOfTheLastGoodOne) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    write_inventory("servers: {s: {product: vm, addresses: [192.0.2.7], primary: [192.0.2.7]}}\n");
    look();
    write_inventory("servers: [\n");
    EXPECT_FALSE(look().changes_zones());
    EXPECT_TRUE(has_address("192.0.2.7"));
    EXPECT_EQ(networks_.inventory()->reading.standing, Standing::last_good);
    EXPECT_EQ(networks_.general_findings().error_count(), 1U);
}

TEST_F(NetworksTest, AddressesOutsideAllNetworksAreWarnedOfWhileTheyAre) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    write_inventory("servers: {s: {product: vm, addresses: [198.51.100.1]}}\n");
    look();
    EXPECT_THAT(networks_.general_findings().to_text(), HasSubstr("lies in no network"));
    write("b.yaml", zone_text("198.51.100.0/24"));
    look();
    EXPECT_THAT(networks_.general_findings().to_text(), IsEmpty());
}

TEST_F(NetworksTest, OtherDefaultsLoadEverythingAnew) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look();
    ZoneDefaults defaults;
    defaults.ttl = Ttl{77};
    NetworksUpdate update = networks_.look(defaults, true, Networks::Missing::drop);
    EXPECT_EQ(update.changes.size(), 1U);
    networks_.adopt(std::move(update));
    EXPECT_EQ(find(a_apex)->soa().ttl(), Ttl{77});
}

// What was found but not adopted, as by a plan, leaves no trace.
TEST_F(NetworksTest, UpdateThatIsNotAdoptedChangesNothing) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look();
    const auto before = networks_.snapshot();
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: one.example.net}\n"));
    EXPECT_TRUE(networks_.look({}, false, Networks::Missing::drop).changes_zones());
    EXPECT_EQ(networks_.snapshot(), before);
    EXPECT_TRUE(networks_.look({}, false, Networks::Missing::drop).changes_zones());
}

constexpr const char* transferable = "transfer: {allow: [192.0.2.53]}\n";

std::string transferable_zone(std::string_view records) {
    return zone_text("192.0.2.0/24", std::string(transferable) + std::string(records));
}

TEST_F(NetworksTest, ZonesThatMayBeTransferredHaveAHistory) {
    write("a.yaml", transferable_zone("records: {192.0.2.1: a.example.net}\n"));
    write("b.yaml", zone_text("198.51.100.0/24"));
    look();
    write("a.yaml", transferable_zone("records: {192.0.2.1: b.example.net}\n"));
    write("b.yaml", zone_text("198.51.100.0/24", "records: {198.51.100.1: b.example.net}\n"));
    look();
    const auto& history = find("2.0.192.in-addr.arpa.")->history();
    ASSERT_NE(history, nullptr);
    EXPECT_EQ(history->since(Serial{1}, TransferView::foreign).size(), 1U);
    EXPECT_EQ(history->end(), Serial{2});
    EXPECT_EQ(find("100.51.198.in-addr.arpa.")->history(), nullptr);
}

TEST_F(NetworksTest, HistoryGoesOnWhereOnlyTheRulesChange) {
    write("a.yaml", transferable_zone("records: {192.0.2.1: a.example.net}\n"));
    look();
    write("a.yaml", transferable_zone("records: {192.0.2.1: b.example.net}\n"));
    look();
    write("a.yaml", zone_text("192.0.2.0/24",
                              "transfer: {allow: [192.0.2.54]}\n"
                              "records: {192.0.2.1: b.example.net}\n"));
    look();
    ASSERT_NE(find("2.0.192.in-addr.arpa.")->history(), nullptr);
    write("a.yaml", zone_text("192.0.2.0/24",
                              "transfer: {allow: [192.0.2.54], ranges: omit}\n"
                              "records: {192.0.2.1: b.example.net}\n"));
    look();
    EXPECT_EQ(find("2.0.192.in-addr.arpa.")->history(), nullptr);
}

TEST_F(NetworksTest, HistoryOfAnotherRunIsUsedIfItLeadsToWhatIsServed) {
    write("a.yaml", transferable_zone("records: {192.0.2.1: a.example.net}\n"));
    look();
    write("a.yaml", transferable_zone("records: {192.0.2.1: b.example.net}\n"));
    look();
    const Name apex = test::name("2.0.192.in-addr.arpa.");
    state_.histories[apex] = find("2.0.192.in-addr.arpa.")->history();
    Networks again({zones_, std::nullopt}, state_.kept());
    const NetworksUpdate same = again.look({}, false, Networks::Missing::drop);
    EXPECT_EQ(same.changes.at(0).after->history()->end(), Serial{2});
    write("a.yaml", transferable_zone("records: {192.0.2.1: c.example.net}\n"));
    Networks other({zones_, std::nullopt}, state_.kept());
    const NetworksUpdate changed = other.look({}, false, Networks::Missing::drop);
    EXPECT_EQ(changed.changes.at(0).after->history(), nullptr);
}

class CatalogTest : public NetworksTest {
protected:
    NetworksUpdate look_at_all(Networks::Missing missing = Networks::Missing::drop) {
        NetworksUpdate update = networks_.look({}, false, missing, {model_, {}});
        NetworksUpdate told = update;
        networks_.adopt(std::move(update));
        return told;
    }

    /// How many members the catalog has; none if there is no catalog in service.
    [[nodiscard]] std::optional<std::size_t> members() const {
        const Zone* const zone = find("cat.example.");
        if (zone == nullptr || !zone->is_available()) return std::nullopt;
        std::size_t count = 0;
        walk(*zone, RangeWalk::omit, [&](NameView, RrsetView rrset) {
            if (rrset.type() == RrType::ptr) ++count;
        });
        return count;
    }

    std::optional<CatalogModel> model_ = CatalogModel{test::name("cat.example."), {}};
};

TEST_F(CatalogTest, FollowsTheNetworks) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look_at_all();
    EXPECT_EQ(members(), 1U);
    const std::uint32_t first = serial("cat.example.");
    write("b.yaml", zone_text("198.51.100.0/23"));
    EXPECT_THAT(look_at_all().changes, SizeIs(3));
    EXPECT_EQ(members(), 3U);
    EXPECT_GT(serial("cat.example."), first);
    fs::remove(zones_ / "a.yaml");
    look_at_all();
    EXPECT_EQ(members(), 2U);
}

TEST_F(CatalogTest, StaysTheSameWhereRecordsChange) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look_at_all();
    const Zone* const before = find("cat.example.");
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.1: a.example.net}\n"));
    EXPECT_THAT(look_at_all().changes, SizeIs(1));
    EXPECT_EQ(find("cat.example."), before);
    EXPECT_THAT(look_at_all().changes, IsEmpty());
}

TEST_F(CatalogTest, FollowsItsOwnSettings) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look_at_all();
    const std::uint32_t serial_before = serial("cat.example.");
    model_->transfer.allow.push_back({std::nullopt, test::name("k.example.")});
    EXPECT_THAT(look_at_all().changes, SizeIs(1));
    EXPECT_EQ(serial("cat.example."), serial_before);
    model_->zone = test::name("other.example.");
    EXPECT_THAT(look_at_all().changes, SizeIs(2));
    EXPECT_EQ(find("cat.example."), nullptr);
    EXPECT_NE(find("other.example."), nullptr);
    model_.reset();
    EXPECT_THAT(look_at_all().changes, SizeIs(1));
    EXPECT_EQ(find("other.example."), nullptr);
}

TEST_F(CatalogTest, LosesNoMemberToAFileThatCannotBeUnderstood) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    look_at_all();
    write("b.yaml", "network: nonsense\n");
    look_at_all();
    EXPECT_EQ(members(), 1U);
    write("c.yaml", zone_text("198.51.100.0/24"));
    EXPECT_THAT(texts_of(look_at_all().findings), Contains(HasSubstr("is served as it was until")));
    EXPECT_EQ(members(), 1U);
    fs::remove(zones_ / "b.yaml");
    look_at_all();
    EXPECT_EQ(members(), 2U);
}

TEST_F(CatalogTest, IsUnavailableIfItCannotBeKnownAtFirst) {
    write("a.yaml", zone_text("192.0.2.0/24"));
    write("b.yaml", "network: nonsense\n");
    look_at_all();
    EXPECT_FALSE(members());
    EXPECT_NE(find("cat.example."), nullptr);
    write("b.yaml", zone_text("198.51.100.0/24"));
    look_at_all();
    EXPECT_EQ(members(), 2U);
}

TEST_F(CatalogTest, TakesNoNameOfANetwork) {
    model_->zone = test::name("2.0.192.in-addr.arpa.");
    write("a.yaml", zone_text("192.0.2.0/24"));
    EXPECT_THAT(texts_of(look_at_all().findings),
                Contains(HasSubstr("the catalog has the name of a zone")));
    EXPECT_EQ(find("2.0.192.in-addr.arpa.")->transfer().restricts_queries, false);
}

TEST_F(CatalogTest, HasAHistory) {
    model_->transfer.allow.push_back({std::nullopt, test::name("k.example.")});
    write("a.yaml", zone_text("192.0.2.0/24"));
    look_at_all();
    write("b.yaml", zone_text("198.51.100.0/24"));
    look_at_all();
    const auto& history = find("cat.example.")->history();
    ASSERT_NE(history, nullptr);
    EXPECT_EQ(history->since(Serial{1}, TransferView::foreign).size(), 1U);
}

/// With a zone that is taken from a primary.
class SecondaryTest : public NetworksTest {
protected:
    SecondaryTest() { write("a.yaml", "network: 192.0.2.0/24\nprimaries: [192.0.2.53]\n"); }

    /// The zone as a primary has it.
    static std::shared_ptr<const Zone> version(std::uint32_t serial, std::string_view name) {
        TransferPolicy policy;
        policy.primaries = {{{test::address("192.0.2.53")}, std::nullopt}};
        const auto zone = zone_for("192.0.2.0/24").ptr("1", name).transfer(policy).build();
        return zone->with_addresses(zone->addresses(), Serial{serial});
    }

    /// Takes what a primary has; whether anything is served otherwise.
    bool take(std::shared_ptr<const Zone> zone,
              system_clock::time_point confirmed_at = tomorrow()) {
        ReceivedUpdate update =
            networks_.exchange({{test::name(a_apex), {std::move(zone), confirmed_at}}});
        const bool is_new = !update.changes.empty();
        networks_.adopt(std::move(update));
        return is_new;
    }
};

TEST_F(SecondaryTest, IsUnavailableUntilSomethingComes) {
    look();
    ASSERT_NE(find(a_apex), nullptr);
    EXPECT_EQ(find(a_apex)->unavailability(), Unavailability::not_ready);
    const auto secondaries = networks_.secondaries();
    ASSERT_EQ(secondaries.size(), 1U);
    EXPECT_EQ(secondaries[0].frame.apex, test::name(a_apex));
    EXPECT_EQ(secondaries[0].frame.transfer.primaries.size(), 1U);
    EXPECT_EQ(secondaries[0].version.zone, nullptr);
    EXPECT_TRUE(take(version(7, "a.example.")));
    EXPECT_EQ(serial(a_apex), 7U);
    EXPECT_TRUE(has_address("192.0.2.1"));
    EXPECT_EQ(networks_.secondaries().at(0).version.zone->serial(), Serial{7});
}

TEST_F(SecondaryTest, HasAHistoryAndStaysWhenFilesAreLookedAt) {
    write("b.yaml", zone_text("198.51.100.0/24"));
    look();
    take(version(7, "a.example."));
    take(version(8, "b.example."));
    const auto& history = find(a_apex)->history();
    ASSERT_NE(history, nullptr);
    EXPECT_EQ(history->since(Serial{7}, TransferView::foreign).size(), 1U);
    EXPECT_FALSE(take(version(8, "b.example.")));
    const Zone* const before = find(a_apex);
    write("b.yaml", zone_text("198.51.100.0/24", "records: {198.51.100.1: x.example.net}\n"));
    look();
    EXPECT_EQ(find(a_apex), before);
}

TEST_F(SecondaryTest, KeepsWhatHasComeWhereOnlyTheRulesChange) {
    look();
    take(version(7, "a.example."));
    take(version(8, "b.example."));
    write("a.yaml",
          "network: 192.0.2.0/24\nprimaries: [192.0.2.54]\ntransfer: {allow: [192.0.2.99]}\n");
    EXPECT_TRUE(look().changes_zones());
    EXPECT_EQ(serial(a_apex), 8U);
    EXPECT_TRUE(find(a_apex)->transfer().view_of({test::address("192.0.2.99"), {}}));
    EXPECT_NE(find(a_apex)->history(), nullptr);
    EXPECT_EQ(networks_.secondaries().at(0).frame.transfer.primaries.at(0).endpoint.address,
              test::address("192.0.2.54"));
    // What comes by the rules before is served by those that hold now.
    take(version(9, "c.example."));
    EXPECT_TRUE(find(a_apex)->transfer().view_of({test::address("192.0.2.99"), {}}));
}

TEST_F(SecondaryTest, ExpiresAndComesBack) {
    look();
    take(version(7, "a.example."));
    const auto long_ago = tomorrow() - std::chrono::seconds(1'209'700);
    EXPECT_TRUE(take(version(7, "a.example."), long_ago));
    EXPECT_EQ(find(a_apex)->unavailability(), Unavailability::expired);
    EXPECT_FALSE(take(version(7, "a.example."), long_ago));
    EXPECT_TRUE(take(version(7, "a.example.")));
    EXPECT_EQ(serial(a_apex), 7U);
}

TEST_F(SecondaryTest, BeginsWithWhatWasKept) {
    state_.versions[test::name(a_apex)] = {version(7, "a.example."), tomorrow()};
    look();
    EXPECT_EQ(serial(a_apex), 7U);
}

TEST_F(SecondaryTest, DoesNotServeWhatWasKeptAndHasExpired) {
    state_.versions[test::name(a_apex)] = {version(7, "a.example."), {}};
    look();
    EXPECT_EQ(find(a_apex)->unavailability(), Unavailability::expired);
    EXPECT_TRUE(take(version(8, "a.example.")));
    EXPECT_EQ(serial(a_apex), 8U);
}

TEST_F(SecondaryTest, MayTurnIntoAPrimaryAndBack) {
    look();
    take(version(7, "a.example."));
    write("a.yaml", zone_text("192.0.2.0/24", "records: {192.0.2.2: own.example.net}\n"));
    look();
    EXPECT_FALSE(has_address("192.0.2.1"));
    EXPECT_TRUE(has_address("192.0.2.2"));
    EXPECT_TRUE(networks_.secondaries().empty());
    EXPECT_FALSE(take(version(8, "a.example.")));  // an errand that has come too late
    EXPECT_TRUE(has_address("192.0.2.2"));
    write("a.yaml", "network: 192.0.2.0/24\nprimaries: [192.0.2.53]\n");
    look();
    EXPECT_FALSE(find(a_apex)->is_available());
}

TEST_F(SecondaryTest, IsDelegatedByAnOuterNetwork) {
    write("outer.yaml", zone_text("192.0.0.0/16", "", "outer.example.net"));
    look();
    EXPECT_THAT(texts_of(state_of("a.yaml").findings),
                Contains(HasSubstr("`nameservers` is missing: 0.192.in-addr.arpa., which is made "
                                   "here, delegates 2.0.192.in-addr.arpa. to them")));
    write("a.yaml",
          "network: 192.0.2.0/24\nprimaries: [192.0.2.53]\nnameservers: [inner.example.net]\n");
    look();
    EXPECT_THAT(texts_of(state_of("a.yaml").findings), testing::IsEmpty());
    take(version(7, "a.example."));
    EXPECT_EQ(serial(a_apex), 7U);
}

/// With a catalog that is taken from a primary.
class SubscriptionTest : public NetworksTest {
protected:
    SubscriptionTest() {
        TransferPolicy policy;
        policy.primaries = {{{test::address("192.0.2.53")}, std::nullopt}};
        source_ = {{test::name("cat.example."), std::nullopt, policy}, policy};
        source_.frame.transfer.restricts_queries = true;
        sources_ = {source_};
        write("a.yaml", zone_text("192.0.2.0/24"));
        look_at_all();
    }

    NetworksUpdate look_at_all() {
        NetworksUpdate update =
            networks_.look({}, false, Networks::Missing::drop, {std::nullopt, sources_});
        NetworksUpdate told = update;
        networks_.adopt(std::move(update));
        return told;
    }

    /// Takes a version of the catalog with `members`; the names of zones that come or go.
    std::vector<std::string> take_catalog(std::uint32_t serial,
                                          const std::vector<std::string>& members,
                                          const std::string& version = "2",
                                          const char* apex = "cat.example.") {
        ZoneMaker maker = zone_at(apex);
        maker.record("version TXT " + version);
        for (std::size_t i = 0; i < members.size(); ++i) {
            maker.ptr("m" + std::to_string(i) + ".zones", members[i]);
        }
        const auto zone = maker.transfer(source_.frame.transfer).build();
        return take(apex, zone->with_addresses(zone->addresses(), Serial{serial}));
    }

    std::vector<std::string> take(const char* apex, std::shared_ptr<const Zone> zone) {
        ReceivedUpdate update =
            networks_.exchange({{test::name(apex), {std::move(zone), tomorrow()}}});
        std::vector<std::string> names;
        for (const auto& [before, after] : update.changes) {
            if (!before) names.push_back("+" + after->apex().to_text());
            if (!after) names.push_back("-" + before->apex().to_text());
        }
        networks_.adopt(std::move(update));
        return names;
    }

    CatalogSource source_;
    std::vector<CatalogSource> sources_;
};

TEST_F(SubscriptionTest, FollowsTheCatalog) {
    EXPECT_FALSE(find("cat.example.")->is_available());
    EXPECT_EQ(networks_.secondaries().size(), 1U);
    EXPECT_THAT(take_catalog(1, {"100.51.198.in-addr.arpa.", "Any.Example."}),
                ElementsAre("+100.51.198.in-addr.arpa.", "+any.example."));
    EXPECT_TRUE(find("cat.example.")->transfer().restricts_queries);
    ASSERT_EQ(networks_.secondaries().size(), 3U);
    EXPECT_EQ(networks_.secondaries().at(0).frame.base, test::prefix("198.51.100.0/24"));
    EXPECT_EQ(find(b_apex)->unavailability(), Unavailability::not_ready);
    take(b_apex, zone_for("198.51.100.0/24").ptr("1", "a.example.").build());
    EXPECT_TRUE(has_address("198.51.100.1"));
    EXPECT_THAT(take_catalog(2, {"100.51.198.in-addr.arpa.", "other.example."}),
                ElementsAre("+other.example.", "-any.example."));
    EXPECT_TRUE(has_address("198.51.100.1"));
    EXPECT_EQ(find("any.example."), nullptr);
    EXPECT_THAT(look_at_all().changes, IsEmpty());
}

TEST_F(SubscriptionTest, KeepsMembersIfTheCatalogIsOfNoUse) {
    take_catalog(1, {"any.example."});
    EXPECT_THAT(take_catalog(2, {"other.example."}, "3"), IsEmpty());
    EXPECT_NE(find("any.example."), nullptr);
    EXPECT_THAT(networks_.subscriptions().begin()->second.flaw, HasSubstr("version is not 2"));
    EXPECT_THAT(take_catalog(3, {"other.example.", "other.example."}), IsEmpty());
    EXPECT_THAT(networks_.subscriptions().begin()->second.flaw, HasSubstr("is a member twice"));
    take_catalog(4, {"other.example."});
    EXPECT_EQ(networks_.subscriptions().begin()->second.flaw, "");
    EXPECT_EQ(find("any.example."), nullptr);
}

TEST_F(SubscriptionTest, FilesComeBeforeMembers) {
    EXPECT_THAT(take_catalog(1, {a_apex, b_apex}), ElementsAre("+100.51.198.in-addr.arpa."));
    EXPECT_TRUE(find(a_apex)->is_available());
    write("b.yaml", zone_text("198.51.100.0/24"));
    look_at_all();
    EXPECT_TRUE(find(b_apex)->is_available());
    EXPECT_FALSE(find(b_apex)->transfer().is_secondary());
    fs::remove(zones_ / "b.yaml");
    look_at_all();
    EXPECT_TRUE(find(b_apex)->transfer().is_secondary());
}

// RFC 9432 5.2
TEST_F(SubscriptionTest, MemberStaysWithTheCatalogThatHasIt) {
    CatalogSource other = source_;
    other.frame.apex = test::name("another.example.");  // which comes first by name
    sources_ = {source_, other};
    look_at_all();
    const auto members_of = [this](const char* catalog) {
        std::vector<std::string> names;
        for (const auto& [name, zone] : networks_.subscriptions().at(test::name(catalog)).members)
            names.push_back(name.to_text());
        return names;
    };
    const auto ignored_of = [this](const char* catalog) {
        return networks_.subscriptions().at(test::name(catalog)).ignored;
    };
    take_catalog(1, {"any.example.", a_apex});
    EXPECT_THAT(ignored_of("cat.example."), ElementsAre(test::name(a_apex)));
    EXPECT_THAT(take_catalog(1, {"any.example."}, "2", "another.example."), IsEmpty());
    EXPECT_THAT(members_of("cat.example."), ElementsAre("any.example."));
    EXPECT_THAT(members_of("another.example."), IsEmpty());
    EXPECT_THAT(ignored_of("another.example."), ElementsAre(test::name("any.example.")));
    // Whatever the order in which they are configured.
    sources_ = {other, source_};
    write("b.yaml", zone_text("198.51.100.0/24"));
    look_at_all();
    EXPECT_THAT(members_of("cat.example."), ElementsAre("any.example."));
    EXPECT_THAT(take_catalog(2, {}), IsEmpty());
    EXPECT_THAT(members_of("another.example."), ElementsAre("any.example."));
    EXPECT_THAT(ignored_of("another.example."), IsEmpty());
}

TEST_F(SubscriptionTest, MemberStaysWithItsCatalogOverARestart) {
    CatalogSource other = source_;
    other.frame.apex = test::name("another.example.");
    sources_ = {source_, other};
    look_at_all();
    take_catalog(1, {"any.example."});
    take_catalog(1, {"any.example."}, "2", "another.example.");
    ReceivedUpdate update = networks_.exchange(
        {{test::name("any.example."), {zone_at("any.example.").build(), tomorrow()}}});
    // As the state keeps it.
    for (const Refresh& refresh : update.refreshed)
        state_.versions.insert_or_assign(refresh.apex, refresh.version);
    networks_.adopt(std::move(update));
    for (const auto& [catalog, subscription] : networks_.subscriptions())
        state_.versions[catalog] = {subscription.catalog.zone, tomorrow()};
    Networks again({zones_, inventory_}, state_.kept(), &tomorrow);
    again.adopt(again.look({}, false, Networks::Missing::drop, {std::nullopt, sources_}));
    const Subscriptions& subscriptions = again.subscriptions();
    EXPECT_EQ(subscriptions.at(test::name("cat.example.")).members.size(), 1U);
    EXPECT_EQ(subscriptions.at(test::name("another.example.")).members.size(), 0U);
}

TEST_F(SubscriptionTest, IsNoMemberOfItself) {
    EXPECT_THAT(take_catalog(1, {"cat.example."}), IsEmpty());
    EXPECT_TRUE(find("cat.example.")->is_available());
}

TEST_F(SubscriptionTest, TakesNoNameOfANetwork) {
    take_catalog(1, {"any.example."});
    write("c.yaml",
          "zone: cat.example\nnameservers: [ns.example.net]\nsoa: {contact: a@example.net}\n");
    EXPECT_THAT(texts_of(look_at_all().findings),
                Contains(HasSubstr("has the name of a zone that is made here, and is not taken")));
    EXPECT_FALSE(find("cat.example.")->transfer().is_secondary());
    EXPECT_EQ(find("any.example."), nullptr);
}

TEST_F(SubscriptionTest, GoesWithItsMembers) {
    take_catalog(1, {"any.example."});
    Networks::Missing missing = Networks::Missing::drop;
    networks_.adopt(networks_.look({}, false, missing, {}));
    EXPECT_EQ(find("any.example."), nullptr);
    EXPECT_EQ(find("cat.example."), nullptr);
    EXPECT_THAT(networks_.secondaries(), IsEmpty());
    look_at_all();
    EXPECT_NE(find("cat.example."), nullptr);
}

TEST_F(SubscriptionTest, WhatComesOfAFormerMemberIsNotTaken) {
    take_catalog(1, {"any.example."});
    ZoneMaker catalog = zone_at("cat.example.");
    catalog.record("version TXT 2").transfer(source_.frame.transfer);
    const auto empty = catalog.build();
    ReceivedUpdate update = networks_.exchange(
        {{test::name("any.example."), {zone_at("any.example.").build(), tomorrow()}},
         {test::name("cat.example."),
          {empty->with_addresses(empty->addresses(), Serial{2}), tomorrow()}}});
    EXPECT_EQ(update.refreshed.size(), 1U);
    networks_.adopt(std::move(update));
    EXPECT_EQ(find("any.example."), nullptr);
}

}  // namespace
}  // namespace arpad
