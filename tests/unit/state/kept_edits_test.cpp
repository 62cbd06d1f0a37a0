#include "state/kept_edits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

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

class KeptEditsTest : public test::DirectoryTest {
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

    const Edit one_{address("192.0.2.1"), {name("One.example."), name("b.example.")}};
    const Edit two_{address("192.0.2.2"), {name("two.example.")}, Ttl{60}};
    const Edit six_{address("2001:db8::1"), {name("six.example.")}};
};

TEST_F(KeptEditsTest, AreThereAgain) {
    {
        const auto state = open();
        state->note_edits(std::vector{two_, one_, six_});
        EXPECT_EQ(state->commit({}), std::nullopt);
    }
    const auto state = open();
    EXPECT_THAT(edits_of(*state, "192.0.2.0/24"), ElementsAre(one_, two_));
    EXPECT_THAT(edits_of(*state, "::/0"), ElementsAre(six_));
    EXPECT_THAT(edits_of(*state, "198.51.100.0/24"), IsEmpty());
    auto read = KeptEdits::read(root_);
    ASSERT_TRUE(read.has_value());
    EXPECT_THAT(edits_of(*read, "192.0.2.2/32"), ElementsAre(two_));
}

TEST_F(KeptEditsTest, AreTakenBackByOnesWithoutNames) {
    const auto state = open();
    state->note_edits(std::vector{one_, two_, Edit{one_.address, {}}});
    EXPECT_EQ(state->commit({}), std::nullopt);
    EXPECT_THAT(edits_of(*state, "192.0.2.0/24"), ElementsAre(two_));
}

TEST_F(KeptEditsTest, AreForgottenWithTheDecisions) {
    const auto state = open();
    state->note_edits(std::vector{one_});
    state->forget_decisions();
    EXPECT_EQ(state->commit({}), std::nullopt);
    EXPECT_THAT(edits_of(*state, "0.0.0.0/0"), IsEmpty());
}

TEST_F(KeptEditsTest, AreNoneInADirectoryWithoutState) {
    auto read = KeptEdits::read(root_ / "missing");
    ASSERT_TRUE(read.has_value());
    EXPECT_THAT(edits_of(*read, "0.0.0.0/0"), IsEmpty());
}

/// A zone that was built without its edits must not be committed as if nobody had made them.
TEST_F(KeptEditsTest, HaveNothingCommittedWhereTheyCannotBeRead) {
    const auto state = open();
    state->note_edits(std::vector{one_});
    EXPECT_EQ(state->commit({}), std::nullopt);
    Database(root_ / "state.db").run("UPDATE edits SET names = x'0561'");
    EXPECT_THAT(edits_of(*state, "0.0.0.0/0"), IsEmpty());
    const auto failure = state->commit({});
    ASSERT_TRUE(failure.has_value());
    EXPECT_THAT(*failure, HasSubstr("an edit that arpad did not write"));
}

}  // namespace
}  // namespace arpad
