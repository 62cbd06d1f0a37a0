#include "net/udp_listener.hpp"

#include <gmock/gmock.h>

#include <set>

#include "support/reply_text.hpp"
#include "unit/net/running_worker.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

QueryMaker small_query(std::uint16_t id = 1) {
    return ask("7.2.0.192.in-addr.arpa", RrType::ptr).id(id);
}

TEST(UdpListener, AnswersOverIpv4AndIpv6) {
    const RunningWorker running;
    for (const Endpoint& endpoint : {running.ipv4(), running.ipv6()}) {
        const auto reply = UdpClient(endpoint).ask(small_query().octets());
        ASSERT_TRUE(reply) << endpoint.to_text();
        EXPECT_THAT(read_reply(*reply).value().answer, ElementsAre(HasSubstr("a.example.")));
    }
}

TEST(UdpListener, TruncatesWhatIsTooLong) {
    const RunningWorker running;
    const auto reply = UdpClient(running.ipv4())
                           .ask(ask("8.2.0.192.in-addr.arpa", RrType::ptr).payload(4096).octets());
    ASSERT_TRUE(reply);
    EXPECT_TRUE(read_reply(*reply).value().tc);
}

// More than a batch and more than a receive buffer's worth would prove loss, not order: so 200.
TEST(UdpListener, AnswersMoreThanABatchOfQueries) {
    const RunningWorker running;
    UdpClient client(running.ipv4());
    constexpr std::uint16_t queries = 200;
    for (std::uint16_t id = 0; id < queries; ++id) client.send(small_query(id).octets());
    std::set<unsigned> ids;
    for (int i = 0; i < queries; ++i) {
        const auto reply = client.receive();
        ASSERT_TRUE(reply) << i;
        ids.insert(read_reply(*reply).value().id);
    }
    EXPECT_THAT(ids, SizeIs(queries));
}

TEST(UdpListener, EachClientGetsItsOwnReplies) {
    const RunningWorker running;
    std::vector<UdpClient> clients;
    for (int i = 0; i < 20; ++i) clients.emplace_back(running.ipv4());
    for (std::uint16_t id = 0; id < clients.size(); ++id) {
        clients[id].send(small_query(id).octets());
    }
    for (std::uint16_t id = 0; id < clients.size(); ++id) {
        const auto reply = clients[id].receive();
        ASSERT_TRUE(reply) << id;
        EXPECT_EQ(read_reply(*reply).value().id, id);
    }
}

TEST(UdpListener, SilenceDoesNotStopTheNext) {
    const RunningWorker running;
    UdpClient client(running.ipv4());
    client.send({});
    client.send(Octets{1, 2, 3});
    client.send(small_query(1).flags(0x8000).octets());
    const auto reply = client.ask(small_query(2).octets());
    ASSERT_TRUE(reply);
    EXPECT_EQ(read_reply(*reply).value().id, 2U);
}

