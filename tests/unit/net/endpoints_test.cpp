#include "net/endpoints.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <boost/asio/ip/udp.hpp>
#include <cstring>

namespace arpad {
namespace {

TEST(Endpoints, AddressesComeBackFromAsio) {
    for (const char* text : {"0.0.0.0", "192.0.2.7", "255.255.255.255", "::", "2001:db8::1:2"}) {
        const Address address = *Address::from_text(text);
        EXPECT_EQ(to_asio(address).to_string(), text);
        EXPECT_EQ(from_asio(to_asio(address)), address);
    }
}

TEST(Endpoints, PeerIsReadFromWhatTheSystemGives) {
    for (const char* text : {"192.0.2.7", "2001:db8::1:2"}) {
        const Address address = *Address::from_text(text);
        const boost::asio::ip::udp::endpoint endpoint(to_asio(address), 5353);
        sockaddr_storage storage{};
        std::memcpy(&storage, endpoint.data(), endpoint.size());
        const Endpoint peer = endpoint_of(storage);
        EXPECT_EQ(peer.address, address);
        EXPECT_EQ(peer.port, 5353U);
    }
}

}  // namespace
}  // namespace arpad
