#include "load/server_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "findings_text.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view minimal = "listen: [127.0.0.1]\nzones: zones\nstate: state\n";

/// What is reported about a configuration file called `f` that holds `text`.
std::vector<std::string> findings_of(const std::string& text) {
    Diagnostics diagnostics;
    const auto config = read_server_config("f", text, diagnostics);
    EXPECT_EQ(config.has_value(), diagnostics.error_count() == 0);
    return texts_of(diagnostics);
}

/// Findings about `lines` behind a minimal configuration, from line 4 on.
std::vector<std::string> findings_behind_minimal(std::string_view lines) {
    return findings_of(std::string(minimal) + std::string(lines));
}

/// A configuration without mistakes: a minimal one and `lines`.
ServerConfig config_with(std::string_view lines, const std::string& file = "etc/arpad.yaml") {
    Diagnostics diagnostics;
    auto config = read_server_config(file, std::string(minimal) + std::string(lines), diagnostics);
    EXPECT_THAT(texts_of(diagnostics), IsEmpty());
    return std::move(config).value();
}

std::vector<std::string> endpoints_of(const ServerConfig& config) {
    std::vector<std::string> endpoints;
    for (const Endpoint& endpoint : config.listen) endpoints.push_back(endpoint.to_text());
    return endpoints;
}

TEST(ServerConfig, NeedsThreeKeys) {
    const ServerConfig config = config_with("");
    EXPECT_THAT(endpoints_of(config), ElementsAre("127.0.0.1:53"));
    EXPECT_FALSE(config.workers);
    EXPECT_EQ(config.serial_format, SerialFormat::unix_time);
    EXPECT_FALSE(config.identity.version);
    EXPECT_FALSE(config.identity.hostname);
    EXPECT_THAT(config.identity.nsid, IsEmpty());
    EXPECT_EQ(config.tcp.idle_timeout, std::chrono::seconds(10));
    EXPECT_EQ(config.tcp.connections, 1000U);
    EXPECT_EQ(config.tcp.connections_per_client, 200U);
    EXPECT_THAT(config.zone_defaults.nameservers, IsEmpty());
}

TEST(ServerConfig, ReadsTls) {
    const TlsConfig tls = config_with(
                              "tls: {listen: [192.0.2.53, \"[2001:db8::53]:8853\"], certificate: "
                              "a.pem, key: a.key, authorities: /etc/ca.pem}\n")
                              .tls;
    EXPECT_EQ(tls.listen.at(0).to_text(), "192.0.2.53:853");
    EXPECT_EQ(tls.listen.at(1).to_text(), "[2001:db8::53]:8853");
    EXPECT_EQ(tls.certificate, "etc/a.pem");
    EXPECT_EQ(tls.key, "etc/a.key");
    EXPECT_EQ(tls.authorities, "/etc/ca.pem");
}

TEST(ServerConfig, TlsIsWholeOrNotThere) {
    EXPECT_THAT(findings_behind_minimal("tls: {listen: [192.0.2.53], certificate: a.pem}\n"),
                ElementsAre("f:4:6: error: `tls` with `listen` and without `certificate` and "
                            "`key`\n  write `certificate: FILE` and `key: FILE`, both in PEM"));
    EXPECT_THAT(findings_behind_minimal("tls: {key: a.key}\n"),
                ElementsAre("f:4:6: error: `tls` with `certificate` or `key`, and without "
                            "`listen`\n  write `listen: [192.0.2.53]`, or remove them: nobody is "
                            "shown them"));
    EXPECT_THAT(findings_behind_minimal("tls: {listen: [\"127.0.0.1:53\", 2001:db8::53], "
                                        "certificate: a.pem, key: a.key}\n"),
                ElementsAre("f:4:32: error: `2001:db8::53` has no brackets\n  write "
                            "\"[2001:db8::53]:853\"",
                            "f:4:15: error: 127.0.0.1:53 is listened on without TLS too\n  write "
                            "another port, such as 853"));
}

