#include "transfer/question.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::name;
using testing::SizeIs;

class QuestionTest : public testing::Test {
protected:
    /// The reply to `query_` with these flags and records.
    [[nodiscard]] std::vector<std::uint8_t> reply(std::uint16_t flags,
                                                  std::vector<std::uint8_t> records = {},
                                                  std::uint8_t count = 0) const {
        std::vector<std::uint8_t> octets = query_;
        octets[2] = static_cast<std::uint8_t>(flags >> 8U);
        octets[3] = static_cast<std::uint8_t>(flags);
        octets[7] = count;
        octets.insert(octets.end(), records.begin(), records.end());
        return octets;
    }

    const std::vector<std::uint8_t> query_ =
        make_query(0x1234, name("a.example."), RrType::a, Recursion::wanted);
    // A pointer to the question's name, A, IN, 60 s, 192.0.2.1.
    const std::vector<std::uint8_t> record_{0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1};
};

TEST_F(QuestionTest, IsAQuery) {
    const std::vector<std::uint8_t> expected{0x12, 0x34, 1,   0,   0,   1, 0,   0,   0,
                                             0,    0,    0,   1,   'a', 7, 'e', 'x', 'a',
                                             'm',  'p',  'l', 'e', 0,   0, 1,   0,   1};
    EXPECT_EQ(query_, expected);
    EXPECT_EQ(make_query(1, name("a."), RrType::soa, Recursion::not_wanted)[2], 0);
}

TEST_F(QuestionTest, ReadsItsReply) {
    const auto read = read_reply(reply(0x8180, record_, 1), query_);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->rcode, Rcode::no_error);
    EXPECT_FALSE(read->is_truncated);
    ASSERT_THAT(read->answers, SizeIs(1));
    EXPECT_EQ(read->answers.front().owner, name("a.example."));
    EXPECT_EQ(read->answers.front().rdata, (Rdata{192, 0, 2, 1}));
    EXPECT_EQ(read_reply(reply(0x8183), query_)->rcode, Rcode::nx_domain);
    EXPECT_TRUE(read_reply(reply(0x8380), query_)->is_truncated);
}

TEST_F(QuestionTest, TakesNothingElseForIt) {
    EXPECT_FALSE(read_reply(reply(0x0100), query_).has_value());  // a query
    EXPECT_FALSE(read_reply(reply(0xa180), query_).has_value());  // another opcode
    auto other_id = reply(0x8180);
    other_id[0] = 0;
    EXPECT_FALSE(read_reply(other_id, query_).has_value());
    auto other_question = reply(0x8180);
    other_question[13] = 'b';
    EXPECT_FALSE(read_reply(other_question, query_).has_value());
    for (std::size_t octets = 0; octets < query_.size(); ++octets) {
        EXPECT_FALSE(read_reply(std::span(query_).first(octets), query_).has_value());
    }
}

TEST_F(QuestionTest, ReadsWhatThereIsOfABrokenReply) {
    const auto read = read_reply(reply(0x8180, record_, 7), query_);
    ASSERT_TRUE(read.has_value());
    EXPECT_THAT(read->answers, SizeIs(1));
}

}  // namespace
}  // namespace arpad
