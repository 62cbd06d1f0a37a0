#include "state/passing_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "state/state_store.hpp"
#include "support/directory_test.hpp"
#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

namespace fs = std::filesystem;

using std::chrono::seconds;
using std::chrono::system_clock;
using test::name;

Digest content(std::uint8_t fill) {
    Digest digest;
    digest.fill(fill);
    return digest;
}

const Name apex = name("2.0.192.in-addr.arpa.");

class PassingStateTest : public test::DirectoryTest {
protected:
    /// What a server with a durable state leaves.
    void leave(const Digest& held, std::string_view text) const {
        const auto store = StateStore::open(root_, SerialFormat::counter);
        ASSERT_TRUE(store.has_value());
        (void)(*store)->serial_for(apex, {}, held);
        const std::vector<GoodCopy> copies{{"a.yaml", text}};
        ASSERT_EQ((*store)->commit(copies), std::nullopt);
    }

    static std::uint32_t serial(State& state, const Digest& held, std::int64_t newest) {
        state.note_newest_input(system_clock::time_point(seconds(newest)));
        return state.serial_for(apex, {}, held).serial.value;
    }
};

TEST_F(PassingStateTest, NewZonesGetTheTimeOfTheNewestFile) {
    PassingState state(root_);
    EXPECT_EQ(serial(state, content(1), 1'700'000'000), 1'700'000'000U);
}

TEST_F(PassingStateTest, SerialsNeverGoBack) {
    PassingState state(root_);
    serial(state, content(1), 1'700'000'000);
    EXPECT_EQ(state.commit({}), std::nullopt);
    EXPECT_EQ(serial(state, content(1), 1'800'000'000), 1'700'000'000U);
    EXPECT_EQ(serial(state, content(2), 1'600'000'000), 1'700'000'001U);
    EXPECT_EQ(serial(state, content(2), 1'800'000'000), 1'800'000'000U);
}

TEST_F(PassingStateTest, DecisionsThatAreForgottenDoNotCount) {
    PassingState state(root_);
    serial(state, content(1), 1'700'000'000);
    state.forget_decisions();
    EXPECT_EQ(serial(state, content(2), 1'600'000'000), 1'600'000'000U);
}

TEST_F(PassingStateTest, GoesOnFromWhatCanBeRead) {
    leave(content(1), "text");
    PassingState state(root_);
    EXPECT_EQ(serial(state, content(1), 1'700'000'000), 1U);
    EXPECT_EQ(serial(state, content(2), 1'700'000'000), 1'700'000'000U);
    EXPECT_EQ(state.find_copy("a.yaml"), "text");
}

TEST_F(PassingStateTest, ReadsLargeCopies) {
    const std::string large(300'000, 'x');
    leave(content(1), large);
    PassingState state(root_);
    EXPECT_EQ(state.find_copy("a.yaml"), large);
}

TEST_F(PassingStateTest, RemembersCopiesToTheEnd) {
    PassingState state(root_);
    const std::vector<GoodCopy> copies{{"a.yaml", "new"}};
    EXPECT_EQ(state.commit(copies), std::nullopt);
    EXPECT_EQ(state.find_copy("a.yaml"), "new");
    EXPECT_EQ(state.find_copy("b.yaml"), std::nullopt);
    EXPECT_FALSE(fs::exists(root_ / "state.db"));
}

TEST_F(PassingStateTest, DamagedStateIsNone) {
    std::ofstream(root_ / "state.db") << "this is no database";
    PassingState state(root_);
    EXPECT_EQ(serial(state, content(1), 77), 77U);
}

}  // namespace
}  // namespace arpad
