#include "state/served_serials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "state/state_store.hpp"
#include "support/directory_test.hpp"
#include "support/zone_fixtures.hpp"

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

const Name apex = name("2.0.192.in-addr.arpa.");

class ServedSerialsTest : public test::DirectoryTest {
protected:
    [[nodiscard]] fs::path directory() const { return root_ / "state"; }

    [[nodiscard]] std::unique_ptr<StateStore> open_store() const {
        auto opened = StateStore::open(directory(), SerialFormat::counter);
        EXPECT_TRUE(opened.has_value()) << opened.error().text;
        return std::move(*opened);
    }

    /// The serial that a tool is told.
    [[nodiscard]] Serial told(const SerialModel& model, const Digest& held,
                              const Name& of = apex) const {
        auto served = ServedSerials::read(directory(), SerialFormat::counter);
        EXPECT_TRUE(served.has_value()) << served.error();
        return served->serial_for(of, model, held).serial;
    }
};

TEST_F(ServedSerialsTest, WithoutAStateNothingWasServed) {
    EXPECT_EQ(told({}, content(1)), Serial{1});
    EXPECT_FALSE(fs::exists(directory()));
}

TEST_F(ServedSerialsTest, StateWithoutZonesIsAsGoodAsNone) {
    (void)open_store();
    EXPECT_EQ(told({}, content(1)), Serial{1});
}

TEST_F(ServedSerialsTest, FileThatIsNoDatabaseIsToldWithItsPathAndAWayOut) {
    fs::create_directories(directory());
    std::ofstream(directory() / "state.db") << std::string(4096, 'x');
    const auto served = ServedSerials::read(directory(), SerialFormat::counter);
    ASSERT_FALSE(served.has_value());
    EXPECT_THAT(served.error(), AllOf(HasSubstr((directory() / "state.db").string() + ": "),
                                      HasSubstr("\n  run this as a user that may read")));
}

TEST_F(ServedSerialsTest, FloorIsUsedWhereNothingWasServed) {
    EXPECT_EQ(told({SerialModel::Kind::floor, {77}, {}}, content(1)), Serial{77});
}

/// Serves `held` in the zone at the apex.
void serve(StateStore& store, const Digest& held) {
    (void)store.serial_for(apex, {}, held);
    ASSERT_EQ(store.commit({}), std::nullopt);
}

TEST_F(ServedSerialsTest, ContentThatWasServedKeepsItsSerial) {
    serve(*open_store(), content(1));
    EXPECT_EQ(told({}, content(1)), Serial{1});
}

TEST_F(ServedSerialsTest, OtherContentGetsTheSerialThatTheServerWouldGiveIt) {
    serve(*open_store(), content(1));
    EXPECT_EQ(told({}, content(2)), Serial{2});
    EXPECT_EQ(told({}, content(2), name("other.")), Serial{1});
}

TEST_F(ServedSerialsTest, AskingRemembersNothing) {
    serve(*open_store(), content(1));
    auto served = ServedSerials::read(directory(), SerialFormat::counter);
    ASSERT_TRUE(served.has_value());
    EXPECT_EQ(served->serial_for(apex, {}, content(2)).serial, Serial{2});
    EXPECT_EQ(served->serial_for(apex, {}, content(3)).serial, Serial{2});
    EXPECT_EQ(open_store()->serial_for(apex, {}, content(1)).serial, Serial{1});
}

TEST_F(ServedSerialsTest, MayBeReadWhileTheServerRuns) {
    const auto store = open_store();
    serve(*store, content(1));
    EXPECT_EQ(told({}, content(2)), Serial{2});
    serve(*store, content(2));
    EXPECT_EQ(told({}, content(2)), Serial{2});
    EXPECT_EQ(told({}, content(1)), Serial{3});
}

TEST_F(ServedSerialsTest, DecisionsThatAreNotCommittedAreNotSeen) {
    const auto store = open_store();
    (void)store->serial_for(apex, {}, content(1));
    EXPECT_EQ(told({}, content(2)), Serial{1});
}

TEST_F(ServedSerialsTest, OldFloorIsToldAsOld) {
    serve(*open_store(), content(1));
    auto served = ServedSerials::read(directory(), SerialFormat::counter);
    ASSERT_TRUE(served.has_value());
    const SerialModel floor{SerialModel::Kind::floor, {1}, {}};
    const SerialDecision decision = served->serial_for(apex, floor, content(2));
    EXPECT_EQ(decision.serial, Serial{2});
    EXPECT_TRUE(decision.floor_is_old);
}

}  // namespace
}  // namespace arpad
