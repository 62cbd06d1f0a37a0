#include "net/worker.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "support/reply_text.hpp"
#include "unit/net/running_worker.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

QueryMaker small_query(std::uint16_t id = 1) {
    return ask("7.2.0.192.in-addr.arpa", RrType::ptr).id(id);
}

QueryMaker large_query(std::uint16_t id = 1) {
    return ask("8.2.0.192.in-addr.arpa", RrType::ptr).id(id);
}

void drop(const std::shared_ptr<const Snapshot>& retired) {
    (void)retired;
}

/// Whether another thread sets `flag` before long.
bool comes_true(const std::atomic<bool>& flag) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!flag && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    return flag;
}

TEST(Worker, ServesNoZonesBeforeItAdoptsSome) {
    ConnectionLimits limits(TcpConfig{});
    TransferThread transfers(1);
    const Endpoint any = any_ipv4_port();
    const auto endpoints = *claim({&any, 1}, Claim::udp_and_tcp);
    Worker worker(std::make_shared<const Identity>(IdentityConfig{}), UdpConfig{}, TcpConfig{},
                  Telemetry::Detail::counts, {limits, nullptr, transfers});
    ASSERT_FALSE(worker.listen(endpoints.front()));
    worker.start();
    const auto reply = UdpClient(endpoints.front()).ask(small_query().octets());
    worker.stop(1s);
    worker.join();
    ASSERT_TRUE(reply);
    EXPECT_EQ(read_reply(*reply).value().rcode, 5U);
}

TEST(Worker, ListenReportsATakenPort) {
    ConnectionLimits limits(TcpConfig{});
    TransferThread transfers(1);
    boost::asio::io_context io;
    const boost::asio::ip::udp::socket other(
        io, boost::asio::ip::udp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    const Endpoint taken{any_ipv4_port().address, other.local_endpoint().port()};
    Worker worker(std::make_shared<const Identity>(IdentityConfig{}), UdpConfig{}, TcpConfig{},
                  Telemetry::Detail::counts, {limits, nullptr, transfers});
    const auto failure = worker.listen(taken);
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->error, boost::system::errc::address_in_use);
}

TEST(Worker, AnswersFromTheAdoptedSnapshot) {
    RunningWorker running;
    std::atomic<bool> is_adopted{false};
    running.worker().adopt(snapshot_with("new.example."), [&](const auto&) { is_adopted = true; });
    EXPECT_TRUE(comes_true(is_adopted));
    const auto reply = UdpClient(running.ipv4()).ask(small_query().octets());
    ASSERT_TRUE(reply);
    EXPECT_THAT(read_reply(*reply).value().answer, ElementsAre(HasSubstr("new.example.")));
}

TEST(Worker, GivesTheSnapshotBeforeToRetire) {
    RunningWorker running;
    const auto first = snapshot_with("first.example.");
    std::shared_ptr<const Snapshot> retired;
    running.worker().adopt(first, drop);
    running.worker().adopt(snapshot_with("second.example."),
                           [&](const auto& snapshot) { retired = snapshot; });
    running.stop();
    EXPECT_EQ(retired, first);
}

// Old ones are freed by the thread that publishes, while the worker answers from the new one.
TEST(Worker, AdoptsWhileClientsAsk) {
    RunningWorker running;
    std::atomic<bool> is_done{false};
    std::atomic<unsigned> wrong{0};
    std::atomic<unsigned> answered{0};
    const auto ask_on = [&](const Endpoint& endpoint) {
        UdpClient client(endpoint);
        TcpClient stream(endpoint);
        while (!is_done) {
            const auto datagram = client.ask(small_query().octets());
            stream.send(small_query().framed());
            const auto message = stream.receive();
            if (!datagram || !message || read_reply(*datagram).value().answer.size() != 1 ||
                read_reply(*message).value().answer.size() != 1) {
                ++wrong;
            }
            ++answered;
        }
    };
    std::thread ipv4(ask_on, running.ipv4());
    std::thread ipv6(ask_on, running.ipv6());
    for (int i = 0; i < 50; ++i) {
        std::atomic<bool> is_adopted{false};
        std::shared_ptr<const Snapshot> retired;
        running.worker().adopt(snapshot_with("b.example."), [&](const auto& snapshot) {
            retired = snapshot;
            is_adopted = true;
        });
        while (!is_adopted) std::this_thread::yield();
    }
    while (answered < 2) std::this_thread::yield();
    is_done = true;
    ipv4.join();
    ipv6.join();
    EXPECT_EQ(wrong, 0U);
}