TEST(UdpListener, DatagramOfAnySizeIsAnsweredOrFormatError) {
    const RunningWorker running;
    UdpClient client(running.ipv4());
    for (const std::size_t octets : {4095U, 4096U, 4097U, 60'000U}) {
        Octets message = small_query().octets();
        message.resize(octets);
        const auto reply = client.ask(message);
        ASSERT_TRUE(reply) << octets;
        EXPECT_EQ(read_reply(*reply).value().rcode, 1U) << octets;
    }
}

/// Limits that the loopback is not exempt from.
RateLimitConfig limits_of(unsigned rate, unsigned slip) {
    return {.responses = rate, .nxdomain = rate, .errors = rate, .slip = slip, .exempt = {}};
}

/// Sends `query` again and again, one at a time, until `replies` have come.
std::vector<ReplyText> ask_often(const Endpoint& server, const Octets& query, unsigned replies) {
    std::vector<ReplyText> all;
    UdpClient client(server);
    while (all.size() < replies) {
        for (int i = 0; i < 2; ++i) client.send(query);
        const auto reply = client.receive();
        if (!reply) break;
        all.push_back(read_reply(*reply).value());
    }
    return all;
}

// Of two answers that are held back one is sent truncated: it is that which ask_often waits for.
TEST(UdpListener, AnswersOverTheLimitAskTheClientToComeByTcp) {
    RateLimiter limiter(limits_of(1, 2));
    const RunningWorker running({}, {}, &limiter);
    const auto replies = ask_often(running.ipv4(), small_query().octets(), 10);
    ASSERT_THAT(replies, SizeIs(10));
    EXPECT_THAT(replies.front().answer, SizeIs(1));
    unsigned truncated = 0;
    for (const ReplyText& reply : replies) {
        EXPECT_EQ(reply.rcode, 0U);
        EXPECT_THAT(reply.question, SizeIs(1));
        if (reply.tc) ++truncated;
    }
    EXPECT_GE(truncated, 7U);
}

TEST(UdpListener, AnswersOverTheLimitGiveCookiesToWhoTakesThem) {
    RateLimiter limiter(limits_of(1, 1));
    RunningWorker running({}, {}, &limiter);
    running.worker().adopt(std::make_shared<const CookieJar>(CookieJar::with_random_secret()));
    const Octets client_cookie{1, 2, 3, 4, 5, 6, 7, 8};
    const auto replies =
        ask_often(running.ipv4(), small_query().option(10, client_cookie).octets(), 10);
    ASSERT_THAT(replies, SizeIs(10));
    EXPECT_EQ(replies.back().rcode, 23U);
    EXPECT_FALSE(replies.back().tc);
    const Octets cookie = replies.back().edns.value().options.at(10);
    ASSERT_THAT(cookie, SizeIs(24));
    // Who has it is not limited any more.
    const auto proved = ask_often(running.ipv4(), small_query().option(10, cookie).octets(), 10);
    ASSERT_THAT(proved, SizeIs(10));
    for (const ReplyText& reply : proved) EXPECT_THAT(reply.answer, SizeIs(1));
}

TEST(UdpListener, AnswersOverTheLimitAreDroppedWithoutSlip) {
    RateLimiter limiter(limits_of(5, 0));
    const RunningWorker running({}, {}, &limiter);
    UdpClient client(running.ipv4());
    for (int i = 0; i < 50; ++i) client.send(small_query().octets());
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.receive()) << i;
    // The loopback keeps the order, so what came first has been dealt with when this is answered.
    client.send(ask("9.9.9.9.in-addr.arpa", RrType::ptr).id(77).octets());
    const auto next = client.receive();
    ASSERT_TRUE(next);
    EXPECT_EQ(read_reply(*next).value().rcode, 5U) << "of another kind, with its own account";
}

// What a truncated answer without an error would say to these: that it has been done.
TEST(UdpListener, NoticesAndUpdatesOverTheLimitAreAnsweredAsOthersAre) {
    RateLimiter limiter(limits_of(1, 1));
    const RunningWorker running({}, {}, &limiter);
    for (const Opcode opcode : {Opcode::notify, Opcode::update}) {
        const Octets message = ask("2.0.192.in-addr.arpa", RrType::soa).opcode(opcode).octets();
        const auto replies = ask_often(running.ipv4(), message, 10);
        ASSERT_THAT(replies, SizeIs(10));
        for (const ReplyText& reply : replies) {
            EXPECT_EQ(reply.rcode, replies.front().rcode);
            EXPECT_NE(reply.rcode, 0U);
            EXPECT_FALSE(reply.tc);
            EXPECT_LE(reply.octets.size(), message.size());
        }
    }
}

TEST(UdpListener, DryRunHoldsNothingBack) {
    RateLimitConfig config = limits_of(1, 2);
    config.is_dry_run = true;
    RateLimiter limiter(config);
    const RunningWorker running({}, {}, &limiter);
    for (const ReplyText& reply : ask_often(running.ipv4(), small_query().octets(), 20)) {
        EXPECT_THAT(reply.answer, SizeIs(1));
    }
}

