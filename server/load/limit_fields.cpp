#include "load/limit_fields.hpp"

#include <array>
#include <string_view>

#include "load/config_fields.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 8> rate_limit_keys{
    "responses", "nxdomain", "errors", "slip", "ipv4_prefix", "ipv6_prefix", "exempt", "dry_run"};
constexpr std::array<std::string_view, 6> tcp_keys{
    "idle_timeout",           "lifetime", "connections", "connections_per_client",
    "connections_per_prefix", "transfers"};

constexpr IntegerRange rate_range{1, 1'000'000};
constexpr IntegerRange slip_range{0, 100};
constexpr IntegerRange ipv4_prefix_range{8, 32};
constexpr IntegerRange ipv6_prefix_range{16, 64};
constexpr IntegerRange connection_range{1, 1'000'000};

constexpr SecondsRange idle_range{1, 3600, "1s to 1h", "10s suits most servers"};
constexpr SecondsRange lifetime_range{10, 7 * 24 * 3600, "10s to 1w", "1h suits most servers"};

template <class Number>
void read_number(const Fields& fields, std::string_view key, IntegerRange range, Number& number) {
    if (const auto read = fields.integer(key, range)) number = static_cast<Number>(*read);
}

}  // namespace

RateLimitConfig read_rate_limit(YamlNode node, FileFindings& findings) {
    RateLimitConfig config;
    config.is_on = !is_off(node);
    if (!config.is_on || !has_settings(node, "rate_limit", "{responses: 200}", findings)) {
        return config;
    }
    const Fields fields(node, "`rate_limit`", rate_limit_keys, findings);
    read_number(fields, "responses", rate_range, config.responses);
    read_number(fields, "nxdomain", rate_range, config.nxdomain);
    read_number(fields, "errors", rate_range, config.errors);
    read_number(fields, "slip", slip_range, config.slip);
    read_number(fields, "ipv4_prefix", ipv4_prefix_range, config.ipv4_prefix);
    read_number(fields, "ipv6_prefix", ipv6_prefix_range, config.ipv6_prefix);
    if (fields.has("exempt")) {
        config.exempt = read_list(fields, "exempt", "address or prefix", "192.0.2.0/24",
                                  &prefix_or_address, findings);
    }
    config.is_dry_run = fields.boolean("dry_run").value_or(config.is_dry_run);
    return config;
}

TcpConfig read_tcp(YamlNode node, FileFindings& findings) {
    TcpConfig config;
    const Fields fields(node, "`tcp`", tcp_keys, findings);
    read_duration(fields, "idle_timeout", idle_range, config.idle_timeout, findings);
    read_duration(fields, "lifetime", lifetime_range, config.lifetime, findings);
    read_number(fields, "connections", connection_range, config.connections);
    read_number(fields, "connections_per_client", connection_range, config.connections_per_client);
    read_number(fields, "connections_per_prefix", connection_range, config.connections_per_prefix);
    read_number(fields, "transfers", connection_range, config.transfers);
    return config;
}

}  // namespace arpad
