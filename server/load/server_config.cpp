#include "load/server_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "load/config_fields.hpp"
#include "load/cookie_fields.hpp"
#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "load/hexadecimal.hpp"
#include "load/key_fields.hpp"
#include "load/limit_fields.hpp"
#include "load/remote_fields.hpp"
#include "load/transfer_fields.hpp"
#include "load/update_fields.hpp"
#include "load/web_fields.hpp"
#include "load/yaml_document.hpp"
#include "load/zone_settings.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 27> config_keys{
    "listen", "user",      "workers",    "pin_workers", "zones",   "inventory",     "state",
    "keys",   "keys_file", "log",        "serials",     "reload",  "zone_defaults", "identity",
    "udp",    "tcp",       "query_log",  "metrics",     "catalog", "catalogs_from", "tls",
    "web",    "updates",   "rate_limit", "cookies",     "sandbox", "core_dumps"};
constexpr std::array<std::string_view, 4> query_log_keys{"sample", "rcodes", "networks", "clients"};
constexpr std::array<std::string_view, 1> metrics_keys{"listen"};
constexpr std::array<std::string_view, 2> catalog_keys{"zone", "transfer"};
constexpr std::array<std::string_view, 2> subscription_keys{"zone", "primaries"};
constexpr std::array<std::string_view, 2> log_keys{"format", "level"};
constexpr std::array<std::string_view, 2> reload_keys{"watch", "removed_files"};
constexpr std::array<std::string_view, 6> zone_default_keys{
    "ttl", "nameservers", "nameservers_ttl", "edit_ttl", "soa", "transfer"};
constexpr std::array<std::string_view, 3> identity_keys{"version", "hostname", "nsid"};
constexpr std::array<std::string_view, 1> udp_keys{"gather_microseconds"};
constexpr std::array<std::string_view, 4> tls_keys{"listen", "certificate", "key", "authorities"};

