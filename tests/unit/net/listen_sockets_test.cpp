#include "net/listen_sockets.hpp"

#include <gmock/gmock.h>

#include <boost/asio/ip/v6_only.hpp>

#include "support/loopback_client.hpp"

namespace arpad {
namespace {

using boost::asio::ip::tcp;
using boost::asio::ip::udp;
using testing::HasSubstr;

const auto loopback = boost::asio::ip::address_v4::loopback();

Endpoint claimed(const Endpoint& endpoint) {
    return (*claim({&endpoint, 1}, Claim::udp_and_tcp)).front();
}

ListenFailure failure_of(const Endpoint& endpoint) {
    return claim({&endpoint, 1}, Claim::udp_and_tcp).error();
}

TEST(Claim, PortZeroBecomesAFreePort) {
    EXPECT_NE(claimed(any_ipv4_port()).port, 0);
    EXPECT_NE(claimed(any_ipv6_port()).port, 0);
}

TEST(Claim, KeepsTheOrder) {
    const std::vector<Endpoint> endpoints{any_ipv6_port(), any_ipv4_port()};
    const auto result = *claim(endpoints, Claim::udp_and_tcp);
    ASSERT_EQ(result.size(), 2U);
    EXPECT_EQ(result[0].address, endpoints[0].address);
    EXPECT_EQ(result[1].address, endpoints[1].address);
}

TEST(Claim, LeavesThePortFree) {
    const Endpoint endpoint = claimed(any_ipv4_port());
    EXPECT_EQ(claimed(endpoint), endpoint);
}

TEST(Claim, NoticesAnotherServerOnUdp) {
    boost::asio::io_context io;
    const udp::socket other(io, udp::endpoint(loopback, 0));
    const Endpoint taken{any_ipv4_port().address, other.local_endpoint().port()};
    EXPECT_EQ(failure_of(taken).error, boost::system::errc::address_in_use);
    EXPECT_EQ(failure_of(taken).endpoint, taken);
}

TEST(Claim, NoticesAnotherServerOnTcp) {
    boost::asio::io_context io;
    const tcp::acceptor other(io, tcp::endpoint(loopback, 0));
    const Endpoint taken{any_ipv4_port().address, other.local_endpoint().port()};
    EXPECT_EQ(failure_of(taken).error, boost::system::errc::address_in_use);
}

TEST(Claim, NoticesAnotherServerThatSharesItsPort) {
    boost::asio::io_context io;
    const Endpoint endpoint = claimed(any_ipv4_port());
    const auto other = open_sockets(io, endpoint);
    ASSERT_TRUE(other);
    EXPECT_EQ(failure_of(endpoint).error, boost::system::errc::address_in_use);
}

TEST(Claim, NoticesAnAddressOfAnotherMachine) {
    const Endpoint foreign{Address::from_text("192.0.2.1").value(), 0};
    EXPECT_EQ(failure_of(foreign).error, boost::system::errc::address_not_available);
}

TEST(OpenSockets, SeveralWorkersShareAPort) {
    boost::asio::io_context io;
    for (const Endpoint& any : {any_ipv4_port(), any_ipv6_port()}) {
        const Endpoint endpoint = claimed(any);
        const auto first = open_sockets(io, endpoint);
        const auto second = open_sockets(io, endpoint);
        EXPECT_TRUE(first) << endpoint.to_text();
        EXPECT_TRUE(second) << endpoint.to_text();
    }
}

TEST(OpenSockets, BothTransportsHaveTheEndpoint) {
    boost::asio::io_context io;
    const Endpoint endpoint = claimed(any_ipv4_port());
    const auto sockets = open_sockets(io, endpoint);
    ASSERT_TRUE(sockets);
    EXPECT_EQ(sockets->udp.local_endpoint(), udp::endpoint(loopback, endpoint.port));
    EXPECT_EQ(sockets->tcp.local_endpoint(), tcp::endpoint(loopback, endpoint.port));
    EXPECT_TRUE(sockets->udp.non_blocking());
}

TEST(OpenSockets, Ipv6WildcardLeavesIpv4Alone) {
    boost::asio::io_context io;
    const Endpoint wildcard = claimed({Address(Family::ipv6, 0), 0});
    const auto ipv6 = open_sockets(io, wildcard);
    ASSERT_TRUE(ipv6);
    boost::asio::ip::v6_only only;
    ipv6->udp.get_option(only);
    EXPECT_TRUE(only.value());
    ipv6->tcp.get_option(only);
    EXPECT_TRUE(only.value());
}

TEST(OpenSockets, TakenPortIsAFailure) {
    boost::asio::io_context io;
    const udp::socket other(io, udp::endpoint(loopback, 0));
    const Endpoint taken{any_ipv4_port().address, other.local_endpoint().port()};
    const auto sockets = open_sockets(io, taken);
    ASSERT_FALSE(sockets);
    EXPECT_EQ(sockets.error().error, boost::system::errc::address_in_use);
}

std::string text_for(boost::system::errc::errc_t error) {
    const ListenFailure failure{{Address::from_text("127.0.0.1").value(), 53},
                                make_error_code(error)};
    return failure.to_text();
}

TEST(ListenFailure, TextNamesTheEndpoint) {
    EXPECT_THAT(text_for(boost::system::errc::address_in_use), HasSubstr("127.0.0.1:53"));
}

TEST(ListenFailure, TextSaysWhatToDo) {
    EXPECT_THAT(text_for(boost::system::errc::address_in_use), HasSubstr("sport = :53"));
    EXPECT_THAT(text_for(boost::system::errc::permission_denied),
                HasSubstr("CAP_NET_BIND_SERVICE"));
    EXPECT_THAT(text_for(boost::system::errc::address_not_available), HasSubstr("ip address"));
    EXPECT_THAT(text_for(boost::system::errc::too_many_files_open), HasSubstr("listen"));
}

TEST(ReceiveOctets, AreWhatTheSocketWasGiven) {
    boost::asio::io_context io;
    udp::socket socket(io, udp::endpoint(loopback, 0));
    socket.set_option(boost::asio::socket_base::receive_buffer_size(64 << 10));
    EXPECT_EQ(receive_octets(socket), 64 << 10);
    socket.close();
    EXPECT_EQ(receive_octets(socket), 0);
}

}  // namespace
}  // namespace arpad
