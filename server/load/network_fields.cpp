#include "load/network_fields.hpp"

#include <fmt/format.h>

#include <string_view>

#include "load/address_text.hpp"
#include "load/host_name.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

std::optional<Prefix> read_network(const Fields& fields, FileFindings& findings) {
    const auto text = fields.text("network");
    if (!text) return std::nullopt;
    const auto prefix = Prefix::from_text(*text);
    if (prefix) return *prefix;
    const AddressFlaw flaw = explain_bad_prefix(*text, prefix.error());
    findings.error(fields.find("network")->place(), flaw.message, flaw.advice);
    return std::nullopt;
}

std::optional<Name> read_zone(const Fields& fields, FileFindings& findings) {
    const auto text = fields.text("zone");
    if (!text) return std::nullopt;
    const Place place = fields.find("zone")->place();
    if (Prefix::from_text(*text)) {
        findings.error(place, fmt::format("{} is a prefix, not a name", in_backquotes(*text)),
                       fmt::format("write `network: {}`", *text));
        return std::nullopt;
    }
    return read_zone_name(*fields.find("zone"), "`zone`", findings);
}

/// What makes `style` senseless for `key`; empty if it has a meaning.
std::string_view objection_to_style(const NetworkKey& key) {
    if (key.zone) return "`zone` already says how the zone is called";
    const bool has_child_zone =
        key.network && key.network->family() == Family::ipv4 && key.network->length() > 24;
    if (!has_child_zone) return "only IPv4 networks of /25 to /32 have one";
    return "";
}

}  // namespace

std::optional<ClasslessStyle> read_style(const Fields& fields, FileFindings& findings) {
    const auto text = fields.text("style");
    if (!text) return std::nullopt;
    const auto style = classless_style_from_text(*text);
    if (!style)
        findings.error(fields.find("style")->place(),
                       fmt::format("{} is no style", in_backquotes(*text)),
                       "write `slash`, `dash` or `range`");
    return style;
}

std::optional<NetworkKey> read_network_key(const Fields& fields, FileFindings& findings) {
    const auto style = read_style(fields, findings);
    NetworkKey key{read_network(fields, findings), read_zone(fields, findings), style,
                   fields.key_place(fields.has("network") ? "network" : "zone")};
    if (!fields.has("network") && !fields.has("zone"))
        findings.error(fields.place(), "neither `network` nor `zone` is written",
                       "write `network: PREFIX`, for example 192.0.2.0/24");
    const bool is_readable = fields.has("style") == style.has_value() &&
                             fields.has("network") == key.network.has_value() &&
                             fields.has("zone") == key.zone.has_value();
    if (!is_readable || (!key.network && !key.zone)) return std::nullopt;
    if (const auto objection = objection_to_style(key); key.style && !objection.empty()) {
        findings.error(fields.key_place("style"),
                       fmt::format("`style` has no meaning here: {}", objection), "remove it");
        key.style.reset();
    }
    if (!key.network) key.network = prefix_of_arpa_name(*key.zone);
    const bool is_ambiguous =
        fields.is_repeated("network") || fields.is_repeated("zone") || fields.is_repeated("style");
    return is_ambiguous ? std::nullopt : std::optional(std::move(key));
}

}  // namespace arpad
