#include "net/tcp_listener.hpp"

#include <gmock/gmock.h>

#include <boost/asio/post.hpp>
#include <functional>
#include <future>
#include <list>
#include <thread>
#include <utility>
#include <vector>

#include "dns/message.hpp"
#include "support/reply_text.hpp"
#include "unit/net/running_worker.hpp"
#include "unit/net/signed_update.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using namespace std::chrono_literals;

QueryMaker small_query(std::uint16_t id = 1) {
    return ask("7.2.0.192.in-addr.arpa", RrType::ptr).id(id);
}

QueryMaker large_query(std::uint16_t id = 1) {
    return ask("8.2.0.192.in-addr.arpa", RrType::ptr).id(id);
}

/// The id of the next reply; none if none comes.
std::optional<unsigned> next_id(TcpClient& client) {
    const auto reply = client.receive();
    if (!reply || reply->size() < 2) return std::nullopt;
    return static_cast<unsigned>((*reply)[0] << 8U | (*reply)[1]);
}

TEST(TcpListener, AnswersOverIpv4AndIpv6) {
    const RunningWorker running;
    for (const Endpoint& endpoint : {running.ipv4(), running.ipv6()}) {
        TcpClient client(endpoint);
        client.send(small_query().framed());
        const auto reply = client.receive();
        ASSERT_TRUE(reply) << endpoint.to_text();
        EXPECT_THAT(read_reply(*reply).value().answer, ElementsAre(HasSubstr("a.example.")));
    }
}

TEST(TcpListener, AnswersWhatUdpTruncates) {
    const RunningWorker running;
    TcpClient client(running.ipv4());
    client.send(large_query().framed());
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_THAT(read_reply(*reply).value().answer, SizeIs(1500));
}

TEST(TcpListener, AnswersManyQueriesOfOneSegment) {
    const RunningWorker running;
    TcpClient client(running.ipv4());
    Octets all;
    for (std::uint16_t id = 0; id < 100; ++id) {
        const Octets query = small_query(id).framed();
        all.insert(all.end(), query.begin(), query.end());
    }
    client.send(all);
    for (std::uint16_t id = 0; id < 100; ++id) ASSERT_EQ(next_id(client), id);
}

TEST(TcpListener, AnswersAQuerySentOctetByOctet) {
    const RunningWorker running;
    TcpClient client(running.ipv4());
    for (const std::uint8_t octet : small_query(9).framed()) client.send({&octet, 1});
    EXPECT_EQ(next_id(client), 9U);
}

// RFC 7766 6.2.1: one connection serves several queries.
TEST(TcpListener, ConnectionStaysOpenBetweenQueries) {
    const RunningWorker running;
    TcpClient client(running.ipv4());
    for (std::uint16_t id = 0; id < 5; ++id) {
        client.send(small_query(id).framed());
        ASSERT_EQ(next_id(client), id);
    }
}

TEST(TcpListener, ClientThatFinishedSendingGetsItsReplies) {
    const RunningWorker running;
    TcpClient client(running.ipv4());
    for (std::uint16_t id = 0; id < 10; ++id) client.send(large_query(id).framed());
    client.finish_sending();
    for (std::uint16_t id = 0; id < 10; ++id) ASSERT_EQ(next_id(client), id);
    EXPECT_TRUE(client.sees_end());
}

TEST(TcpListener, SlowReaderDoesNotBlockOthers) {
    const RunningWorker running;
    TcpClient slow(running.ipv4());
    for (std::uint16_t id = 0; id < 500; ++id) slow.send(large_query(id).framed());
    TcpClient other(running.ipv4());
    other.send(small_query(7).framed());
    EXPECT_EQ(next_id(other), 7U);
    for (std::uint16_t id = 0; id < 500; ++id) ASSERT_EQ(next_id(slow), id);
}

/// Of three connections of 127.0.0.1 two are served and the third is closed.
void expect_third_is_closed(const TcpConfig& config) {
    const RunningWorker running(config);
    TcpClient first(running.ipv4());
    TcpClient second(running.ipv4());
    first.send(small_query().framed());
    second.send(small_query().framed());
    ASSERT_TRUE(first.receive());
    ASSERT_TRUE(second.receive());
    TcpClient third(running.ipv4());
    EXPECT_TRUE(third.sees_end());
}

TEST(TcpListener, ConnectionOverTheTotalIsClosed) {
    expect_third_is_closed({.connections = 2, .connections_per_client = 10});
}

TEST(TcpListener, ConnectionOverTheClientsShareIsClosed) {
    const RunningWorker running({.connections = 10, .connections_per_client = 1});
    TcpClient first(running.ipv4());
    first.send(small_query().framed());
    ASSERT_TRUE(first.receive());
    TcpClient second(running.ipv4());
    EXPECT_TRUE(second.sees_end());
    TcpClient other(running.ipv6());
    other.send(small_query(3).framed());
    EXPECT_EQ(next_id(other), 3U);
}

TEST(TcpListener, ClosedConnectionMakesPlace) {
    const RunningWorker running({.connections = 1, .connections_per_client = 1});
    {
        TcpClient first(running.ipv4());
        first.send(small_query().framed());
        ASSERT_TRUE(first.receive());
        first.finish_sending();
        ASSERT_TRUE(first.sees_end());
    }
    // The server closes its socket just before it gives the place back.
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    std::optional<unsigned> id;
    while (!id && std::chrono::steady_clock::now() < deadline) {
        TcpClient second(running.ipv4());
        if (second.send(small_query(2).framed())) id = next_id(second);
    }
    EXPECT_EQ(id, 2U);
}