TEST(ServerConfig, ReadsWeb) {
    const WebConfig web =
        config_with(
            "web: {listen: [127.0.0.1, \"[::1]:80\"], certificate: a.pem, key: a.key, "
            "url: \"https://names.example.net:8443/\", session: 2h, resolvers: "
            "[\"127.0.0.1:5300\"], "
            "nameservers: {ns1.example.net: 192.0.2.53}, promise: 5m}\n")
            .web;
    EXPECT_EQ(web.listen.at(0).to_text(), "127.0.0.1:8053");
    EXPECT_EQ(web.listen.at(1).to_text(), "[::1]:80");
    EXPECT_EQ(web.tls.listen, web.listen);
    EXPECT_EQ(web.tls.certificate, "etc/a.pem");
    EXPECT_EQ(web.authority, "names.example.net:8443");
    EXPECT_TRUE(web.is_secure);
    EXPECT_EQ(web.session, std::chrono::hours(2));
    EXPECT_EQ(web.resolvers.at(0).to_text(), "127.0.0.1:5300");
    EXPECT_EQ(web.nameservers.at(0).name.to_text(), "ns1.example.net.");
    EXPECT_EQ(web.nameservers.at(0).endpoint.to_text(), "192.0.2.53:53");
    EXPECT_EQ(web.promise, std::chrono::minutes(5));
}

TEST(ServerConfig, WebBehindAProxyIsSecureWithoutACertificate) {
    const WebConfig web =
        config_with("web: {listen: [127.0.0.1], url: \"https://names.example.net\"}\n").web;
    EXPECT_THAT(web.tls.listen, IsEmpty());
    EXPECT_TRUE(web.is_secure);
    EXPECT_FALSE(config_with("web: {listen: [127.0.0.1]}\n").web.is_secure);
    EXPECT_THAT(config_with("").web.listen, IsEmpty());
}

TEST(ServerConfig, ExplainsWhatIsWrongWithWeb) {
    EXPECT_THAT(findings_behind_minimal("web: {url: \"ftp://x\"}\n"),
                ElementsAre("f:4:6: error: `listen` is missing\n  write `listen: "
                            "[\"0.0.0.0:8053\", \"[::]:8053\"]`",
                            "f:4:12: error: `ftp://x` is no address of the page\n  write `url: "
                            "https://names.example.net`, with nothing behind the host but a port"));
    EXPECT_THAT(findings_behind_minimal("web: {listen: [127.0.0.1], key: a.key}\n"),
                ElementsAre("f:4:6: error: `web` with only one of `certificate` and `key`\n  "
                            "write both, in PEM, or neither"));
    EXPECT_THAT(findings_behind_minimal("web: {listen: [127.0.0.1], session: 5s, resolvers: 7, "
                                        "nameservers: [a]}\n"),
                ElementsAre("f:4:37: error: `session` is not from 1m to 30d: `5s`\n  12h suits "
                            "most",
                            "f:4:52: error: `resolvers` is no list\n  write `resolvers: "
                            "[127.0.0.1]`",
                            "f:4:68: error: `nameservers` is no mapping from names to addresses\n"
                            "  write `nameservers: {ns1.example.net: 192.0.2.53}`"));
    EXPECT_THAT(findings_behind_minimal("web: {listen: [192.0.2.1]}\n"),
                ElementsAre(testing::StartsWith("f:4:15: warning: `web` listens on more than the "
                                                "loopback, and without TLS")));
}

TEST(ServerConfig, PathsAreRelativeToItsFile) {
    const ServerConfig config = config_with("", "/etc/arpad/arpad.yaml");
    EXPECT_EQ(config.zones, "/etc/arpad/zones");
    EXPECT_EQ(config.state, "/etc/arpad/state");
}

TEST(ServerConfig, PathsAreAsWrittenInTheWorkingDirectory) {
    EXPECT_EQ(config_with("", "arpad.yaml").zones, "zones");
}

TEST(ServerConfig, PathsMayLeadElsewhere) {
    Diagnostics diagnostics;
    const auto config = read_server_config(
        "etc/arpad.yaml", "listen: [127.0.0.1]\nzones: /srv/zones\nstate: ../state\n", diagnostics);
    EXPECT_EQ(config->zones, "/srv/zones");
    EXPECT_EQ(config->state, "state");
}

TEST(ServerConfig, MayHaveAnInventory) {
    EXPECT_EQ(config_with("inventory: servers.yaml\n", "/etc/arpad/arpad.yaml").inventory,
              "/etc/arpad/servers.yaml");
    EXPECT_FALSE(config_with("").inventory);
}

