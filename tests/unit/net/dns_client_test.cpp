#include "net/dns_client.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <optional>
#include <vector>

namespace arpad {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using std::chrono::milliseconds;

class DnsClientTest : public testing::Test {
protected:
    [[nodiscard]] Endpoint server() const {
        return {*Address::from_text("127.0.0.1"), server_.local_endpoint().port()};
    }

    /// Answers the next message with each of `replies`.
    void answer_with(std::vector<std::vector<std::uint8_t>> replies) {
        server_.async_receive_from(asio::buffer(buffer_), peer_,
                                   [this, replies = std::move(replies)](
                                       const boost::system::error_code& error, std::size_t) {
                                       if (error) return;
                                       for (const auto& reply : replies)
                                           server_.send_to(asio::buffer(reply), peer_);
                                   });
    }

    asio::io_context io_;
    udp::socket server_{io_, udp::endpoint(asio::ip::address_v4::loopback(), 0)};
    udp::endpoint peer_;
    std::array<std::uint8_t, 512> buffer_;
    DnsClient client_{io_};
    std::optional<std::size_t> taken_;  // octets of what was taken

    /// Takes messages of more than one octet.
    DnsClient::Take take() {
        return [this](std::span<const std::uint8_t> reply) {
            if (reply.size() == 1) return false;
            taken_ = reply.size();
            server_.cancel();
            return true;
        };
    }
};

TEST_F(DnsClientTest, TakesTheReplyThatItWaitsFor) {
    answer_with({{1}, {1, 2, 3}, {1, 2}});
    client_.ask(server(), {7}, milliseconds(10'000), take());
    io_.run();
    EXPECT_EQ(taken_, 3U);
}

TEST_F(DnsClientTest, TakesNothingWhereNothingComes) {
    answer_with({{1}});
    client_.ask(server(), {7}, milliseconds(50), take());
    io_.run();
    EXPECT_EQ(taken_, 0U);
}

TEST_F(DnsClientTest, CallsNobodyOnceItIsGone) {
    bool is_called = false;
    {
        DnsClient client(io_);
        client.ask(server(), {7}, milliseconds(20), [&](std::span<const std::uint8_t>) {
            is_called = true;
            return true;
        });
    }
    io_.run();
    EXPECT_FALSE(is_called);
}

TEST_F(DnsClientTest, KeepsABoundOnOpenQuestions) {
    std::size_t ended = 0;
    const auto count = [&](std::span<const std::uint8_t> reply) {
        EXPECT_TRUE(reply.empty());
        ++ended;
        return true;
    };
    for (std::size_t i = 0; i < DnsClient::max_open + 5; ++i) {
        client_.ask(server(), {7}, milliseconds(500), count);
    }
    io_.run_for(milliseconds(100));
    EXPECT_EQ(ended, 5U);
    io_.run();
    EXPECT_EQ(ended, DnsClient::max_open + 5);
}

}  // namespace
}  // namespace arpad
