#include "control/propagation_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <vector>

#include "support/udp_peer.hpp"
#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

std::shared_ptr<const Zone> zone_with(const std::string& apex, std::uint32_t serial,
                                      const char* nameserver = "ns.example.") {
    const auto zone = zone_at(apex).ns("@", nameserver).build();
    return zone->with_addresses(zone->addresses(), Serial{serial});
}

/// A nameserver of all zones, which says what it has or nothing.
class Nameserver {
public:
    explicit Nameserver(boost::asio::io_context& io)
        : peer_(io, [this](const auto& sender, auto message) {
              ++questions;
              if (serial) reply(sender, std::move(message));
          }) {}

    [[nodiscard]] Endpoint endpoint() const { return peer_.endpoint(); }

    std::optional<std::uint8_t> serial;
    unsigned questions = 0;

private:
    void reply(const test::UdpPeer::Sender& sender, std::vector<std::uint8_t> message) {
        message[2] |= 0x84U;  // QR, AA
        message[7] = 1;       // answers
        const std::vector<std::uint8_t> soa{0xC0, 12, 0, 6, 0, 1, 0, 0, 0, 0, 0, 22, 0, 0};
        message.insert(message.end(), soa.begin(), soa.end());
        const std::vector<std::uint8_t> numbers{0, 0, 0, *serial, 0, 0, 0, 1, 0, 0,
                                                0, 1, 0, 0,       0, 1, 0, 0, 0, 1};
        message.insert(message.end(), numbers.begin(), numbers.end());
        peer_.send(sender, message);
    }

    test::UdpPeer peer_;
};

class PropagationWatchTest : public testing::Test {
protected:
    void watch() { watch_.emplace(io_, config_, lookup_.emplace(io_, config_.resolvers)); }

    void announce(const std::vector<std::shared_ptr<const Zone>>& zones) {
        watch_->announce(zones, std::chrono::system_clock::now());
    }

    bool run_until(const std::function<bool()>& is_reached, milliseconds patience = seconds(20)) {
        return test::run_until(io_, is_reached, patience);
    }

    [[nodiscard]] std::vector<std::string> nameservers(const std::string& apex) const {
        std::vector<std::string> names;
        for (const auto& seen : watch_->sightings(test::name(apex), Serial{1})) {
            names.push_back(seen.nameserver);
        }
        return names;
    }

    boost::asio::io_context io_;
    WebConfig config_;
    Nameserver nameserver_{io_};
    std::optional<ForwardLookup> lookup_;
    std::optional<PropagationWatch> watch_;
};

TEST_F(PropagationWatchTest, SeesWhatANameserverHas) {
    config_.nameservers.push_back({test::name("ns1.example"), nameserver_.endpoint()});
    watch();
    announce({zone_with("one.example", 5)});
    nameserver_.serial = 4;
    ASSERT_TRUE(run_until([&] { return nameserver_.questions >= 2; }));
    EXPECT_FALSE(watch_->sightings(test::name("one.example"), Serial{5}).front().since);
    nameserver_.serial = 5;
    EXPECT_TRUE(run_until([&] {
        return watch_->sightings(test::name("one.example"), Serial{5}).front().since.has_value();
    }));
    EXPECT_EQ(watch_->times().total, 1U);
    EXPECT_THAT(nameservers("one.example"), ElementsAre("ns1.example"));
}

TEST_F(PropagationWatchTest, AsksAboutSoManyZonesAtATime) {
    config_.nameservers.push_back({test::name("ns1.example"), nameserver_.endpoint()});
    watch();
    std::vector<std::shared_ptr<const Zone>> zones;
    for (int i = 0; i < 500; ++i) zones.push_back(zone_with(std::to_string(i) + ".example", 5));
    announce(zones);
    constexpr unsigned most = DnsClient::max_open / 2;
    const auto end = std::chrono::steady_clock::now() + milliseconds(1500);
    ASSERT_TRUE(run_until([&] { return nameserver_.questions >= most; }));
    (void)run_until([] { return false; }, milliseconds(200));
    // Later on some have been given up, and others asked.
    if (std::chrono::steady_clock::now() < end) {
        EXPECT_EQ(nameserver_.questions, most);
    }
    nameserver_.serial = 5;
    EXPECT_TRUE(run_until([&] { return watch_->times().total == zones.size(); }));
}

TEST_F(PropagationWatchTest, DoesNotHaveOthersWaitForOneThatIsSilent) {
    Nameserver silent(io_);
    config_.nameservers.push_back({test::name("ns1.example"), silent.endpoint()});
    config_.nameservers.push_back({test::name("ns2.example"), nameserver_.endpoint()});
    nameserver_.serial = 5;
    watch();
    std::vector<std::shared_ptr<const Zone>> zones;
    for (int i = 0; i < 1000; ++i) zones.push_back(zone_with(std::to_string(i) + ".example", 5));
    announce(zones);
    // Were the silent one asked like the other, it would hold them up for 20 s.
    EXPECT_TRUE(run_until([&] { return watch_->times().total == zones.size(); }));
    EXPECT_LE(silent.questions, 2 * DnsClient::max_open);
}

TEST_F(PropagationWatchTest, LearnsOfOtherNameservers) {
    config_.resolvers.push_back(nameserver_.endpoint());  // says nothing
    watch();
    announce({zone_with("one.example", 1, "ns1.example.")});
    EXPECT_THAT(nameservers("one.example"), ElementsAre("ns1.example"));
    announce({zone_with("one.example", 2, "ns2.example.")});
    EXPECT_THAT(nameservers("one.example"), ElementsAre("ns2.example"));
}

}  // namespace
}  // namespace arpad
