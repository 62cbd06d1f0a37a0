#include "net/transfer_limit.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

namespace arpad {
namespace {

class TransferLimitTest : public testing::Test {
protected:
    std::unique_ptr<TransferLimit::Place> line_up(int number) {
        return limit_->line_up(io_.get_executor(), [this, number] { admitted_.push_back(number); });
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