TEST(ServerConfig, HasWorkers) {
    EXPECT_EQ(config_with("workers: 256\n").workers, 256U);
    EXPECT_FALSE(config_with("workers: auto\n").workers);
}

TEST(ServerConfig, MayPinWorkers) {
    EXPECT_FALSE(config_with("").pins_workers);
    EXPECT_EQ(config_with("user: arpad\n").user, "arpad");
    EXPECT_EQ(config_with("").user, std::nullopt);
    EXPECT_TRUE(config_with("pin_workers: true\n").pins_workers);
    EXPECT_FALSE(config_with("pin_workers: false\n").pins_workers);
}

TEST(ServerConfig, HasASerialFormat) {
    EXPECT_EQ(config_with("serials: unixtime\n").serial_format, SerialFormat::unix_time);
    EXPECT_EQ(config_with("serials: counter\n").serial_format, SerialFormat::counter);
    EXPECT_EQ(config_with("serials: date\n").serial_format, SerialFormat::date);
}

TEST(ServerConfig, HasZoneDefaults) {
    const ZoneDefaults defaults =
        config_with(
            "zone_defaults:\n  ttl: 2h\n  nameservers: [a.example]\n  nameservers_ttl: 1d\n"
            "  soa: {contact: h@a.example, refresh: 3h}\n")
            .zone_defaults;
    EXPECT_EQ(defaults.ttl, Ttl{7200});
    EXPECT_EQ(defaults.nameservers_ttl, Ttl{86400});
    ASSERT_THAT(defaults.nameservers, SizeIs(1));
    EXPECT_EQ(defaults.nameservers[0].name.to_text(), "a.example.");
    EXPECT_EQ(defaults.soa.contact->to_text(), "h.a.example.");
    EXPECT_EQ(defaults.soa.refresh, 10800U);
    EXPECT_FALSE(defaults.soa.retry);
}

TEST(ServerConfig, LimitsTheRateOfAnswers) {
    EXPECT_EQ(config_with("").rate_limit, RateLimitConfig{});
    EXPECT_TRUE(config_with("").rate_limit.is_on);
    EXPECT_FALSE(config_with("rate_limit: off\n").rate_limit.is_on);
    const RateLimitConfig limit =
        config_with(
            "rate_limit: {responses: 1, nxdomain: 2, errors: 3, slip: 0, ipv4_prefix: 32,\n"
            "  ipv6_prefix: 64, exempt: [192.0.2.0/24, \"2001:db8::1\"], dry_run: true}\n")
            .rate_limit;
    EXPECT_TRUE(limit.is_on);
    EXPECT_EQ(limit.responses, 1U);
    EXPECT_EQ(limit.nxdomain, 2U);
    EXPECT_EQ(limit.errors, 3U);
    EXPECT_EQ(limit.slip, 0U);
    EXPECT_EQ(limit.ipv4_prefix, 32U);
    EXPECT_EQ(limit.ipv6_prefix, 64U);
    EXPECT_TRUE(limit.is_dry_run);
    ASSERT_THAT(limit.exempt, SizeIs(2));
    EXPECT_EQ(limit.exempt[1].to_text(), "2001:db8::1/128");
    EXPECT_THAT(config_with("rate_limit: {exempt: []}\n").rate_limit.exempt, IsEmpty());
}

TEST(ServerConfig, RefusesOtherLimitsOfTheRate) {
    EXPECT_THAT(findings_behind_minimal("rate_limit: none\n"),
                ElementsAre("f:4:13: error: `rate_limit` is neither `off` nor a mapping\n"
                            "  write `rate_limit: off`, or `rate_limit: {responses: 200}`"));
    EXPECT_THAT(findings_behind_minimal(
                    "rate_limit: {responses: 0, slip: 101, ipv6_prefix: 65, exempt: [here]}\n"),
                SizeIs(4));
}

TEST(ServerConfig, HasCookies) {
    EXPECT_TRUE(config_with("").cookies.is_on);
    EXPECT_FALSE(config_with("").cookies.secrets_file);
    EXPECT_FALSE(config_with("cookies: off\n").cookies.is_on);
    EXPECT_EQ(config_with("cookies: {secrets_file: cookies}\n", "/etc/arpad/arpad.yaml")
                  .cookies.secrets_file,
              "/etc/arpad/cookies");
    EXPECT_THAT(findings_behind_minimal("cookies: on\n"),
                ElementsAre("f:4:10: error: `cookies` is neither `off` nor a mapping\n"
                            "  write `cookies: off`, or `cookies: {secrets_file: FILE}`"));
}

