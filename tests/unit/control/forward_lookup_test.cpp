#include "control/forward_lookup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/udp_peer.hpp"
#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;

/// Keeps questions, and answers them when it is told to.
class Resolver {
public:
    explicit Resolver(boost::asio::io_context& io)
        : peer_(io, [this](const auto& sender, auto message) {
              open_.emplace_back(sender, std::move(message));
          }) {}

    [[nodiscard]] Endpoint endpoint() const { return peer_.endpoint(); }

    [[nodiscard]] std::size_t open() const { return open_.size(); }

    /// Answers all that it has been asked with `rcode` and, if it is given, the A record of
    /// `address`.
    void answer_all(Rcode rcode, std::optional<std::array<std::uint8_t, 4>> address = {}) {
        for (auto& [sender, message] : open_) {
            message[2] |= 0x80U;  // QR
            message[3] = static_cast<std::uint8_t>(rcode);
            if (address) {
                message[7] = 1;  // answers
                const std::vector<std::uint8_t> record{0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4};
                message.insert(message.end(), record.begin(), record.end());
                message.insert(message.end(), address->begin(), address->end());
            }
            peer_.send(sender, message);
        }
        open_.clear();
    }

private:
    std::vector<std::pair<test::UdpPeer::Sender, std::vector<std::uint8_t>>> open_;
    test::UdpPeer peer_;
};

class ForwardLookupTest : public testing::Test {
protected:
    /// Notes what `name` says of 192.0.2.1.
    void ask(const std::string& name) {
        lookup_.look_up(test::name(name), test::address("192.0.2.1"),
                        [this](ForwardAnswer answer) { answers_.emplace_back(to_text(answer)); });
    }

    bool run_until(const std::function<bool()>& is_reached) {
        return test::run_until(io_, is_reached);
    }

    /// What is answered to `name` by the first resolver and by the second.
    std::string answer_to(const std::string& name, Rcode first, std::optional<Rcode> second = {}) {
        ask(name);
        EXPECT_TRUE(run_until([&] { return first_.open() == 1; }));
        first_.answer_all(first);
        if (second) {
            EXPECT_TRUE(run_until([&] { return second_.open() == 1; }));
            second_.answer_all(*second);
        }
        EXPECT_TRUE(run_until([&] { return !answers_.empty(); }));
        return std::exchange(answers_, {}).front();
    }

    boost::asio::io_context io_;
    Resolver first_{io_};
    Resolver second_{io_};
    std::vector<std::string> answers_;
    ForwardLookup lookup_{io_, {first_.endpoint(), second_.endpoint()}};
};

TEST_F(ForwardLookupTest, AsksTheNextResolverWhereOneIsOfNoUse) {
    EXPECT_EQ(answer_to("a.example", Rcode::nx_domain), "missing");
    EXPECT_EQ(answer_to("b.example", Rcode::no_error), "missing");
    EXPECT_EQ(answer_to("c.example", Rcode::refused, Rcode::nx_domain), "missing");
    EXPECT_EQ(answer_to("d.example", Rcode::serv_fail, Rcode::refused), "unknown");
}

TEST_F(ForwardLookupTest, AsksOnceForAllWhoAskTheSame) {
    ask("a.example");
    ask("a.example");
    ask("b.example");
    EXPECT_TRUE(answers_.empty());
    ASSERT_TRUE(run_until([&] { return first_.open() == 2; }));
    first_.answer_all(Rcode::no_error, {{192, 0, 2, 1}});
    ASSERT_TRUE(run_until([&] { return answers_.size() == 3; }));
    ask("a.example");
    ASSERT_TRUE(run_until([&] { return answers_.size() == 4; }));
    EXPECT_THAT(answers_, ElementsAre("confirmed", "confirmed", "confirmed", "confirmed"));
    EXPECT_EQ(first_.open(), 0U);
}

TEST_F(ForwardLookupTest, HasSoManyQuestionsOpenAndWaiting) {
    constexpr std::size_t most_open = DnsClient::max_open / 2;
    constexpr std::size_t most = most_open + 10 * most_open;
    for (std::size_t i = 0; i < most + 5; ++i) ask(std::to_string(i) + ".example");
    ASSERT_TRUE(run_until([&] { return answers_.size() >= 5; }));
    EXPECT_THAT(answers_, ElementsAre("unknown", "unknown", "unknown", "unknown", "unknown"));
    // Where a question goes to the second resolver it still is one of those.
    while (answers_.size() < most + 5) {
        ASSERT_TRUE(run_until([&] { return first_.open() + second_.open() > 0; }));
        (void)run_until([&] { return first_.open() + second_.open() == most_open; });
        ASSERT_LE(first_.open() + second_.open(), most_open);
        const std::size_t before = answers_.size();
        const std::size_t answered = first_.open() + second_.open();
        first_.answer_all(Rcode::no_error, {{192, 0, 2, 1}});
        second_.answer_all(Rcode::no_error, {{192, 0, 2, 1}});
        ASSERT_TRUE(run_until([&] { return answers_.size() >= before + answered; }));
    }
    EXPECT_EQ(std::ranges::count(answers_, "confirmed"), static_cast<std::ptrdiff_t>(most));
}

}  // namespace
}  // namespace arpad
