#include "net/transfer_limit.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

class TransferLimitTest : public testing::Test {
protected:
    std::unique_ptr<TransferLimit::Place> line_up(int number, const char* client = "192.0.2.1") {
        return limit_->line_up(TransferLimit::Client(test::address(client)), io_.get_executor(),
                               [this, number] { admitted_.push_back(number); });
    }

    /// Those that were admitted after they had waited.
    const std::vector<int>& admitted() {
        io_.restart();
        io_.run();
        return admitted_;
    }

    boost::asio::io_context io_;
    std::unique_ptr<TransferLimit> limit_ = std::make_unique<TransferLimit>(1);
    std::vector<int> admitted_;
};

TEST_F(TransferLimitTest, OthersAreAdmittedInTheirOrder) {
    auto first = line_up(1);
    auto second = line_up(2);
    auto third = line_up(3);
    EXPECT_TRUE(first->is_admitted());
    EXPECT_FALSE(second->is_admitted());
    first.reset();
    EXPECT_EQ(admitted(), std::vector{2});
    EXPECT_TRUE(second->is_admitted());
    EXPECT_FALSE(third->is_admitted());
    second.reset();
    EXPECT_EQ(admitted(), (std::vector{2, 3}));
}

TEST_F(TransferLimitTest, WhoGivesUpIsPassedOver) {
    auto first = line_up(1);
    auto second = line_up(2);
    const auto third = line_up(3);
    second.reset();
    first.reset();
    EXPECT_EQ(admitted(), std::vector{3});
}

TEST_F(TransferLimitTest, LeavesPlacesToOtherClients) {
    limit_ = std::make_unique<TransferLimit>(4);
    auto first = line_up(1);
    auto second = line_up(2);
    const auto third = line_up(3);
    EXPECT_TRUE(second->is_admitted());
    EXPECT_FALSE(third->is_admitted());
    auto other = line_up(4, "192.0.2.2");
    EXPECT_TRUE(other->is_admitted());
    other.reset();
    EXPECT_FALSE(third->is_admitted());
    first.reset();
    EXPECT_EQ(admitted(), std::vector{3});
}

TEST_F(TransferLimitTest, PassesOverThoseWhoHaveTheirShare) {
    limit_ = std::make_unique<TransferLimit>(2);
    const auto first = line_up(1, "2001:db8::1");
    auto second = line_up(2, "192.0.2.2");
    const auto third = line_up(3, "2001:db8::2");  // of the same /64
    const auto fourth = line_up(4, "192.0.2.3");
    second.reset();
    EXPECT_EQ(admitted(), std::vector{4});
    EXPECT_FALSE(third->is_admitted());
}

TEST_F(TransferLimitTest, FreePlaceIsTakenAtOnce) {
    line_up(1).reset();
    EXPECT_TRUE(line_up(2)->is_admitted());
    EXPECT_TRUE(admitted().empty());
}

TEST_F(TransferLimitTest, PlacesMayOutliveIt) {
    const auto first = line_up(1);
    limit_.reset();
    EXPECT_TRUE(first->is_admitted());
}

}  // namespace
}  // namespace arpad