TEST(ServerConfig, BoundsTcp) {
    const TcpConfig tcp = config_with("tcp: {lifetime: 2h, connections_per_prefix: 7}\n").tcp;
    EXPECT_EQ(tcp.lifetime, std::chrono::hours(2));
    EXPECT_EQ(tcp.connections_per_prefix, 7U);
    EXPECT_THAT(findings_behind_minimal("tcp: {lifetime: 9s}\n"),
                ElementsAre("f:4:17: error: `lifetime` is not from 10s to 1w: `9s`\n"
                            "  1h suits most servers"));
}

TEST(ServerConfig, HasAnIdentity) {
    const IdentityConfig identity =
        config_with("identity: {version: \"1 \xC3\xA4\", hostname: \"\", nsid: n1}\n").identity;
    EXPECT_EQ(identity.version, "1 \xC3\xA4");
    EXPECT_EQ(identity.hostname, "");
    EXPECT_THAT(identity.nsid, ElementsAre('n', '1'));
}

TEST(ServerConfig, MayHaveAnNsidInHex) {
    EXPECT_THAT(config_with("identity: {nsid: 0x00fF}\n").identity.nsid, ElementsAre(0, 255));
}

TEST(ServerConfig, SaysHowItLogs) {
    EXPECT_EQ(config_with("").log.format, std::nullopt);
    EXPECT_EQ(config_with("").log.level, LogLevel::info);
    const LogConfig log = config_with("log: {format: json, level: warning}\n").log;
    EXPECT_EQ(log.format, LogFormat::json);
    EXPECT_EQ(log.level, LogLevel::warning);
    EXPECT_EQ(config_with("log: {format: auto}\n").log.format, std::nullopt);
}

TEST(ServerConfig, RefusesOtherLogs) {
    EXPECT_THAT(findings_behind_minimal("log: {format: xml, level: loud}\n"),
                ElementsAre("f:4:15: error: unknown log format: `xml`\n"
                            "  write auto, text, json or journal",
                            "f:4:27: error: unknown log level: `loud`\n"
                            "  write debug, info, warning or error"));
}

TEST(ServerConfig, SaysWhenFilesAreReadAgain) {
    EXPECT_TRUE(config_with("").reload.watches);
    EXPECT_FALSE(config_with("").reload.drops_removed);
    EXPECT_FALSE(config_with("reload: {watch: false, removed_files: keep}\n").reload.watches);
    EXPECT_TRUE(config_with("reload: {removed_files: drop}\n").reload.drops_removed);
}

TEST(ServerConfig, RefusesOtherFatesOfRemovedFiles) {
    EXPECT_THAT(findings_behind_minimal("reload: {removed_files: delete}\n"),
                ElementsAre("f:4:25: error: `removed_files` is neither keep nor drop: `delete`\n"
                            "  write `keep` to serve such networks until the next `arpactl "
                            "reload`"));
}

TEST(ServerConfig, LogsNoQueriesUnlessItSaysSo) {
    EXPECT_EQ(config_with("").query_log, std::nullopt);
    EXPECT_EQ(config_with("query_log: {sample: 10}\n").query_log, (QueryLogConfig{10, {}, {}, {}}));
    EXPECT_EQ(config_with("query_log: {sample: 1, rcodes: [NXDOMAIN, refused], networks: "
                          "[192.0.2.0/24], clients: [198.51.100.7]}\n")
                  .query_log,
              (QueryLogConfig{1,
                              {Rcode::nx_domain, Rcode::refused},
                              {*Prefix::from_text("192.0.2.0/24")},
                              {*Prefix::from_text("198.51.100.7/32")}}));
}

