#include "load/zone_settings.hpp"

#include <limits>
#include <utility>

#include "load/host_name.hpp"
#include "load/transfer_fields.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 8> soa_keys{"contact", "primary",      "refresh", "retry",
                                                   "expire",  "negative_ttl", "ttl",     "serial"};
constexpr std::array<std::string_view, 1> serial_keys{"fixed"};
constexpr IntegerRange serial_range{0, std::numeric_limits<std::uint32_t>::max()};

std::optional<Name> read_contact(const Fields& soa, FileFindings& findings) {
    const auto text = soa.text("contact");
    if (!text) return std::nullopt;
    const Place place = soa.find("contact")->place();
    auto contact = contact_from_text(*text);
    if (!contact) {
        findings.error(place, contact.error().message, contact.error().advice);
        return std::nullopt;
    }
    if (contact->has_underscore)
        findings.warning(place,
                         "the domain of " + in_backquotes(*text) +
                             " has an underscore, which host names do not have",
                         "it is served as written; some programs will not accept it");
    return std::move(contact->name);
}

SerialModel serial_model(SerialModel::Kind kind, std::optional<std::uint64_t> value, Place place) {
    if (!value) return {};
    return {kind, Serial{static_cast<std::uint32_t>(*value)}, place};
}

SerialModel read_serial(const Fields& soa, FileFindings& findings) {
    const auto value = soa.find("serial");
    if (!value) return {};
    const Place place = soa.key_place("serial");
    if (!value->is_mapping())
        return serial_model(SerialModel::Kind::floor, soa.integer("serial", serial_range), place);
    const Fields fields(*value, "`serial`", serial_keys, findings);
    if (!fields.has("fixed"))
        findings.error(value->place(), "`serial` has no number",
                       "write `serial: N` or `serial: {fixed: N}`");
    return serial_model(SerialModel::Kind::fixed, fields.integer("fixed", serial_range), place);
}

void read_soa(YamlNode node, ZoneSettings& settings, FileFindings& findings) {
    const Fields fields(node, "`soa`", soa_keys, findings);
    SoaDefaults& soa = settings.written.soa;
    soa.contact = read_contact(fields, findings);
    soa.primary = fields.host_name("primary");
    soa.refresh = fields.seconds("refresh");
    soa.retry = fields.seconds("retry");
    soa.expire = fields.seconds("expire");
    soa.negative_ttl = fields.ttl("negative_ttl");
    soa.ttl = fields.ttl("ttl");
    settings.serial = read_serial(fields, findings);
    settings.has_contact_key = fields.has("contact");
}

std::vector<NameserverModel> read_nameservers(YamlNode list, FileFindings& findings) {
    std::vector<NameserverModel> nameservers;
    for (PlacedName& entry : read_host_names(list, "`nameservers`", findings))
        nameservers.push_back({std::move(entry.name), entry.place});
    return nameservers;
}

}  // namespace

ZoneSettings read_zone_settings(const Fields& fields, FileFindings& findings) {
    ZoneSettings settings;
    settings.written.ttl = fields.ttl("ttl");
    settings.written.nameservers_ttl = fields.ttl("nameservers_ttl");
    settings.written.edit_ttl = fields.ttl("edit_ttl");
    settings.has_nameservers_key = fields.has("nameservers");
    if (const auto list = fields.find("nameservers"))
        settings.written.nameservers = read_nameservers(*list, findings);
    settings.soa = fields.key_place("soa");
    if (const auto soa = fields.find("soa")) read_soa(*soa, settings, findings);
    settings.transfer = fields.key_place("transfer");
    if (const auto transfer = fields.find("transfer"))
        settings.written.transfer = read_transfer(*transfer, findings);
    return settings;
}

}  // namespace arpad
