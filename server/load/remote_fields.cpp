#include "load/remote_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "load/fields.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 3> remote_keys{"address", "port", "key"};
constexpr std::array<std::string_view, 5> primary_keys{"address", "port", "key", "arpad", "tls"};
constexpr IntegerRange port_range{1, 65'535};
constexpr std::string_view nameservers_word = "nameservers";

/// Brackets may be left out where no port follows, which then is `usual_port`.
std::optional<Endpoint> read_remote_endpoint(YamlNode node, std::string_view what,
                                             std::uint16_t usual_port, FileFindings& findings) {
    const auto text = read_text(node, what, findings);
    if (!text) return std::nullopt;
    if (const auto address = Address::from_text(*text)) {
        return Endpoint{*address, usual_port};
    }
    const auto endpoint = Endpoint::from_text(*text, usual_port);
    if (endpoint && endpoint->port != 0) return *endpoint;
    findings.error(node.place(), fmt::format("{} is no address", in_backquotes(*text)),
                   "write 192.0.2.54, \"192.0.2.54:5353\" or {address: 192.0.2.54, key: NAME}");
    return std::nullopt;
}

/// `what` is how messages call it.
std::optional<Remote> read_remote(YamlNode node, std::string_view what,
                                  std::span<const std::string_view> keys, FileFindings& findings) {
    if (!node.is_mapping()) {
        const auto endpoint = read_remote_endpoint(node, what, dns_port, findings);
        return endpoint ? std::optional(Remote{*endpoint, std::nullopt}) : std::nullopt;
    }
    const Fields fields(node, what, keys, findings);
    const auto address = fields.find("address");
    if (!address) {
        findings.error(fields.place(), fmt::format("{} without `address`", what),
                       "write {address: 192.0.2.54, key: NAME}");
        return std::nullopt;
    }
    const bool is_primary = std::ranges::find(keys, "tls") != keys.end();
    const bool has_tls = is_primary && fields.has("tls");
    const auto endpoint =
        read_remote_endpoint(*address, what, has_tls ? dns_over_tls_port : dns_port, findings);
    if (!endpoint) return std::nullopt;
    Remote remote{*endpoint, std::nullopt};
    if (const auto port = fields.integer("port", port_range)) {
        remote.endpoint.port = static_cast<std::uint16_t>(*port);
    }
    if (is_primary) remote.is_arpad = fields.boolean("arpad").value_or(false);
    if (has_tls) {
        remote.tls = fields.host_name("tls");
        // Without it anybody could be on the other side.
        if (!remote.tls) return std::nullopt;
    }
    if (const auto key = fields.find("key")) {
        remote.key = read_key_name(*key, findings);
        // Without it the message would leave unsigned.
        if (!remote.key) return std::nullopt;
    }
    return remote;
}

bool is_list(YamlNode node, std::string_view key, FileFindings& findings) {
    if (node.is_sequence()) return true;
    findings.error(
        node.place(), fmt::format("`{}` is no list", key),
        fmt::format("write `{}: [192.0.2.54, {{address: 192.0.2.55, key: NAME}}]`", key));
    return false;
}

/// Adds the one that `item` is, if it is right and not among `remotes` yet.
void add_remote(YamlNode item, std::string_view what, std::span<const std::string_view> keys,
                std::vector<Remote>& remotes, FileFindings& findings) {
    const auto remote = read_remote(item, what, keys, findings);
    if (!remote) return;
    if (std::ranges::find(remotes, remote->endpoint, &Remote::endpoint) == remotes.end()) {
        remotes.push_back(*remote);
    } else {
        findings.error(item.place(), fmt::format("{} is listed twice", remote->endpoint.to_text()),
                       "remove one of the two");
    }
}

}  // namespace

std::optional<Name> read_key_name(YamlNode node, FileFindings& findings) {
    const auto text = read_text(node, "`key`", findings);
    if (!text) return std::nullopt;
    const auto name = Name::from_text(*text);
    if (name) return name->lower_case();
    findings.error(node.place(), fmt::format("{} is no name of a key", in_backquotes(*text)),
                   "write one of `keys` of the server configuration");
    return std::nullopt;
}

NotifyList read_notify(YamlNode list, FileFindings& findings) {
    NotifyList notify;
    if (!is_list(list, "notify", findings)) return notify;
    for (const YamlNode item : list.items()) {
        if (item.is_scalar() && item.text() == nameservers_word) {
            notify.has_nameservers = true;
        } else {
            add_remote(item, "an entry of `notify`", remote_keys, notify.remotes, findings);
        }
    }
    return notify;
}

std::vector<Remote> read_primaries(YamlNode list, FileFindings& findings) {
    std::vector<Remote> primaries;
    if (!is_list(list, "primaries", findings)) return primaries;
    for (const YamlNode item : list.items()) {
        add_remote(item, "an entry of `primaries`", primary_keys, primaries, findings);
    }
    if (list.items().begin() == list.items().end()) {
        findings.error(list.place(), "`primaries` is empty",
                       "write from where the zone is to be taken, or remove `primaries`");
    }
    return primaries;
}

}  // namespace arpad