TEST(TcpListener, IdleConnectionIsClosed) {
    const RunningWorker running({.idle_timeout = 1s});
    TcpClient client(running.ipv4());
    EXPECT_TRUE(client.sees_end());
}

TEST(TcpListener, ConnectionOverThePrefixsShareIsClosed) {
    expect_third_is_closed(
        {.connections = 10, .connections_per_client = 10, .connections_per_prefix = 2});
}

// Who comes when all places are taken gets that of who was idle for longest.
TEST(TcpListener, IdleConnectionMakesPlaceForANewOne) {
    const RunningWorker running(
        {.idle_timeout = 1h, .connections = 2, .connections_per_client = 10});
    TcpClient idle(running.ipv4());
    TcpClient busy(running.ipv4());
    idle.send(small_query().framed());
    ASSERT_TRUE(idle.receive());
    std::this_thread::sleep_for(2 * ConnectionLimits::least_idle_timeout);
    busy.send(small_query(2).framed());
    ASSERT_EQ(next_id(busy), 2U);
    TcpClient third(running.ipv4());
    third.send(small_query(3).framed());
    EXPECT_EQ(next_id(third), 3U);
    EXPECT_TRUE(idle.sees_end());
    busy.send(small_query(4).framed());
    EXPECT_EQ(next_id(busy), 4U);
}

// It ends between queries, with all that was answered.
TEST(TcpListener, ConnectionEndsWithItsLifetime) {
    const RunningWorker running({.idle_timeout = 1h, .lifetime = 1s});
    TcpClient client(running.ipv4());
    std::uint16_t id = 0;
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < deadline) {
        if (!client.send(small_query(id).framed())) break;
        const auto reply = next_id(client);
        if (!reply) break;
        ASSERT_EQ(reply, id);
        ++id;
    }
    EXPECT_LT(std::chrono::steady_clock::now(), deadline);
    EXPECT_GT(id, 0);
}

// RFC 7828: who asks is told for how long it may be idle, in tenths of a second.
TEST(TcpListener, TellsForHowLongAClientMayBeIdle) {
    const RunningWorker running({.idle_timeout = 25s});
    TcpClient client(running.ipv4());
    client.send(small_query().option(11, {}).framed());
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_THAT(read_reply(*reply).value().edns.value().options.at(11), ElementsAre(0, 250));
    client.send(small_query().edns().framed());
    EXPECT_EQ(read_reply(client.receive().value()).value().edns.value().options.count(11), 0U);
    const auto datagram = UdpClient(running.ipv4()).ask(small_query().option(11, {}).octets());
    EXPECT_EQ(read_reply(datagram.value()).value().edns.value().options.count(11), 0U);
}

// Octets without a whole query are no progress.
TEST(TcpListener, ConnectionThatNeverCompletesAQueryIsClosed) {
    const RunningWorker running({.idle_timeout = 1s});
    TcpClient client(running.ipv4());
    client.send(Octets{0xFF, 0xFF, 1, 2, 3});
    EXPECT_TRUE(client.sees_end());
}

TEST(TcpListener, ConnectionIsKeptWhileItsUpdateIsBeingMade) {
    using Done = std::function<void(const UpdateResult&)>;
    std::promise<Done> begun;
    RunningWorker running({.idle_timeout = 1s}, {}, nullptr,
                          [&](const auto&, Done done) { begun.set_value(std::move(done)); });
    running.worker().adopt(std::make_shared<const Keyring>(std::vector{update_key()}));
    TcpClient client(running.ipv4());
    client.send(framed(signed_update()));
    auto update = begun.get_future();
    ASSERT_EQ(update.wait_for(5s), std::future_status::ready);
    std::this_thread::sleep_for(2500ms);
    update.get()({});
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(read_reply(*reply).value().rcode, 0U);
}

/// A listener whose loop the test runs itself.
class HandRunListener {
public:
    HandRunListener()
        : responder_(std::make_shared<const Snapshot>(std::vector<std::shared_ptr<const Zone>>()),
                     std::make_shared<const Identity>(IdentityConfig{})),
          limits_(TcpConfig{}),
          scratch_(max_message_octets) {
        const Endpoint any = any_ipv4_port();
        auto sockets = *open_sockets(io, (*claim({&any, 1}, Claim::udp_and_tcp)).front());
        listener_.emplace_back(std::move(sockets.tcp), Transport::tcp, responder_, telemetry_,
                               limits_, transfers_, updates_, scratch_, 1h);
        listener_.front().start();
    }

    [[nodiscard]] TcpListener& listener() { return listener_.front(); }

    boost::asio::io_context io;  ///< The loop.

private:
    Responder responder_;
    Telemetry telemetry_{Telemetry::Detail::counts};
    ConnectionLimits limits_;
    TransferThread transfers_{1};
    PendingUpdates updates_{io, telemetry_};
    Octets scratch_;
    std::list<TcpListener> listener_;
};

TEST(TcpListener, StopEndsTheLoop) {
    HandRunListener hand_run;
    boost::asio::post(hand_run.io, [&] { hand_run.listener().stop(); });
    hand_run.io.run_for(5s);
    EXPECT_TRUE(hand_run.io.stopped());
}

// What has expired already cannot be cancelled: its handler still runs, after stop().
TEST(TcpListener, StopEndsTheLoopThoughTheIdleTimerIsDue) {
    HandRunListener hand_run;
    boost::asio::steady_timer past_due(hand_run.io, 300ms);
    past_due.wait();  // the listener's own timer takes less; nothing runs the loop meanwhile
    boost::asio::post(hand_run.io, [&] { hand_run.listener().stop(); });
    hand_run.io.run_for(5s);
    EXPECT_TRUE(hand_run.io.stopped());
}

}  // namespace
}  // namespace arpad
