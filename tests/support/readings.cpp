#include "support/readings.hpp"

#include <fmt/format.h>

#include <span>
#include <vector>

namespace arpad {
namespace {

std::string to_text(Place place) {
    return fmt::format("{}:{}", place.line, place.column);
}

std::string to_text(const std::optional<Ttl>& ttl) {
    return ttl ? fmt::format("{}", ttl->seconds) : "-";
}

std::string to_text(const std::optional<Name>& name) {
    return name ? name->to_text() : "-";
}

std::string to_text(const std::optional<ClasslessStyle>& style) {
    return style ? fmt::format("{}", static_cast<int>(*style)) : "-";
}

std::string to_text(const NetworkKey& key) {
    return fmt::format("key {} {} {} {}\n", key.network ? key.network->to_text() : "-",
                       to_text(key.zone), to_text(key.style), to_text(key.place));
}

std::string to_text(const SoaModel& soa) {
    return fmt::format(
        "soa {} {} {} {} {} {} {} {} {} {}\n", soa.primary.to_text(), soa.contact.to_text(),
        soa.refresh, soa.retry, soa.expire, soa.negative_ttl.seconds, to_text(soa.ttl),
        static_cast<int>(soa.serial.kind), soa.serial.value.value, to_text(soa.serial.place));
}

std::string to_text(const RecordView& record) {
    std::string text = fmt::format("record {}", record.address.to_text());
    for (const NameView name : record.names) text += ' ' + name.to_text();
    return text + fmt::format(" {} {} {}\n", to_text(record.ttl), record.locked ? "locked" : "-",
                              to_text(record.place));
}

std::string to_text(const RangeModel& range) {
    return fmt::format("range {} {} {} {} {} {}\n", range.range.first.to_text(),
                       range.range.last.to_text(), range.names ? "named" : "hole", range.written,
                       to_text(range.ttl), to_text(range.place));
}

std::string to_text(const Rdata& rdata) {
    std::string text;
    for (const auto octet : rdata) text += fmt::format("{:02x}", static_cast<unsigned>(octet));
    return text;
}

std::string to_text(const DelegationModel& delegation) {
    std::string text =
        fmt::format("delegation {} {} {} {} {} {}\n", delegation.prefix.to_text(),
                    to_text(delegation.style), to_text(delegation.cname_to),
                    to_text(delegation.ttl), to_text(delegation.ds_ttl), to_text(delegation.place));
    for (const auto& nameserver : delegation.nameservers) {
        text +=
            fmt::format("  nameserver {} {}", nameserver.name.to_text(), to_text(nameserver.place));
        for (const Address address : nameserver.addresses) text += ' ' + address.to_text();
        text += '\n';
    }
    for (const Rdata& ds : delegation.ds) text += fmt::format("  ds {}\n", to_text(ds));
    return text;
}

std::string to_text(const ExtraModel& extra) {
    return fmt::format("extra {} {} {} {} {}\n", extra.owner.to_text(),
                       static_cast<unsigned>(extra.type), to_text(extra.ttl), to_text(extra.rdata),
                       to_text(extra.place));
}

template <class Models>
std::string to_texts(const Models& models) {
    std::string text;
    for (const auto& model : models) text += to_text(model);
    return text;
}

std::string to_text(const NetworkModel& model) {
    std::string text = fmt::format("network {} ttl {} {}\n", model.file, model.ttl.seconds,
                                   to_text(model.nameservers_ttl));
    text += to_text(model.key);
    for (const NameserverModel& nameserver : model.nameservers)
        text +=
            fmt::format("nameserver {} {}\n", nameserver.name.to_text(), to_text(nameserver.place));
    return text + to_text(model.soa) + to_texts(model.records) + to_texts(model.ranges) +
           to_texts(model.delegations) + to_texts(model.extra);
}

std::string read(std::string_view text, Reading reading) {
    ZoneDefaults defaults;
    defaults.nameservers = {{*Name::from_text("ns.example."), {}}};
    defaults.soa.contact = *Name::from_text("hostmaster.example.");
    Diagnostics diagnostics;
    const ZoneFile file = read_zone_file("f", text, defaults, diagnostics, reading);
    return to_text(file, diagnostics);
}

}  // namespace

std::string to_text(const ZoneFile& file, const Diagnostics& diagnostics) {
    std::string text = diagnostics.to_text();
    text += file.key ? to_text(*file.key) : "no key\n";
    text += file.model ? to_text(*file.model) : "no model\n";
    if (file.extra)
        text += fmt::format("extra at {} {} {}\n{}\n", to_text(file.extra->place),
                            file.extra->is_block ? "block" : "-", to_text(file.extra_origin),
                            file.extra->text);
    return text;
}

std::optional<std::string> difference_of_readings(std::string_view text) {
    const std::string by_yaml = read(text, Reading::all_by_yaml);
    const std::string fast = read(text, Reading::fast);
    if (fast == by_yaml) return std::nullopt;
    return fmt::format("by yaml-cpp:\n{}\nfast:\n{}\nof:\n{}\n", by_yaml, fast, text);
}

}  // namespace arpad
