#include "load/related_networks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

NetworkKey key(std::string_view prefix, std::string_view zone = {}) {
    NetworkKey made;
    if (!prefix.empty()) made.network = test::prefix(prefix);
    if (!zone.empty()) made.zone = test::name(zone);
    return made;
}

std::set<std::string> find(const RelatedNetworks& networks, const NetworkKey& wanted) {
    return networks.find({&wanted, 1});
}

TEST(RelatedNetworks, NeighboursDoNotConcernEachOther) {
    RelatedNetworks networks;
    networks.add("a", key("192.0.2.0/24"));
    networks.add("b", key("192.0.3.0/24"));
    networks.add("six", key("2001:db8::/32"));
    EXPECT_THAT(find(networks, key("192.0.2.0/24")), ElementsAre("a"));
    EXPECT_THAT(find(networks, key("192.0.4.0/24")), IsEmpty());
    EXPECT_THAT(find(networks, key("2001:db8:1::/48")), ElementsAre("six"));
}

TEST(RelatedNetworks, NestedOnesDoByWayOfOthers) {
    RelatedNetworks networks;
    networks.add("outer", key("10.0.0.0/8"));
    networks.add("left", key("10.1.0.0/16"));
    networks.add("right", key("10.2.0.0/16"));
    networks.add("other", key("11.0.0.0/8"));
    EXPECT_THAT(find(networks, key("10.1.2.0/24")), ElementsAre("left", "outer", "right"));
}

TEST(RelatedNetworks, UnalignedPrefixesAreTheirPieces) {
    RelatedNetworks networks;
    networks.add("a", key("10.0.0.0/22"));
    EXPECT_THAT(find(networks, key("10.0.3.0/24")), ElementsAre("a"));
    EXPECT_THAT(find(networks, key("10.0.4.0/24")), IsEmpty());
}

TEST(RelatedNetworks, PartsOfOneLastOctetBelongTogether) {
    RelatedNetworks networks;
    networks.add("a", key("192.0.2.0/26"));
    networks.add("b", key("192.0.2.64/26"));
    EXPECT_THAT(find(networks, key("192.0.2.64/26")), ElementsAre("a", "b"));
}

TEST(RelatedNetworks, NamesOfZonesCountToo) {
    RelatedNetworks networks;
    networks.add("named", key("192.0.2.0/26", "customers.example."));
    networks.add("below", key("", "x.customers.example."));
    networks.add("cut", key("198.51.100.0/28", "0/28.100.51.198.in-addr.arpa."));
    EXPECT_THAT(find(networks, key("192.0.2.0/24")), ElementsAre("below", "named"));
    EXPECT_THAT(find(networks, key("198.51.100.0/24")), ElementsAre("cut"));
}

TEST(RelatedNetworks, RemovedOnesAreForgotten) {
    RelatedNetworks networks;
    networks.add("a", key("192.0.2.0/24"));
    networks.add("b", key("192.0.2.0/24"));
    networks.remove("a");
    networks.remove("a");
    EXPECT_THAT(find(networks, key("192.0.2.0/24")), ElementsAre("b"));
}

}  // namespace
}  // namespace arpad