TEST(ServerConfig, RefusesQueryLogsThatMeanNothing) {
    EXPECT_THAT(
        findings_behind_minimal("query_log: {rcodes: [NX, 3], clients: x}\n"),
        ElementsAre("f:4:12: error: `query_log` without `sample`\n  write `sample: 1` to log "
                    "every query, `sample: 100` for one in a hundred",
                    "f:4:22: error: `NX` is no rcode\n  write it like NXDOMAIN",
                    "f:4:26: error: `3` is no rcode\n  write it like NXDOMAIN",
                    "f:4:39: error: `clients` is no list\n  write `clients: "
                    "[198.51.100.7]`"));
}

TEST(ServerConfig, OffersMetricsWhereItSays) {
    EXPECT_EQ(config_with("").metrics, std::nullopt);
    EXPECT_EQ(config_with("metrics: {listen: \"127.0.0.1:9153\"}\n").metrics,
              (Endpoint{*Address::from_text("127.0.0.1"), 9153}));
    EXPECT_THAT(findings_behind_minimal("metrics: {}\n"),
                ElementsAre("f:4:10: error: `metrics` without `listen`\n  write `listen: "
                            "\"127.0.0.1:9153\"`"));
}

TEST(ServerConfig, SaysHowLongQueriesAreGathered) {
    EXPECT_EQ(config_with("").udp.gather, std::chrono::microseconds(50));
    EXPECT_EQ(config_with("udp: {gather_microseconds: 0}\n").udp.gather.count(), 0);
    EXPECT_EQ(config_with("udp: {gather_microseconds: 1000}\n").udp.gather.count(), 1000);
}

TEST(ServerConfig, GathersForAMillisecondAtMost) {
    EXPECT_THAT(findings_behind_minimal("udp: {gather_microseconds: 1001}\n"),
                ElementsAre("f:4:28: error: `gather_microseconds` is no number from 0 to 1000: "
                            "`1001`\n  write such a number, in decimal digits"));
}

TEST(ServerConfig, HasTcpLimits) {
    const TcpConfig tcp =
        config_with("tcp: {idle_timeout: 1h, connections: 1000000, connections_per_client: 1}\n")
            .tcp;
    EXPECT_EQ(tcp.idle_timeout, std::chrono::hours(1));
    EXPECT_EQ(tcp.connections, 1'000'000U);
    EXPECT_EQ(tcp.connections_per_client, 1U);
}

TEST(ServerConfig, MustNotBeEmpty) {
    EXPECT_THAT(findings_of(""), ElementsAre("f: error: the file is empty\n"
                                             "  write at least `listen`, `zones` and `state`"));
}

TEST(ServerConfig, MustSayWhereEverythingIs) {
    EXPECT_THAT(findings_of("workers: 1\n"),
                ElementsAre("f:1:1: error: `listen` is missing\n"
                            "  write `listen: [\"0.0.0.0:53\", \"[::]:53\"]`",
                            "f:1:1: error: `zones` is missing\n  write `zones: DIRECTORY`",
                            "f:1:1: error: `state` is missing\n  write `state: DIRECTORY`"));
}

TEST(ServerConfig, RefusesUnknownKeys) {
    EXPECT_THAT(findings_behind_minimal("worker: 1\n"),
                ElementsAre("f:4:1: error: unknown key `worker` in the server configuration\n"
                            "  did you mean `workers`?"));
}

TEST(ServerConfig, RefusesOneAddressWithoutAList) {
    EXPECT_THAT(findings_of("listen: 127.0.0.1\nzones: z\nstate: s\n"),
                ElementsAre("f:1:9: error: `listen` is no list of addresses\n"
                            "  write `listen: [\"0.0.0.0:53\", \"[::]:53\"]`"));
}

TEST(ServerConfig, RefusesToListenNowhere) {
    EXPECT_THAT(findings_of("listen: []\nzones: z\nstate: s\n"),
                ElementsAre("f:1:9: error: `listen` is no list of addresses\n"
                            "  write `listen: [\"0.0.0.0:53\", \"[::]:53\"]`"));
}

TEST(ServerConfig, RefusesWrongPorts) {
    EXPECT_THAT(findings_of("listen: [\"127.0.0.1:65536\"]\nzones: z\nstate: s\n"),
                ElementsAre("f:1:10: error: `127.0.0.1:65536` has a wrong port\n"
                            "  write a port from 0 to 65535 behind the colon"));
}

