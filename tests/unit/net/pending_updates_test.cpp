#include "net/pending_updates.hpp"

#include <gmock/gmock.h>

#include <future>
#include <semaphore>

#include "support/reply_text.hpp"
#include "unit/net/running_worker.hpp"
#include "unit/net/signed_update.hpp"

namespace arpad {
namespace {

using namespace std::chrono_literals;

TEST(PendingUpdates, WhatComesWhileTooManyWaitIsCountedAndFails) {
    std::counting_semaphore<> handed_over(0);
    RunningWorker running({}, {}, nullptr,
                          [&](const auto&, const auto&) { handed_over.release(); });
    running.worker().adopt(std::make_shared<const Keyring>(std::vector{update_key()}));
    UdpClient client(running.ipv4());
    const Octets update = signed_update();
    for (int i = 0; i < 1024; ++i) {
        client.send(update);
        ASSERT_TRUE(handed_over.try_acquire_for(5s)) << i;
    }

    client.send(update);
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(read_reply(*reply).value().rcode, static_cast<unsigned>(Rcode::serv_fail));
    EXPECT_FALSE(handed_over.try_acquire());
    std::promise<TelemetryReport> report;
    running.worker().report([&](TelemetryReport each) { report.set_value(std::move(each)); });
    TelemetryReport of_all;
    of_all.add(report.get_future().get());
    EXPECT_EQ(of_all.updates_turned_away, 1U);
}

}  // namespace
}  // namespace arpad
