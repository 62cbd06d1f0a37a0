#include "answer/telemetry.hpp"

#include <gmock/gmock.h>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::SizeIs;

/// A responder, what it tells of, and clients.
class TelemetryTest : public testing::Test {
protected:
    TelemetryTest() { telemetry_.expect(server_.responder().snapshot()); }

    void ask_for(const QueryMaker& query, const char* client = "198.51.100.1") {
        const Octets message = query.octets();
        Octets buffer(max_udp_octets);
        const Outcome outcome = server_.responder().respond({message, Transport::udp}, buffer);
        telemetry_.count(outcome, Transport::udp, Family::ipv4);
        telemetry_.look_at({message, outcome, Transport::udp, {*Address::from_text(client), 5300}});
    }

    void ask_for(const char* name, RrType type = RrType::ptr, const char* client = "198.51.100.1") {
        ask_for(ask(name, type), client);
    }

    TestResponder server_{{zone_for("192.0.2.0/24")
                               .ptr("7", "a.example.")
                               .ns("9", "ns.example.")
                               .record("8 TXT text")
                               .build(),
                           zone_for("2001:db8::/32").build()}};
    Telemetry telemetry_{Telemetry::Detail::all};
};

TEST_F(TelemetryTest, CountsByZone) {
    ask_for("7.2.0.192.in-addr.arpa");
    ask_for("6.2.0.192.in-addr.arpa");
    ask_for("example");
    const TelemetryReport report = telemetry_.report();
    ASSERT_THAT(report.zones, SizeIs(1));
    const auto& [zone, traffic] = *report.zones.begin();
    EXPECT_EQ(zone, hash_of(*Name::from_text("2.0.192.in-addr.arpa")));
    EXPECT_EQ(traffic.replies, 2U);
    EXPECT_EQ(traffic.absent, 1U);
}

TEST_F(TelemetryTest, ZonesThatWereNotExpectedAreNotCounted) {
    Telemetry unprepared(Telemetry::Detail::all);
    const auto zone = Zone::make_unavailable(*Name::from_text("example"));
    unprepared.count({.kind = Outcome::Kind::answer, .zone = zone.get()}, Transport::udp,
                     Family::ipv4);
    EXPECT_TRUE(unprepared.report().zones.empty());
}

TEST_F(TelemetryTest, WatchesAddressesWithoutAPtrAndWhoAsks) {
    ask_for("6.2.0.192.in-addr.arpa", RrType::ptr, "198.51.100.1");
    ask_for("8.2.0.192.in-addr.arpa", RrType::ptr, "198.51.100.2");
    ask_for("8.2.0.192.in-addr.arpa", RrType::ptr, "198.51.100.2");
    ask_for(ask("8.2.0.192.in-addr.arpa", RrType::ptr).option(3, {}), "198.51.100.2");
    const TelemetryReport report = telemetry_.report();
    ASSERT_THAT(report.missing, SizeIs(2));
    EXPECT_EQ(report.missing[0].key.to_text(), "192.0.2.8");
    EXPECT_EQ(report.missing[0].count, 3U);
    ASSERT_THAT(report.missing_clients, SizeIs(2));
    EXPECT_EQ(report.missing_clients[0].key.to_text(), "198.51.100.2");
}

TEST_F(TelemetryTest, WhatElseIsAskedIsNoMissingName) {
    ask_for("7.2.0.192.in-addr.arpa");               // has a name
    ask_for("6.2.0.192.in-addr.arpa", RrType::txt);  // asks for something else
    ask_for("9.2.0.192.in-addr.arpa");               // is delegated
    ask_for("6.3.0.192.in-addr.arpa");               // is not ours
    ask_for("x.6.2.0.192.in-addr.arpa");             // is no address
    ask_for("2.0.192.in-addr.arpa");                 // likewise
    EXPECT_TRUE(telemetry_.report().missing.empty());
    EXPECT_TRUE(telemetry_.report().missing_clients.empty());
}

TEST_F(TelemetryTest, LooksOnlyWhereThatIsOfUse) {
    Telemetry counting(Telemetry::Detail::counts);
    EXPECT_FALSE(counting.is_looking());
    EXPECT_FALSE(counting.is_timing());
    counting.log_to(std::make_shared<QueryLogQueue>(QueryLogConfig{}));
    EXPECT_TRUE(counting.is_looking());
    counting.log_to(nullptr);
    EXPECT_FALSE(counting.is_looking());
}

TEST_F(TelemetryTest, ReportsAddUp) {
    ask_for("6.2.0.192.in-addr.arpa");
    TelemetryReport sum = telemetry_.report();
    ask_for("5.2.0.192.in-addr.arpa");
    ask_for("5.2.0.192.in-addr.arpa");
    sum.add(telemetry_.report());
    EXPECT_EQ(sum.traffic.total().by_rcode[3], 4U);
    EXPECT_EQ(sum.zones.begin()->second.absent, 4U);
    ASSERT_THAT(sum.missing, SizeIs(2));
    EXPECT_EQ(sum.missing[0].count, 2U);
    EXPECT_EQ(sum.missing[1].count, 2U);
    EXPECT_EQ(sum.missing_clients[0].count, 4U);
}

}  // namespace
}  // namespace arpad
