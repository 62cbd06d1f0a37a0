#include "reverse/endpoint.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace arpad {
namespace {

std::string endpoint(std::string_view text) {
    const auto read = Endpoint::from_text(text);
    return read ? read->to_text() : "none";
}

TEST(Endpoint, IsAnIpv4AddressAndAPort) {
    EXPECT_EQ(endpoint("192.0.2.53:5300"), "192.0.2.53:5300");
}

TEST(Endpoint, IsAnIpv6AddressAndAPort) {
    EXPECT_EQ(endpoint("[2001:DB8::53]:5300"), "[2001:db8::53]:5300");
}

TEST(Endpoint, HasPort53ByDefault) {
    EXPECT_EQ(endpoint("192.0.2.53"), "192.0.2.53:53");
    EXPECT_EQ(endpoint("[::]"), "[::]:53");
}

TEST(Endpoint, MayHaveAnyPort) {
    EXPECT_EQ(endpoint("192.0.2.53:0"), "192.0.2.53:0");
    EXPECT_EQ(endpoint("192.0.2.53:65535"), "192.0.2.53:65535");
}

class NoEndpoint : public testing::TestWithParam<std::string> {};

TEST_P(NoEndpoint, IsRefused) {
    EXPECT_FALSE(Endpoint::from_text(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Endpoint, NoEndpoint,
                         testing::Values("", ":", ":53", "192.0.2.53:", "192.0.2.53:65536",
                                         "192.0.2.53:-1", "192.0.2.53:5x", "192.0.2.53:53:53",
                                         "::1", "2001:db8::53:53", "[::1", "[::1]53",
                                         "[::1]:", "[]", "[]:53", "[192.0.2.53]:53", "localhost:53",
                                         "*:53", "[::1]]:53", " 192.0.2.53", "192.0.2.053:53"));
TEST(Endpoint, SaysWhatIsWrong) {
    EXPECT_EQ(Endpoint::from_text("::1").error(), EndpointError::no_brackets);
    EXPECT_EQ(Endpoint::from_text("192.0.2.53:65536").error(), EndpointError::bad_port);
    EXPECT_EQ(Endpoint::from_text("localhost:53").error(), EndpointError::bad_address);
}

}  // namespace
}  // namespace arpad