constexpr IntegerRange worker_range{1, 256};
constexpr IntegerRange sample_range{1, 1'000'000'000};
constexpr IntegerRange gather_range{0, 1000};
constexpr std::size_t max_character_string = 255;  // RFC 1035 3.3
constexpr std::size_t max_nsid_octets = 128;
constexpr std::size_t max_catalog_octets = 200;

std::optional<std::string> read_user(const Fields& fields, FileFindings& findings) {
    const auto text = fields.text("user");
    if (!text) return std::nullopt;
    if (text->empty())
        findings.error(fields.find("user")->place(), "`user` is empty",
                       "write the name of a user, such as arpad");
    return std::string(*text);
}

std::optional<unsigned> read_workers(const Fields& fields, FileFindings& findings) {
    const auto text = fields.text("workers");
    if (!text || *text == "auto") return std::nullopt;
    const YamlNode node = *fields.find("workers");
    const auto count = read_integer(node, "`workers` is not `auto` and", worker_range, findings);
    return count ? std::optional(static_cast<unsigned>(*count)) : std::nullopt;
}

std::filesystem::path read_directory(const Fields& fields, std::string_view key,
                                     const std::filesystem::path& base, FileFindings& findings) {
    if (!fields.has(key))
        findings.error(fields.place(), fmt::format("`{}` is missing", key),
                       fmt::format("write `{}: DIRECTORY`", key));
    return read_path(fields, key, "directory", base, findings).value_or(std::filesystem::path());
}

std::optional<SerialFormat> read_serial_format(const Fields& fields, FileFindings& findings) {
    const auto text = fields.text("serials");
    if (!text) return std::nullopt;
    const auto format = serial_format_from_text(*text);
    if (!format)
        findings.error(fields.find("serials")->place(),
                       fmt::format("{} is no format of serials", in_backquotes(*text)),
                       "write `counter`, `unixtime` or `date`");
    return format;
}

ZoneDefaults read_zone_defaults(const Fields& fields, FileFindings& findings) {
    const auto node = fields.find("zone_defaults");
    if (!node) return {};
    const Fields defaults(*node, "`zone_defaults`", zone_default_keys, findings);
    ZoneSettings settings = read_zone_settings(defaults, findings);
    if (settings.serial.kind != SerialModel::Kind::kept)
        findings.error(settings.serial.place, "a `serial` for all zones",
                       "remove it, or write it in the `soa` of a zone file");
    return std::move(settings.written);
}

std::optional<std::string> read_character_string(const Fields& fields, std::string_view key,
                                                 FileFindings& findings) {
    const auto text = fields.text(key);
    if (!text) return std::nullopt;
    if (text->size() > max_character_string)
        findings.error(fields.find(key)->place(),
                       fmt::format("`{}` is over {} octets long", key, max_character_string),
                       "shorten it");
    return std::string(*text);
}

std::vector<std::uint8_t> read_nsid(const Fields& fields, FileFindings& findings) {
    const auto text = fields.text("nsid");
    if (!text) return {};
    const Place place = fields.find("nsid")->place();
    std::vector<std::uint8_t> octets(text->begin(), text->end());
    if (text->starts_with("0x")) {
        auto decoded = octets_from_hex(text->substr(2));
        if (!decoded)
            findings.error(place, fmt::format("{} is not hexadecimal", in_backquotes(*text)),
                           "write pairs of hexadecimal digits behind `0x`");
        octets = decoded ? std::move(*decoded) : std::vector<std::uint8_t>{};
    }
    if (octets.size() > max_nsid_octets)
        findings.error(place, fmt::format("`nsid` is over {} octets long", max_nsid_octets),
                       "shorten it");
    return octets;
}

IdentityConfig read_identity(const Fields& fields, FileFindings& findings) {
    const auto node = fields.find("identity");
    if (!node) return {};
    const Fields identity(*node, "`identity`", identity_keys, findings);
    return {read_character_string(identity, "version", findings),
            read_character_string(identity, "hostname", findings), read_nsid(identity, findings)};
}

ReloadConfig read_reload(const Fields& fields, FileFindings& findings) {
    ReloadConfig config;
    const auto node = fields.find("reload");
    if (!node) return config;
    const Fields reload(*node, "`reload`", reload_keys, findings);
    config.watches = reload.boolean("watch").value_or(config.watches);
    const auto removed = reload.text("removed_files");
    if (!removed) return config;
    config.drops_removed = *removed == "drop";
    if (*removed != "drop" && *removed != "keep") {
        findings.error(
            reload.find("removed_files")->place(),
            fmt::format("`removed_files` is neither keep nor drop: {}", in_backquotes(*removed)),
            "write `keep` to serve such networks until the next `arpactl reload`");
    }
    return config;
}

LogConfig read_log(const Fields& fields, FileFindings& findings) {
    LogConfig config;
    const auto node = fields.find("log");
    if (!node) return config;
    const Fields log(*node, "`log`", log_keys, findings);
    const auto format = log.text("format");
    if (format && *format != "auto") {
        config.format = log_format_from_text(*format);
        if (!config.format) {
            findings.error(log.find("format")->place(),
                           fmt::format("unknown log format: {}", in_backquotes(*format)),
                           "write auto, text, json or journal");
        }
    }
    const auto name = log.text("level");
    const auto level = name ? log_level_from_text(*name) : std::nullopt;
    if (name && !level) {
        findings.error(log.find("level")->place(),
                       fmt::format("unknown log level: {}", in_backquotes(*name)),
                       "write debug, info, warning or error");
    }
    config.level = level.value_or(config.level);
    return config;
}

std::optional<QueryLogConfig> read_query_log(const Fields& fields, FileFindings& findings) {
    const auto node = fields.find("query_log");
    if (!node) return std::nullopt;
    const Fields log(*node, "`query_log`", query_log_keys, findings);
    if (!log.has("sample")) {
        findings.error(log.place(), "`query_log` without `sample`",
                       "write `sample: 1` to log every query, `sample: 100` for one in a hundred");
    }
    QueryLogConfig config;
    config.sample = log.integer("sample", sample_range).value_or(config.sample);
    config.rcodes = read_list(log, "rcodes", "rcode", "NXDOMAIN", &rcode_from_text, findings);
    config.networks =
        read_list(log, "networks", "network", "192.0.2.0/24", &prefix_or_address, findings);
    config.clients = read_list(log, "clients", "address or prefix", "198.51.100.7",
                               &prefix_or_address, findings);
    return config;
}

std::optional<Endpoint> read_metrics(const Fields& fields, FileFindings& findings) {
    const auto node = fields.find("metrics");
    if (!node) return std::nullopt;
    const Fields metrics(*node, "`metrics`", metrics_keys, findings);
    const auto listen = metrics.find("listen");
    if (listen) return read_endpoint(*listen, dns_port, findings);
    findings.error(metrics.place(), "`metrics` without `listen`",
                   "write `listen: \"127.0.0.1:9153\"`");
    return std::nullopt;
}

/// Reads the name of a catalog, which leaves room for what stands below it.
std::optional<Name> read_catalog_name(YamlNode zone, FileFindings& findings) {
    const auto name = read_zone_name(zone, "`zone`", findings);
    if (!name) return std::nullopt;
    if (name->view().octets() > max_catalog_octets) {
        findings.error(zone.place(), "the name leaves no room for the labels of a catalog",
                       fmt::format("shorten it to {} octets", max_catalog_octets));
    }
    return name->lower_case();
}

std::optional<CatalogConfig> read_catalog(const Fields& fields, FileFindings& findings) {
    const auto node = fields.find("catalog");
    if (!node) return std::nullopt;
    const Fields catalog(*node, "`catalog`", catalog_keys, findings);
    CatalogConfig config;
    if (const auto transfer = catalog.find("transfer")) {
        config.transfer = read_catalog_transfer(*transfer, findings);
    }
    const auto zone = catalog.find("zone");
    if (!zone) {
        findings.error(catalog.place(), "`catalog` without `zone`",
                       "write `zone: catalog.example.net`, a name that is nowhere else");
        return std::nullopt;
    }
    const auto name = read_catalog_name(*zone, findings);
    if (!name) return std::nullopt;
    config.zone = *name;
    return config;
}

std::vector<SubscriptionConfig> read_subscriptions(const Fields& fields, FileFindings& findings) {
    std::vector<SubscriptionConfig> subscriptions;
    const auto list = fields.find("catalogs_from");
    if (!list) return subscriptions;
    constexpr std::string_view example =
        "write `catalogs_from: [{zone: catalog.example.net, primaries: [192.0.2.53]}]`";
    if (!list->is_sequence()) {
        findings.error(list->place(), "`catalogs_from` is no list", std::string(example));
        return subscriptions;
    }
    for (const YamlNode item : list->items()) {
        const Fields catalog(item, "an entry of `catalogs_from`", subscription_keys, findings);
        const auto zone = catalog.find("zone");
        const auto primaries = catalog.find("primaries");
        if (!zone || !primaries) {
            findings.error(catalog.place(),
                           "an entry of `catalogs_from` without `zone` and `primaries`",
                           std::string(example));
            continue;
        }
        const auto name = read_catalog_name(*zone, findings);
        auto remotes = read_primaries(*primaries, findings);
        if (!name || remotes.empty()) continue;
        SubscriptionConfig config{*name, std::move(remotes), catalog.place()};
        if (std::ranges::find(subscriptions, config.zone, &SubscriptionConfig::zone) !=
            subscriptions.end()) {
            findings.error(zone->place(), fmt::format("{} is listed twice", config.zone.to_text()),
                           "remove one of the two");
            continue;
        }
        subscriptions.push_back(std::move(config));
    }
    return subscriptions;
}

UdpConfig read_udp(const Fields& fields, FileFindings& findings) {
    UdpConfig config;
    const auto node = fields.find("udp");
    if (!node) return config;
    const Fields udp(*node, "`udp`", udp_keys, findings);
    if (const auto gather = udp.integer("gather_microseconds", gather_range))
        config.gather = std::chrono::microseconds(*gather);
    return config;
}

/// `plain` is what is listened on without TLS.
TlsConfig read_tls(const Fields& fields, const std::filesystem::path& base,
                   const std::vector<Endpoint>& plain, FileFindings& findings) {
    TlsConfig config;
    const auto node = fields.find("tls");
    if (!node) return config;
    const Fields tls(*node, "`tls`", tls_keys, findings);
    if (tls.has("listen")) config.listen = read_listen(tls, dns_over_tls_port, findings);
    config.certificate = read_path(tls, "certificate", "file", base, findings);
    config.key = read_path(tls, "key", "file", base, findings);
    config.authorities = read_path(tls, "authorities", "file", base, findings);
    const bool has_identity = tls.has("certificate") && tls.has("key");
    if (tls.has("listen") && !has_identity) {
        findings.error(tls.place(), "`tls` with `listen` and without `certificate` and `key`",
                       "write `certificate: FILE` and `key: FILE`, both in PEM");
    }
    if (!tls.has("listen") && (tls.has("certificate") || tls.has("key"))) {
        findings.error(tls.place(), "`tls` with `certificate` or `key`, and without `listen`",
                       "write `listen: [192.0.2.53]`, or remove them: nobody is shown them");
    }
    for (const Endpoint& endpoint : config.listen) {
        const bool is_plain = std::ranges::find(plain, endpoint) != plain.end();
        if (endpoint.port == 0 || !is_plain) continue;
        findings.error(tls.find("listen")->place(),
                       fmt::format("{} is listened on without TLS too", endpoint.to_text()),
                       fmt::format("write another port, such as {}", dns_over_tls_port));
    }
    return config;
}

std::optional<CatalogModel> catalog_model(const ServerConfig& config) {
    if (!config.catalog) return std::nullopt;
    const TransferDefaults& written = config.catalog->transfer;
    const TransferDefaults& defaults = config.zone_defaults.transfer;
    CatalogModel model{config.catalog->zone, {}};
    const auto& allow = written.allow ? written.allow : defaults.allow;
    const auto& notify = written.notify ? written.notify : defaults.notify;
    if (allow) model.transfer.allow = *allow;
    if (notify) model.transfer.notify = *notify;
    model.transfer.notify.has_nameservers = false;  // it has none
    return model;
}

}  // namespace