// A client that is gone before its reply makes the system report an error to us.
TEST(UdpListener, GoneClientDoesNotStopTheNext) {
    const RunningWorker running;
    for (int i = 0; i < 50; ++i) UdpClient(running.ipv4()).send(small_query().octets());
    EXPECT_TRUE(UdpClient(running.ipv4()).ask(small_query().octets()));
}

/// A worker on the wildcard addresses, at free ports.
class WildcardWorker {
public:
    WildcardWorker()
        : limits_(TcpConfig{}),
          worker_(std::make_shared<const Identity>(IdentityConfig{}), UdpConfig{}, TcpConfig{},
                  Telemetry::Detail::counts, {limits_, nullptr, transfers_}),
          endpoints_(*claim(
              std::vector<Endpoint>{{Address(Family::ipv4, 0), 0}, {Address(Family::ipv6, 0), 0}},
              Claim::udp_and_tcp)) {
        for (const Endpoint& endpoint : endpoints_) {
            if (const auto failure = worker_.listen(endpoint)) {
                throw std::runtime_error(failure->to_text());
            }
        }
        worker_.adopt(snapshot_with("a.example."), [](const auto&) {});
        worker_.start();
    }
    ~WildcardWorker() {
        worker_.stop(std::chrono::seconds(1));
        worker_.join();
    }
    WildcardWorker(const WildcardWorker&) = delete;
    WildcardWorker& operator=(const WildcardWorker&) = delete;

    /// The same port at `address`.
    [[nodiscard]] Endpoint at(std::string_view address) const {
        const Address parsed = Address::from_text(address).value();
        return {parsed, endpoints_[parsed.family() == Family::ipv4 ? 0 : 1].port};
    }

private:
    ConnectionLimits limits_;
    Worker worker_;
    TransferThread transfers_{1};
    std::vector<Endpoint> endpoints_;
};

// The client's socket is connected, so it hears replies from the address it asked only.
TEST(UdpListener, ReplyLeavesFromTheAddressOfTheQuery) {
    const WildcardWorker running;
    for (const char* address : {"127.0.0.1", "127.0.0.2", "127.1.2.3", "::1"}) {
        EXPECT_TRUE(UdpClient(running.at(address)).ask(small_query().octets())) << address;
    }
}

/// How long a listener is busy with `queries` that it finds at once, if it gathers for `gather`.
std::chrono::steady_clock::duration time_for(std::uint16_t queries,
                                             std::chrono::milliseconds gather) {
    boost::asio::io_context io;
    const Endpoint endpoint = (*claim(std::vector{any_ipv4_port()}, Claim::udp_and_tcp)).front();
    auto sockets = open_sockets(io, endpoint);
    Responder responder(snapshot_with("a.example."),
                        std::make_shared<const Identity>(IdentityConfig{}));
    Telemetry telemetry(Telemetry::Detail::counts);
    PendingUpdates updates(io, telemetry);
    UdpListener listener(std::move(sockets->udp), responder, nullptr, telemetry, updates, gather);
    UdpClient client(endpoint);
    for (std::uint16_t id = 0; id < queries; ++id) client.send(small_query(id).octets());
    listener.start();
    const auto start = std::chrono::steady_clock::now();
    io.run_one();
    const auto elapsed = std::chrono::steady_clock::now() - start;
    for (int i = 0; i < queries; ++i) EXPECT_TRUE(client.receive()) << i;
    return elapsed;
}

// A sleep is never too short, so this holds on a busy machine too.
TEST(UdpListener, WaitsForMoreWhereItFoundSeveral) {
    constexpr std::chrono::milliseconds gather{20};
    EXPECT_GE(time_for(2, gather), gather);
}

// Found at once, they would be waited for longer than the test may take.
TEST(UdpListener, WaitsForNothingBehindALoneQueryOrAFullBatch) {
    constexpr std::chrono::hours gather{1};
    EXPECT_LT(time_for(1, gather), gather);
    EXPECT_LT(time_for(64, gather), gather);
}

}  // namespace
}  // namespace arpad
