#include "load/zone_file.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "load/network_fields.hpp"
#include "load/record_fields.hpp"
#include "load/yaml_document.hpp"
#include "load/zone_settings.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 8> zone_file_keys{
    "network", "zone", "style", "ttl", "nameservers", "nameservers_ttl", "soa", "records"};

template <class T>
std::optional<T> first_of(const std::optional<T>& written, const std::optional<T>& other) {
    return written ? written : other;
}

/// The nameservers of the configuration. Their places are in another file, so they are dropped.
std::vector<NameserverModel> without_places(std::vector<NameserverModel> nameservers) {
    for (NameserverModel& nameserver : nameservers) nameserver.place = {};
    return nameservers;
}

/// Reports what has no default and stands neither in the file nor in the configuration.
void report_missing(const ZoneSettings& settings, const ZoneDefaults& defaults, Place file_place,
                    FileFindings& findings) {
    if (!settings.has_nameservers_key && defaults.nameservers.empty())
        findings.error(file_place, "`nameservers` is missing",
                       "write `nameservers: [ns1.example.net, ns2.example.net]` here, or in "
                       "`zone_defaults` of the server configuration");
    if (!settings.has_contact_key && !defaults.soa.contact)
        findings.error(settings.soa.line == 0 ? file_place : settings.soa,
                       "`contact` of `soa` is missing",
                       "write `soa: {contact: hostmaster@example.net}` here, or in "
                       "`zone_defaults` of the server configuration");
}

SoaModel soa_model(const ZoneSettings& settings, const SoaDefaults& defaults,
                   const std::vector<NameserverModel>& nameservers) {
    const SoaDefaults& written = settings.written.soa;
    const SoaModel standard;
    SoaModel soa;
    soa.primary = first_of(written.primary, defaults.primary).value_or(nameservers.front().name);
    soa.contact = first_of(written.contact, defaults.contact).value_or(Name());
    soa.refresh = first_of(written.refresh, defaults.refresh).value_or(standard.refresh);
    soa.retry = first_of(written.retry, defaults.retry).value_or(standard.retry);
    soa.expire = first_of(written.expire, defaults.expire).value_or(standard.expire);
    soa.negative_ttl =
        first_of(written.negative_ttl, defaults.negative_ttl).value_or(standard.negative_ttl);
    soa.ttl = first_of(written.ttl, defaults.ttl);
    soa.serial = settings.serial;
    return soa;
}

/// What a file without errors says, where the configuration's `defaults` hold where it is silent.
NetworkModel network_model(NetworkKey key, ZoneSettings settings, const ZoneDefaults& defaults) {
    NetworkModel model;
    model.key = std::move(key);
    model.ttl = first_of(settings.written.ttl, defaults.ttl).value_or(model.ttl);
    model.nameservers_ttl = first_of(settings.written.nameservers_ttl, defaults.nameservers_ttl);
    model.nameservers = settings.has_nameservers_key ? std::move(settings.written.nameservers)
                                                     : without_places(defaults.nameservers);
    model.soa = soa_model(settings, defaults.soa, model.nameservers);
    return model;
}

std::vector<RecordModel> read_records_of(const Fields& fields, const std::optional<NetworkKey>& key,
                                         FileFindings& findings) {
    const auto records = fields.find("records");
    if (!records) return {};
    if (key && !key->network)
        findings.error(fields.key_place("records"),
                       "`records` without a network: the name in `zone` is no address prefix",
                       "write `network: PREFIX` beside `zone`, or remove `records`");
    return read_records(*records, key ? key->network : std::nullopt, findings);
}

/// What the zone is called in a file that is no YAML as a whole: only the lines that say so are
/// read, the others are taken for empty ones. Everything that is wrong was reported already.
std::optional<NetworkKey> salvage_key(const std::string& file, std::string_view text) {
    constexpr std::array<std::string_view, 3> beginnings{"network:", "zone:", "style:"};
    std::string lines;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const auto begins_line = [line](std::string_view key) { return line.starts_with(key); };
        if (std::ranges::any_of(beginnings, begins_line)) lines += line;
        lines += '\n';
    }
    Diagnostics ignored;
    const auto document = parse_yaml(file, lines, {}, ignored);
    if (!document) return std::nullopt;
    FileFindings findings(file, ignored);
    return read_network_key(Fields(document->root(), "a zone file", zone_file_keys, findings),
                            findings);
}

}  // namespace

ZoneFile read_zone_file(const std::string& file, std::string_view text,
                        const ZoneDefaults& defaults, Diagnostics& diagnostics) {
    ZoneFile result{file, std::nullopt, std::nullopt};
    const auto document = parse_yaml(
        file, text, "write `network: PREFIX` and `records:`, or remove the file", diagnostics);
    if (!document) {
        result.key = salvage_key(file, text);
        return result;
    }
    FileFindings findings(file, diagnostics);
    const Fields fields(document->root(), "a zone file", zone_file_keys, findings);
    result.key = read_network_key(fields, findings);
    ZoneSettings settings = read_zone_settings(fields, findings);
    report_missing(settings, defaults, fields.place(), findings);
    std::vector<RecordModel> records = read_records_of(fields, result.key, findings);
    if (findings.error_count() > 0 || !result.key) return result;
    result.model = network_model(*result.key, std::move(settings), defaults);
    result.model->file = file;
    result.model->records = std::move(records);
    return result;
}

}  // namespace arpad