CatalogPlan catalog_plan(const ServerConfig& config) {
    CatalogPlan plan{catalog_model(config), {}};
    const TransferDefaults& defaults = config.zone_defaults.transfer;
    for (const SubscriptionConfig& subscription : config.subscriptions) {
        TransferPolicy policy;
        policy.primaries = subscription.primaries;
        policy.allow = defaults.allow.value_or(policy.allow);
        policy.allow_notify = defaults.allow_notify.value_or(policy.allow_notify);
        policy.notify = defaults.notify.value_or(policy.notify);
        CatalogSource source{{subscription.zone, std::nullopt, policy}, policy};
        source.frame.transfer.restricts_queries = true;
        source.frame.transfer.notify.has_nameservers = false;  // it has none
        plan.taken.push_back(std::move(source));
    }
    return plan;
}

std::optional<ServerConfig> read_server_config(const std::string& file, std::string_view text,
                                               Diagnostics& diagnostics) {
    const auto document =
        parse_yaml(file, text, "write at least `listen`, `zones` and `state`", diagnostics);
    if (!document) return std::nullopt;
    FileFindings findings(file, diagnostics);
    const Fields fields(document->root(), "the server configuration", config_keys, findings);
    const std::filesystem::path base = std::filesystem::path(file).parent_path();
    ServerConfig config;
    config.listen = read_listen(fields, dns_port, findings);
    config.user = read_user(fields, findings);
    config.workers = read_workers(fields, findings);
    config.pins_workers = fields.boolean("pin_workers").value_or(config.pins_workers);
    config.has_sandbox = fields.boolean("sandbox").value_or(config.has_sandbox);
    config.allows_core_dumps = fields.boolean("core_dumps").value_or(config.allows_core_dumps);
    config.zones = read_directory(fields, "zones", base, findings);
    config.inventory = read_path(fields, "inventory", "file", base, findings);
    config.state = read_directory(fields, "state", base, findings);
    if (const auto keys = fields.find("keys")) config.keys = read_keys(*keys, findings);
    config.keys_file = read_path(fields, "keys_file", "file", base, findings);
    config.serial_format = read_serial_format(fields, findings).value_or(config.serial_format);
    config.reload = read_reload(fields, findings);
    config.zone_defaults = read_zone_defaults(fields, findings);
    config.catalog = read_catalog(fields, findings);
    config.subscriptions = read_subscriptions(fields, findings);
    config.identity = read_identity(fields, findings);
    config.log = read_log(fields, findings);
    config.query_log = read_query_log(fields, findings);
    config.metrics = read_metrics(fields, findings);
    config.udp = read_udp(fields, findings);
    if (const auto tcp = fields.find("tcp")) config.tcp = read_tcp(*tcp, findings);
    if (const auto limit = fields.find("rate_limit")) {
        config.rate_limit = read_rate_limit(*limit, findings);
    }
    if (const auto cookies = fields.find("cookies")) {
        config.cookies = read_cookies(*cookies, base, findings);
    }
    config.tls = read_tls(fields, base, config.listen, findings);
    if (const auto web = fields.find("web")) config.web = read_web(*web, base, findings);
    if (const auto updates = fields.find("updates")) {
        config.updates = read_updates(*updates, findings);
    }
    return findings.error_count() == 0 ? std::optional(std::move(config)) : std::nullopt;
}

}  // namespace arpad