TEST(ServerConfig, RefusesIpv6AddressesWithoutBrackets) {
    EXPECT_THAT(findings_of("listen: [\"::1\"]\nzones: z\nstate: s\n"),
                ElementsAre("f:1:10: error: `::1` has no brackets\n  write \"[::1]:53\""));
}

TEST(ServerConfig, RefusesBracketsWithoutQuotes) {
    EXPECT_THAT(findings_of("listen:\n- [::1]\nzones: z\nstate: s\n"),
                ElementsAre("f:2:3: error: an entry of `listen` is a list, not a single value\n"
                            "  write one value, in quotes if it begins with a bracket"));
}

TEST(ServerConfig, RefusesHostNamesToListenOn) {
    EXPECT_THAT(findings_of("listen: [\"localhost:53\"]\nzones: z\nstate: s\n"),
                ElementsAre("f:1:10: error: `localhost:53` is no address to listen on\n"
                            "  write \"192.0.2.53:53\" or \"[2001:db8::53]:53\"; all addresses are "
                            "\"0.0.0.0:53\" and \"[::]:53\""));
}

TEST(ServerConfig, RefusesTheSameEndpointTwice) {
    EXPECT_THAT(findings_of("listen:\n- 127.0.0.1:53\n- \"[::1]:53\"\n- 127.0.0.1\nzones: z\n"
                            "state: s\n"),
                ElementsAre("f:4:3: error: 127.0.0.1:53 is listed twice, first in line 2\n"
                            "  remove one of the two"));
}

TEST(ServerConfig, RefusesNoWorkers) {
    EXPECT_THAT(
        findings_behind_minimal("workers: 0\n"),
        ElementsAre("f:4:10: error: `workers` is not `auto` and is no number from 1 to 256: "
                    "`0`\n  write such a number, in decimal digits"));
}

TEST(ServerConfig, RefusesAnEmptyPath) {
    EXPECT_THAT(findings_of("listen: [127.0.0.1]\nzones: \"\"\nstate: s\n"),
                ElementsAre("f:2:8: error: `zones` is empty\n  write the path of a directory"));
}

TEST(ServerConfig, RefusesAnEmptyPathOfTheInventory) {
    EXPECT_THAT(findings_behind_minimal("inventory: \"\"\n"),
                ElementsAre("f:4:12: error: `inventory` is empty\n  write the path of a file"));
}

TEST(ServerConfig, RefusesAnInventoryWithoutAPath) {
    EXPECT_THAT(findings_behind_minimal("inventory:\n"),
                ElementsAre("f:4:1: error: `inventory` has no value\n"
                            "  write one, or remove the line"));
}

TEST(ServerConfig, RefusesUnknownSerialFormats) {
    EXPECT_THAT(findings_behind_minimal("serials: roman\n"),
                ElementsAre("f:4:10: error: `roman` is no format of serials\n"
                            "  write `counter`, `unixtime` or `date`"));
}

TEST(ServerConfig, RefusesASerialForAllZones) {
    EXPECT_THAT(findings_behind_minimal("zone_defaults:\n  soa: {serial: 5}\n"),
                ElementsAre("f:5:9: error: a `serial` for all zones\n"
                            "  remove it, or write it in the `soa` of a zone file"));
}

TEST(ServerConfig, RefusesKeysOfZoneFilesInZoneDefaults) {
    EXPECT_THAT(
        findings_behind_minimal("zone_defaults:\n  records: {}\n"),
        ElementsAre("f:5:3: error: unknown key `records` in `zone_defaults`\n"
                    "  the keys here are `ttl`, `nameservers`, `nameservers_ttl`, `edit_ttl`, "
                    "`soa`, `transfer`"));
}

TEST(ServerConfig, RefusesAVersionOver255Octets) {
    const std::string text(256, 'v');
    EXPECT_THAT(findings_behind_minimal("identity:\n  version: " + text + "\n"),
                ElementsAre("f:5:12: error: `version` is over 255 octets long\n  shorten it"));
    EXPECT_THAT(findings_behind_minimal("identity:\n  hostname: " + text.substr(1) + "\n"),
                IsEmpty());
}

TEST(ServerConfig, RefusesAnNsidOver128Octets) {
    EXPECT_THAT(findings_behind_minimal("identity:\n  nsid: " + std::string(129, 'n') + "\n"),
                ElementsAre("f:5:9: error: `nsid` is over 128 octets long\n  shorten it"));
    EXPECT_THAT(findings_behind_minimal("identity:\n  nsid: 0x" + std::string(256, 'a') + "\n"),
                IsEmpty());
}

