#include "load/web_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/url/parse.hpp>
#include <string_view>
#include <utility>

#include "load/config_fields.hpp"
#include "load/fields.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 8> web_keys{
    "listen", "certificate", "key", "url", "session", "resolvers", "nameservers", "promise"};

constexpr std::uint16_t usual_web_port = 8053;
constexpr SecondsRange session_range{60, 30 * 24 * 3600, "1m to 30d", "12h suits most"};

/// Reads `url`: what browsers call the page.
void read_url(const Fields& web, WebConfig& config, FileFindings& findings) {
    const auto text = web.text("url");
    if (!text) return;
    const auto url = boost::urls::parse_uri(*text);
    const bool is_usable = url && (url->scheme() == "https" || url->scheme() == "http") &&
                           !url->host().empty() && !url->has_userinfo() && !url->has_query() &&
                           (url->path().empty() || url->path() == "/");
    if (!is_usable) {
        findings.error(web.find("url")->place(),
                       fmt::format("{} is no address of the page", in_backquotes(*text)),
                       "write `url: https://names.example.net`, with nothing behind the host but a "
                       "port");
        return;
    }
    config.authority = std::string(url->encoded_host_and_port());
    config.is_secure = url->scheme() == "https";
}

std::vector<Endpoint> read_resolvers(const Fields& web, FileFindings& findings) {
    std::vector<Endpoint> resolvers;
    const auto list = web.find("resolvers");
    if (!list) return resolvers;
    if (!list->is_sequence()) {
        findings.error(list->place(), "`resolvers` is no list", "write `resolvers: [127.0.0.1]`");
        return resolvers;
    }
    for (const YamlNode item : list->items()) {
        if (const auto endpoint = read_endpoint(item, dns_port, findings)) {
            resolvers.push_back(*endpoint);
        }
    }
    return resolvers;
}

std::vector<WatchedNameserver> read_nameservers(const Fields& web, FileFindings& findings) {
    std::vector<WatchedNameserver> nameservers;
    const auto mapping = web.find("nameservers");
    if (!mapping) return nameservers;
    if (!mapping->is_mapping()) {
        findings.error(mapping->place(), "`nameservers` is no mapping from names to addresses",
                       "write `nameservers: {ns1.example.net: 192.0.2.53}`");
        return nameservers;
    }
    for (const YamlEntry& entry : mapping->entries()) {
        const auto name = read_host_name(entry.key, "a key of `nameservers`", findings);
        const auto endpoint = read_endpoint(entry.value, dns_port, findings);
        if (name && endpoint) nameservers.push_back({*name, *endpoint});
    }
    return nameservers;
}

void check_tls(const Fields& web, const WebConfig& config, FileFindings& findings) {
    if (web.has("certificate") != web.has("key")) {
        findings.error(web.place(), "`web` with only one of `certificate` and `key`",
                       "write both, in PEM, or neither");
        return;
    }
    const bool is_reachable = std::ranges::any_of(
        config.listen, [](const Endpoint& each) { return !each.address.is_loopback(); });
    if (!is_reachable || web.has("certificate")) return;
    findings.warning(
        web.find("listen")->place(), "`web` listens on more than the loopback, and without TLS",
        "write `certificate` and `key`, or listen on 127.0.0.1 behind a proxy: whoever "
        "listens on the way gets tokens and sessions");
}

}  // namespace

WebConfig read_web(YamlNode section, const std::filesystem::path& base, FileFindings& findings) {
    const Fields web(section, "`web`", web_keys, findings);
    WebConfig config;
    config.listen = read_listen(web, usual_web_port, findings);
    config.tls.certificate = read_path(web, "certificate", "file", base, findings);
    config.tls.key = read_path(web, "key", "file", base, findings);
    if (config.tls.certificate && config.tls.key) config.tls.listen = config.listen;
    config.is_secure = !config.tls.listen.empty();
    check_tls(web, config, findings);
    read_url(web, config, findings);
    read_duration(web, "session", session_range, config.session, findings);
    config.resolvers = read_resolvers(web, findings);
    config.nameservers = read_nameservers(web, findings);
    if (const auto promise = web.seconds("promise"))
        config.promise = std::chrono::seconds(*promise);
    return config;
}

}  // namespace arpad