/// A zone of 20,000 names that anybody may transfer, all of them called like `target`.
std::shared_ptr<const Snapshot> transferable(std::string_view target) {
    ZoneMaker maker = zone_for("192.0.0.0/16");
    TransferPolicy policy;
    policy.allow.push_back({Prefix(Address(Family::ipv4, 0), 0), std::nullopt});
    maker.transfer(policy);
    for (int i = 0; i < 20'000; ++i) {
        maker.ptr(std::to_string(i % 250) + "." + std::to_string(i / 250),
                  std::to_string(i) + "." + std::string(target));
    }
    return std::make_shared<const Snapshot>(
        std::vector<std::shared_ptr<const Zone>>{maker.build()});
}

// Their messages are made by another thread than the one that sends them.
TEST(Worker, TransfersZonesWhileOthersAreAdopted) {
    RunningWorker running;
    const auto one = transferable("one.example.");
    const auto two = transferable("two.example.");
    running.worker().adopt(one, [](const auto&) {});
    const Octets query = ask("0.192.in-addr.arpa", RrType::axfr).framed();
    std::vector<std::thread> clients;
    for (int client = 0; client < 4; ++client) {
        clients.emplace_back([&] {
            TcpClient tcp(running.ipv4());
            EXPECT_TRUE(tcp.send(query));
            std::size_t records = 0;
            while (records < 20'000 + 3) {
                const auto message = tcp.receive();
                ASSERT_TRUE(message);
                records += static_cast<std::size_t>((*message)[6] << 8U | (*message)[7]);
            }
            EXPECT_EQ(records, 20'000U + 3);  // the SOA twice, and NS
        });
    }
    for (int i = 0; i < 20; ++i) {
        running.worker().adopt(i % 2 == 0 ? two : one, [](const auto&) {});
        EXPECT_TRUE(
            UdpClient(running.ipv4()).ask(ask("7.0.0.192.in-addr.arpa", RrType::ptr).octets()));
    }
    for (std::thread& client : clients) client.join();
}

TEST(Worker, CountsWhatItHasAnswered) {
    RunningWorker running;
    TcpClient client(running.ipv4());
    client.send(small_query().framed());
    ASSERT_TRUE(client.receive());
    client.send(ask("example", RrType::ptr).framed());
    ASSERT_TRUE(client.receive());
    running.stop();
    running.worker().report([](const TelemetryReport& report) {
        const Traffic::Channel total = report.traffic.total();
        EXPECT_EQ(total.by_rcode[0], 1U);
        EXPECT_EQ(total.by_rcode[5], 1U);
    });
}

TEST(Worker, AnotherAnswersFromItsSockets) {
    RunningWorker running;
    auto shared = running.worker().share_sockets();
    ASSERT_EQ(shared.size(), 2U);
    ConnectionLimits limits(TcpConfig{});
    TransferThread transfers(1);
    Worker other(std::make_shared<const Identity>(IdentityConfig{}), UdpConfig{}, TcpConfig{},
                 Telemetry::Detail::counts, {limits, nullptr, transfers});
    for (SharedSockets& sockets : shared) ASSERT_FALSE(other.listen(std::move(sockets)));
    other.adopt(snapshot_with("other.example."), drop);
    running.stop();
    // Asked while nobody reads: it waits in the socket.
    UdpClient early(running.ipv4());
    early.send(small_query().octets());
    other.start();
    const auto early_reply = early.receive();
    const auto reply = UdpClient(running.ipv6()).ask(small_query().octets());
    TcpClient stream(running.ipv4());
    stream.send(small_query().framed());
    const auto message = stream.receive();
    other.stop(1s);
    other.join();
    ASSERT_TRUE(early_reply && reply && message);
    for (const auto& octets : {*early_reply, *reply, *message}) {
        EXPECT_THAT(read_reply(octets).value().answer, ElementsAre(HasSubstr("other.example.")));
    }
}

TEST(Worker, ReleaseWaitsForConnections) {
    RunningWorker running;
    TcpClient client(running.ipv4());
    client.send(small_query().framed());
    ASSERT_TRUE(client.receive());
    std::atomic<bool> is_released{false};
    running.worker().release(60s, [&] { is_released = true; });
    client.send(small_query(2).framed());
    EXPECT_TRUE(client.receive());
    EXPECT_FALSE(is_released);
    client.finish_sending();
    EXPECT_TRUE(comes_true(is_released));
}

TEST(Worker, ReleaseDoesNotWaitForLongerThanItIsTold) {
    RunningWorker running;
    TcpClient client(running.ipv4());
    client.send(small_query().framed());
    ASSERT_TRUE(client.receive());
    std::atomic<bool> is_released{false};
    running.worker().release(20ms, [&] { is_released = true; });
    EXPECT_TRUE(comes_true(is_released));
}

TEST(Worker, StopsAfterRelease) {
    RunningWorker running;
    TcpClient client(running.ipv4());
    client.send(small_query().framed());
    ASSERT_TRUE(client.receive());
    running.worker().release(60s, [] {});
    EXPECT_LT(running.stop(100ms), 30s);
}

TEST(Worker, StopsAtOnceWithoutClients) {
    RunningWorker running;
    EXPECT_LT(running.stop(60s), 30s);
}

TEST(Worker, StopClosesIdleConnections) {
    RunningWorker running;
    TcpClient client(running.ipv4());
    client.send(small_query().framed());
    ASSERT_TRUE(client.receive());
    EXPECT_LT(running.stop(60s), 30s);
    EXPECT_TRUE(client.sees_end());
}

TEST(Worker, StopSendsWhatIsAnswered) {
    RunningWorker running;
    TcpClient client(running.ipv4());
    constexpr std::uint16_t queries = 3;  // more than the system's buffers need not hold
    Octets all;
    for (std::uint16_t id = 0; id < queries; ++id) {
        const Octets query = large_query(id).framed();
        all.insert(all.end(), query.begin(), query.end());
    }
    client.send(all);
    ASSERT_TRUE(client.receive());
    running.worker().stop(10s);
    for (std::uint16_t id = 1; id < queries; ++id) {
        const auto reply = client.receive();
        ASSERT_TRUE(reply) << id;
        EXPECT_EQ(read_reply(*reply).value().id, id);
    }
    EXPECT_TRUE(client.sees_end());
}

TEST(Worker, StopCutsAClientThatDoesNotRead) {
    RunningWorker running;
    TcpClient client(running.ipv4());
    for (std::uint16_t id = 0; id < 500; ++id) client.send(large_query(id).framed());
    ASSERT_TRUE(client.receive());
    EXPECT_LT(running.stop(200ms), 30s);
}

TEST(Worker, StopAnswersDatagramsThatHaveArrived) {
    RunningWorker running;
    UdpClient client(running.ipv4());
    for (std::uint16_t id = 0; id < 50; ++id) client.send(small_query(id).octets());
    running.stop();
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(client.receive()) << i;
}

TEST(Worker, PortIsFreeAfterItIsGone) {
    Endpoint endpoint;
    {
        RunningWorker running;
        endpoint = running.ipv4();
        TcpClient client(endpoint);
        client.send(small_query().framed());
        ASSERT_TRUE(client.receive());
    }
    EXPECT_TRUE(claim({&endpoint, 1}, Claim::udp_and_tcp));
}

}  // namespace
}  // namespace arpad