TEST(ServerConfig, RefusesHalfAnOctet) {
    EXPECT_THAT(findings_behind_minimal("identity: {nsid: 0xabc}\n"),
                ElementsAre("f:4:18: error: `0xabc` is not hexadecimal\n"
                            "  write pairs of hexadecimal digits behind `0x`"));
}

TEST(ServerConfig, RefusesOtherLettersInHex) {
    EXPECT_THAT(findings_behind_minimal("identity: {nsid: 0xag}\n"), SizeIs(1));
    EXPECT_THAT(findings_behind_minimal("identity: {nsid: 0x}\n"), SizeIs(1));
}

TEST(ServerConfig, RefusesAnIdleTimeoutOfNothing) {
    EXPECT_THAT(findings_behind_minimal("tcp: {idle_timeout: 0}\n"),
                ElementsAre("f:4:21: error: `idle_timeout` is not from 1s to 1h: `0`\n"
                            "  10s suits most servers"));
}

TEST(ServerConfig, RefusesAnIdleTimeoutOverAnHour) {
    EXPECT_THAT(findings_behind_minimal("tcp: {idle_timeout: 3601}\n"), SizeIs(1));
}

TEST(ServerConfig, RefusesNoConnections) {
    EXPECT_THAT(findings_behind_minimal("tcp: {connections: 0}\n"),
                ElementsAre("f:4:20: error: `connections` is no number from 1 to 1000000: `0`\n"
                            "  write such a number, in decimal digits"));
}

TEST(ServerConfig, RefusesTooManyConnectionsPerClient) {
    EXPECT_THAT(findings_behind_minimal("tcp: {connections_per_client: 1000001}\n"), SizeIs(1));
}

TEST(ServerConfig, CatalogsOfOthersAreTakenByTheRulesOfAllZones) {
    const CatalogPlan plan = catalog_plan(
        config_with("catalogs_from: [{zone: Cat.example, primaries: [192.0.2.53]}]\n"
                    "zone_defaults: {transfer: {allow: [192.0.2.99], notify: [nameservers]}}\n"));
    EXPECT_FALSE(plan.made);
    ASSERT_THAT(plan.taken, SizeIs(1));
    const CatalogSource& source = plan.taken.front();
    EXPECT_EQ(source.frame.apex.to_text(), "cat.example.");
    EXPECT_TRUE(source.frame.transfer.restricts_queries);
    EXPECT_FALSE(source.frame.transfer.notify.has_nameservers);
    EXPECT_FALSE(source.members.restricts_queries);
    EXPECT_TRUE(source.members.notify.has_nameservers);
    EXPECT_THAT(source.members.primaries, SizeIs(1));
    EXPECT_THAT(source.members.allow, SizeIs(1));
}

TEST(ServerConfig, NamesOfCatalogsLeaveRoomForTheirLabels) {
    std::string name;
    for (int i = 0; i < 4; ++i) {
        name.append(60, 'x');
        name.append(".");
    }
    for (const std::string& line :
         {"catalog: {zone: " + name + "}\n",
          "catalogs_from: [{zone: " + name + ", primaries: [192.0.2.53]}]\n"}) {
        EXPECT_THAT(findings_behind_minimal(line),
                    ElementsAre(testing::HasSubstr("the name leaves no room for the labels")));
    }
}

TEST(ServerConfig, CatalogsOfOthersAreWhole) {
    EXPECT_THAT(findings_behind_minimal("catalogs_from: {}\n"),
                ElementsAre(testing::HasSubstr("`catalogs_from` is no list")));
    EXPECT_THAT(findings_behind_minimal("catalogs_from: [{zone: cat.example}]\n"),
                ElementsAre(testing::HasSubstr("without `zone` and `primaries`")));
    EXPECT_THAT(
        findings_behind_minimal("catalogs_from: [{zone: cat.example, primaries: [192.0.2.53]}, "
                                "{zone: CAT.example, primaries: [192.0.2.53]}]\n"),
        ElementsAre(testing::HasSubstr("cat.example. is listed twice")));
}

}  // namespace
}  // namespace arpad
