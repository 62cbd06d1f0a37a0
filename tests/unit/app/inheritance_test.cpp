#include "app/inheritance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace arpad {
namespace {

using testing::HasSubstr;

Endpoint endpoint(const std::string& text) {
    return *Endpoint::from_text(text);
}

Descriptor make_socket() {
    return Descriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

/// What tells a socket from others, whatever the descriptor.
ino_t identity(const Descriptor& socket) {
    struct stat status {};
    return ::fstat(socket.number(), &status) == 0 ? status.st_ino : 0;
}

/// The sockets of `workers` workers at `where`.
Inheritance inheritance_of(std::size_t workers, const std::string& where) {
    Inheritance inheritance;
    for (std::size_t i = 0; i < workers; ++i) {
        inheritance.sockets.push_back({endpoint(where), make_socket(), make_socket()});
    }
    return inheritance;
}

/// The UDP sockets that each of `workers` gets, by their place in `inheritance`.
std::vector<std::vector<std::size_t>> spread(const Inheritance& inheritance, std::size_t workers,
                                             const std::string& where) {
    std::vector<std::vector<std::size_t>> all;
    for (std::size_t worker = 0; worker < workers; ++worker) {
        auto& places = all.emplace_back();
        for (const SharedSockets& got : inheritance.part_of(worker, workers, endpoint(where))) {
            for (std::size_t i = 0; i < inheritance.sockets.size(); ++i) {
                if (identity(inheritance.sockets[i].udp) == identity(got.udp)) places.push_back(i);
            }
        }
    }
    return all;
}

using Places = std::vector<std::vector<std::size_t>>;

TEST(Inheritance, EachWorkerGetsItsOwnSocket) {
    EXPECT_EQ(spread(inheritance_of(2, "192.0.2.1:53"), 2, "192.0.2.1:53"), (Places{{0}, {1}}));
}

TEST(Inheritance, FewerWorkersGetAllSockets) {
    EXPECT_EQ(spread(inheritance_of(5, "192.0.2.1:53"), 2, "192.0.2.1:53"),
              (Places{{0, 2, 4}, {1, 3}}));
}

TEST(Inheritance, MoreWorkersShareSockets) {
    EXPECT_EQ(spread(inheritance_of(2, "192.0.2.1:53"), 5, "192.0.2.1:53"),
              (Places{{0}, {1}, {0}, {1}, {0}}));
}

TEST(Inheritance, OtherEndpointsAreNotLeft) {
    EXPECT_EQ(spread(inheritance_of(2, "192.0.2.1:53"), 2, "192.0.2.2:53"), (Places{{}, {}}));
}

TEST(Inheritance, AnyPortIsTheOneThatIsListenedOn) {
    const Inheritance inheritance = inheritance_of(1, "192.0.2.1:5300");
    EXPECT_EQ(inheritance.find(endpoint("192.0.2.1:0")), endpoint("192.0.2.1:5300"));
    EXPECT_EQ(inheritance.find(endpoint("192.0.2.1:5300")), endpoint("192.0.2.1:5300"));
    EXPECT_EQ(inheritance.find(endpoint("192.0.2.1:53")), std::nullopt);
    EXPECT_EQ(inheritance.find(endpoint("192.0.2.2:0")), std::nullopt);
}

/// What arrives of `sent`.
Result<Inheritance, std::string> transmit(const Inheritance& sent) {
    auto ends = *DescriptorChannel::make();
    EXPECT_EQ(send_inheritance(ends.first, sent), std::nullopt);
    DescriptorChannel far(std::move(ends.second));
    return receive_inheritance(far);
}

TEST(Inheritance, AllOfItArrives) {
    Inheritance sent = inheritance_of(3, "[2001:db8::53]:53");
    sent.state_lock = make_socket();
    sent.metrics = SharedAcceptor{endpoint("127.0.0.1:9153"), make_socket()};
    const auto received = transmit(sent);
    ASSERT_TRUE(received) << received.error();
    EXPECT_EQ(identity(received->state_lock), identity(sent.state_lock));
    ASSERT_TRUE(received->metrics);
    EXPECT_EQ(received->metrics->endpoint, sent.metrics->endpoint);
    EXPECT_EQ(identity(received->metrics->socket), identity(sent.metrics->socket));
    ASSERT_EQ(received->sockets.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(received->sockets[i].endpoint, endpoint("[2001:db8::53]:53"));
        EXPECT_EQ(identity(received->sockets[i].udp), identity(sent.sockets[i].udp));
        EXPECT_EQ(identity(received->sockets[i].tcp), identity(sent.sockets[i].tcp));
    }
}

TEST(Inheritance, LockAndMetricsMayBeMissing) {
    const auto received = transmit(inheritance_of(1, "192.0.2.1:53"));
    ASSERT_TRUE(received) << received.error();
    EXPECT_FALSE(received->state_lock.is_open());
    EXPECT_FALSE(received->metrics);
}

/// What is said of `messages`, and the end.
std::string error_of(const std::vector<std::string>& messages) {
    auto ends = *DescriptorChannel::make();
    for (const std::string& message : messages) EXPECT_FALSE(ends.first.send(message));
    { const DescriptorChannel closed = std::move(ends.first); }
    DescriptorChannel far(std::move(ends.second));
    const auto received = receive_inheritance(far);
    return received ? "no error" : received.error();
}

TEST(Inheritance, WhatIsNotUnderstoodIsRefused) {
    EXPECT_THAT(error_of({}), HasSubstr("does not send"));
    EXPECT_THAT(error_of({"arpad inheritance 2"}), HasSubstr("of a version"));
    EXPECT_THAT(error_of({"arpad inheritance 1"}), HasSubstr("not sent everything"));
    EXPECT_THAT(error_of({"arpad inheritance 1", "state"}), HasSubstr("not understood: state"));
    EXPECT_THAT(error_of({"arpad inheritance 1", "sockets nowhere"}), HasSubstr("not understood"));
}

}  // namespace
}  // namespace arpad
