#include "load/zone_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "load/delegated_parts.hpp"
#include "load/delegation_fields.hpp"
#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "load/network_fields.hpp"
#include "load/range_fields.hpp"
#include "load/record_fields.hpp"
#include "load/remote_fields.hpp"
#include "load/transfer_fields.hpp"
#include "load/yaml_document.hpp"
#include "load/zone_settings.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 14> zone_file_keys{
    "network",   "zone", "style",    "ttl",     "nameservers", "nameservers_ttl", "edit_ttl",
    "primaries", "soa",  "transfer", "records", "ranges",      "delegations",     "extra"};

/// What a zone that is taken from primaries has from there.
constexpr std::array<std::string_view, 5> keys_of_primaries{"soa", "records", "ranges",
                                                            "delegations", "extra"};

template <class T>
std::optional<T> first_of(const std::optional<T>& written, const std::optional<T>& other) {
    return written ? written : other;
}

/// The nameservers of the configuration. Their places are in another file, so they are dropped.
std::vector<NameserverModel> without_places(std::vector<NameserverModel> nameservers) {
    for (NameserverModel& nameserver : nameservers) nameserver.place = {};
    return nameservers;
}

std::vector<Remote> read_primaries(const Fields& fields, const ZoneDefaults& defaults,
                                   FileFindings& findings) {
    const auto list = fields.find("primaries");
    if (!list) return {};
    for (const std::string_view key : keys_of_primaries) {
        if (!fields.has(key)) continue;
        findings.error(
            fields.key_place(key), fmt::format("`{}` beside `primaries`", key),
            "remove one of the two: all that such a zone holds comes from its primaries");
    }
    std::vector<Remote> primaries = read_primaries(*list, findings);
    if (defaults.known_keys) {
        report_unknown_keys(primaries, *defaults.known_keys, fields.key_place("primaries"),
                            findings);
    }
    return primaries;
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
    soa.primary = first_of(written.primary, defaults.primary)
                      .value_or(nameservers.empty() ? Name() : nameservers.front().name);
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

Ttl network_ttl(const ZoneSettings& settings, const ZoneDefaults& defaults) {
    return first_of(settings.written.ttl, defaults.ttl).value_or(NetworkModel().ttl);
}

/// What a file without errors says, where the configuration's `defaults` hold where it is silent.
NetworkModel network_model(NetworkKey key, ZoneSettings settings, const ZoneDefaults& defaults) {
    NetworkModel model;
    model.key = std::move(key);
    model.ttl = network_ttl(settings, defaults);
    model.nameservers_ttl = first_of(settings.written.nameservers_ttl, defaults.nameservers_ttl);
    model.edit_ttl = first_of(settings.written.edit_ttl, defaults.edit_ttl);
    model.nameservers = settings.has_nameservers_key ? std::move(settings.written.nameservers)
                                                     : without_places(defaults.nameservers);
    model.soa = soa_model(settings, defaults.soa, model.nameservers);
    return model;
}

/// What a file says about addresses.
struct AddressParts {
    RecordModels records;
    std::vector<RangeModel> ranges;
    std::vector<DelegationModel> delegations;
};

/// The value of `part`, which makes sense only in a network.
std::optional<YamlNode> find_address_part(const Fields& fields, std::string_view part,
                                          const std::optional<NetworkKey>& key,
                                          FileFindings& findings) {
    const auto value = fields.find(part);
    if (value && key && !key->network)
        findings.error(
            fields.key_place(part),
            fmt::format("`{}` without a network: the name in `zone` is no address prefix", part),
            fmt::format("write `network: PREFIX` beside `zone`, or remove `{}`", part));
    return value;
}

AddressParts read_address_parts(const Fields& fields, const RecordLines& lines,
                                const std::optional<NetworkKey>& key, FileFindings& findings) {
    const auto network = key ? key->network : std::nullopt;
    AddressParts parts;
    if (const auto records = find_address_part(fields, "records", key, findings))
        parts.records = read_records(*records, lines, network, findings);
    parts.records.sort();
    if (const auto ranges = find_address_part(fields, "ranges", key, findings))
        parts.ranges = read_ranges(*ranges, network, findings);
    if (const auto delegations = find_address_part(fields, "delegations", key, findings))
        parts.delegations = read_delegations(*delegations, network, findings);
    report_delegated(parts.records, parts.ranges, parts.delegations, findings);
    return parts;
}

/// What names in `extra` are relative to if there is no other network.
std::optional<Name> origin_alone(const NetworkKey& key) {
    const NetworkEntry entry{"", key, nullptr};
    Diagnostics ignored;
    return extra_origin(Layout({&entry, 1}, ignored), 0);
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
                        const ZoneDefaults& defaults, Diagnostics& diagnostics, Reading reading) {
    ZoneFile result;
    result.file = file;
    const auto document =
        parse_zone_file(file, text, reading,
                        "write `network: PREFIX` and `records:`, or remove the file", diagnostics);
    if (!document) {
        result.key = salvage_key(file, text);
        return result;
    }
    FileFindings findings(file, diagnostics);
    const Fields fields(document->yaml.root(), "a zone file", zone_file_keys, findings);
    result.key = read_network_key(fields, findings);
    ZoneSettings settings = read_zone_settings(fields, findings);
    std::vector<Remote> primaries = read_primaries(fields, defaults, findings);
    if (!fields.has("primaries")) report_missing(settings, defaults, fields.place(), findings);
    AddressParts parts = read_address_parts(fields, document->lines, result.key, findings);
    std::vector<ExtraModel> extra;
    result.extra = find_extra_text(fields, text, findings);
    if (result.extra && result.key) {
        result.extra_origin = origin_alone(*result.key);
        extra = read_extra(*result.extra, result.extra_origin, network_ttl(settings, defaults),
                           findings);
    }
    if (findings.error_count() > 0 || !result.key) return result;
    TransferPolicy transfer =
        transfer_policy(settings, std::move(primaries), defaults,
                        {parts.ranges, {parts.records, 0, parts.records.size()}, extra}, findings);
    result.model = network_model(*result.key, std::move(settings), defaults);
    result.model->file = file;
    result.model->transfer = std::move(transfer);
    result.model->records = std::move(parts.records);
    result.model->ranges = std::move(parts.ranges);
    result.model->delegations = std::move(parts.delegations);
    result.model->extra = std::move(extra);
    return result;
}

}  // namespace arpad
