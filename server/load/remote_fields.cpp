#include "load/remote_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "load/fields.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 3> remote_keys{"address", "port", "key"};
constexpr IntegerRange port_range{1, 65'535};
constexpr std::string_view nameservers_word = "nameservers";

/// Brackets may be left out where no port follows.
std::optional<Endpoint> read_remote_endpoint(YamlNode node, std::string_view what,
                                             FileFindings& findings) {
    const auto text = read_text(node, what, findings);
    if (!text) return std::nullopt;
    if (const auto address = Address::from_text(*text)) return Endpoint{*address};
    const auto endpoint = Endpoint::from_text(*text);
    if (endpoint && endpoint->port != 0) return *endpoint;
    findings.error(node.place(), fmt::format("{} is no address", in_backquotes(*text)),
                   "write 192.0.2.54, \"192.0.2.54:5353\" or {address: 192.0.2.54, key: NAME}");
    return std::nullopt;
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

std::optional<Remote> read_remote(YamlNode node, std::string_view what, FileFindings& findings) {
    if (!node.is_mapping()) {
        const auto endpoint = read_remote_endpoint(node, what, findings);
        return endpoint ? std::optional(Remote{*endpoint, std::nullopt}) : std::nullopt;
    }
    const Fields fields(node, what, remote_keys, findings);
    const auto address = fields.find("address");
    if (!address) {
        findings.error(fields.place(), fmt::format("{} without `address`", what),
                       "write {address: 192.0.2.54, key: NAME}");
        return std::nullopt;
    }
    const auto endpoint = read_remote_endpoint(*address, what, findings);
    if (!endpoint) return std::nullopt;
    Remote remote{*endpoint, std::nullopt};
    if (const auto port = fields.integer("port", port_range)) {
        remote.endpoint.port = static_cast<std::uint16_t>(*port);
    }
    if (const auto key = fields.find("key")) {
        remote.key = read_key_name(*key, findings);
        // Without it the message would leave unsigned.
        if (!remote.key) return std::nullopt;
    }
    return remote;
}

NotifyList read_notify(YamlNode list, FileFindings& findings) {
    NotifyList notify;
    if (!list.is_sequence()) {
        findings.error(list.place(), "`notify` is no list",
                       "write `notify: [192.0.2.54, {address: 192.0.2.55, key: NAME}]`");
        return notify;
    }
    for (const YamlNode item : list.items()) {
        if (item.is_scalar() && item.text() == nameservers_word) {
            notify.has_nameservers = true;
            continue;
        }
        const auto remote = read_remote(item, "an entry of `notify`", findings);
        if (!remote) continue;
        const auto same = std::ranges::find(notify.remotes, remote->endpoint, &Remote::endpoint);
        if (same == notify.remotes.end()) {
            notify.remotes.push_back(*remote);
        } else {
            findings.error(item.place(),
                           fmt::format("{} is listed twice", remote->endpoint.to_text()),
                           "remove one of the two");
        }
    }
    return notify;
}

}  // namespace arpad
