#include "load/delegation_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "load/address_fields.hpp"
#include "load/address_text.hpp"
#include "load/ds_text.hpp"
#include "load/fields.hpp"
#include "load/host_name.hpp"
#include "load/network_fields.hpp"
#include "load/repeats.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 6> delegation_keys{"nameservers", "style", "cname_to",
                                                          "ds",          "ttl",   "ds_ttl"};
constexpr std::array<std::string_view, 2> nameserver_keys{"name", "addresses"};

/// Whether the names of the addresses in `prefix` are CNAMEs to a zone of another name (RFC 2317).
bool is_reached_by_cnames(const Prefix& prefix) {
    return prefix.family() == Family::ipv4 && prefix.length() > 24;
}

bool is_several_zones(const Prefix& prefix) {
    return !prefix.is_aligned() && !is_reached_by_cnames(prefix);
}

/// What is wrong with `prefix` as a part of `network`.
std::optional<AddressFlaw> explain_no_part(const Prefix& prefix, const Prefix& network) {
    if (prefix == network)
        return AddressFlaw{fmt::format("{} is the network itself", prefix.to_text()),
                           "delegate parts of it; what is delegated as a whole needs no file here"};
    if (prefix.contains(network))
        return AddressFlaw{
            fmt::format("{} contains all of {}", prefix.to_text(), network.to_text()),
            "delegate parts of the network"};
    const AddressRange range{prefix.first(), prefix.last()};
    return explain_outside(range, "prefix", network);
}

/// The prefix that `key` says, though it may be no part of the network.
std::optional<Prefix> read_key(YamlNode key, const std::optional<Prefix>& network,
                               FileFindings& findings) {
    const auto prefix = Prefix::from_text(key.text());
    if (!prefix) {
        const AddressFlaw flaw = explain_bad_prefix(key.text(), prefix.error());
        findings.error(key.place(), flaw.message, flaw.advice);
        return std::nullopt;
    }
    if (network) {
        if (const auto flaw = explain_no_part(*prefix, *network))
            findings.error(key.place(), flaw->message, flaw->advice);
    }
    return *prefix;
}

/// Reads a name, or `{name: ..., addresses: [...]}`.
std::optional<DelegatedNameserverModel> read_nameserver(YamlNode item, FileFindings& findings) {
    constexpr std::string_view what = "an entry of `nameservers`";
    if (!item.is_mapping()) {
        auto name = read_host_name(item, what, findings);
        if (!name) return std::nullopt;
        return DelegatedNameserverModel{std::move(*name), {}, item.place()};
    }
    const Fields fields(item, what, nameserver_keys, findings);
    DelegatedNameserverModel model;
    if (const auto list = fields.find("addresses")) {
        for (const PlacedAddress& entry : read_addresses(*list, "addresses", findings))
            model.addresses.push_back(entry.address);
    }
    if (!fields.has("name"))
        findings.error(item.place(), fmt::format("{} has no name", what),
                       "write `name: ns1.example.net`");
    auto name = fields.host_name("name");
    if (!name) return std::nullopt;
    model.name = std::move(*name);
    model.place = fields.find("name")->place();
    return model;
}

void report_repeated_nameservers(const std::vector<DelegatedNameserverModel>& nameservers,
                                 FileFindings& findings) {
    const auto is_before = [](const auto& left, const auto& right) {
        return canonical_order(left.name, right.name) < 0;
    };
    for_each_repeat(nameservers, is_before, [&findings](const auto& first, const auto& second) {
        findings.error(second.place,
                       fmt::format("{} is listed twice, first in line {}", second.name.to_text(),
                                   first.place.line),
                       "remove one of the two");
    });
}

std::vector<DelegatedNameserverModel> read_nameservers(YamlNode list, FileFindings& findings) {
    std::vector<DelegatedNameserverModel> nameservers;
    if (!list.is_sequence() || list.is_empty()) {
        findings.error(list.place(), "`nameservers` is no list of nameservers",
                       "write `nameservers: [ns1.example.net, ns2.example.net]`");
        return nameservers;
    }
    for (const YamlNode item : list.items()) {
        if (auto model = read_nameserver(item, findings)) nameservers.push_back(std::move(*model));
    }
    report_repeated_nameservers(nameservers, findings);
    return nameservers;
}

std::optional<Name> read_cname_to(const Fields& fields, FileFindings& findings) {
    const auto node = fields.find("cname_to");
    return node ? read_zone_name(*node, "`cname_to`", findings) : std::nullopt;
}

/// RDATA of a DS record and where it is written.
struct PlacedDs {
    Rdata rdata;
    Place place;
};

std::optional<PlacedDs> read_ds_entry(YamlNode item, FileFindings& findings) {
    const auto text = read_text(item, "an entry of `ds`", findings);
    if (!text) return std::nullopt;
    auto rdata = ds_from_text(*text);
    if (rdata) return PlacedDs{std::move(*rdata), item.place()};
    findings.error(item.place(), rdata.error().message, rdata.error().advice);
    return std::nullopt;
}

std::vector<Rdata> read_ds(YamlNode list, FileFindings& findings) {
    if (!list.is_sequence() || list.is_empty()) {
        findings.error(list.place(), "`ds` is no list of DS records",
                       "write `ds: [\"KEYTAG ALGORITHM DIGESTTYPE DIGEST\"]`");
        return {};
    }
    std::vector<PlacedDs> entries;
    for (const YamlNode item : list.items()) {
        if (auto entry = read_ds_entry(item, findings)) entries.push_back(std::move(*entry));
    }
    const auto is_before = [](const PlacedDs& left, const PlacedDs& right) {
        return left.rdata < right.rdata;
    };
    for_each_repeat(entries, is_before, [&findings](const PlacedDs& first, const PlacedDs& second) {
        findings.error(second.place,
                       fmt::format("the same DS record is in line {}", first.place.line),
                       "remove one of the two");
    });
    std::vector<Rdata> rdatas;
    rdatas.reserve(entries.size());
    for (PlacedDs& entry : entries) rdatas.push_back(std::move(entry.rdata));
    return rdatas;
}

/// Reports `key` as out of place for the reason `objection`.
void report_senseless(const Fields& fields, std::string_view key, std::string_view objection,
                      FileFindings& findings) {
    findings.error(fields.key_place(key),
                   fmt::format("`{}` has no meaning here: {}", key, objection), "remove it");
}

/// Reports the settings that a delegation of `prefix` cannot have.
void report_senseless_for(const Prefix& prefix, const Fields& fields, FileFindings& findings) {
    constexpr std::string_view only_classless = "only IPv4 prefixes of /25 to /32 have one";
    for (const std::string_view key : {"style", "cname_to"}) {
        if (fields.has(key) && !is_reached_by_cnames(prefix))
            report_senseless(fields, key, only_classless, findings);
    }
    if (!fields.has("ds") || !is_several_zones(prefix)) return;
    const std::vector<Prefix> zones = split_at_labels(prefix);
    findings.error(fields.key_place("ds"),
                   fmt::format("`ds` for {}, which is {} zones", prefix.to_text(), zones.size()),
                   fmt::format("a DS record is about the name of one zone: delegate {} to {} one "
                               "by one",
                               zones.front().to_text(), zones.back().to_text()));
}

/// Reports settings that are missing or contradict each other.
void report_contradictions(const Fields& fields, std::string_view what, FileFindings& findings) {
    const bool has_cname_to = fields.has("cname_to");
    const bool has_nameservers = fields.has("nameservers");
    if (!has_nameservers && !has_cname_to)
        findings.error(fields.place(), fmt::format("{} has no nameservers", what),
                       "write `nameservers: [ns1.example.net, ns2.example.net]`");
    if (fields.has("style") && has_cname_to)
        report_senseless(fields, "style", "`cname_to` already says how the zone is called",
                         findings);
    if (fields.has("ds") && has_cname_to && !has_nameservers)
        report_senseless(fields, "ds", "`cname_to` without `nameservers` makes no zone cut",
                         findings);
    if (fields.has("ds_ttl") && !fields.has("ds"))
        findings.error(fields.key_place("ds_ttl"), "`ds_ttl` without `ds`",
                       "write `ds` beside it, or remove it");
}

DelegationModel read_delegation(const YamlEntry& entry, const std::optional<Prefix>& prefix,
                                FileFindings& findings) {
    const std::string what = prefix ? prefix->to_text() : "this delegation";
    const Fields fields(entry.value, what, delegation_keys, findings);
    DelegationModel model;
    model.prefix = prefix.value_or(Prefix());
    model.place = entry.key.place();
    if (const auto list = fields.find("nameservers"))
        model.nameservers = read_nameservers(*list, findings);
    model.style = read_style(fields, findings);
    model.cname_to = read_cname_to(fields, findings);
    if (const auto list = fields.find("ds")) model.ds = read_ds(*list, findings);
    model.ttl = fields.ttl("ttl");
    model.ds_ttl = fields.ttl("ds_ttl");
    if (entry.value.is_mapping() || entry.value.is_null())
        report_contradictions(fields, what, findings);
    if (prefix) report_senseless_for(*prefix, fields, findings);
    return model;
}

/// Reports a pair that overlaps, where the second of the two is written.
void report_overlap(const DelegationModel& one, const DelegationModel& other,
                    FileFindings& findings) {
    const auto [first, second] = std::minmax(
        one, other, [](const auto& left, const auto& right) { return left.place < right.place; });
    if (first.prefix == second.prefix)
        findings.error(second.place,
                       fmt::format("{} has a second entry here; the first is in line {}",
                                   second.prefix.to_text(), first.place.line),
                       "keep one of the two");
    else
        findings.error(second.place,
                       fmt::format("{} overlaps {}, delegated in line {}", second.prefix.to_text(),
                                   first.prefix.to_text(), first.place.line),
                       "keep one of the two; whoever has the outer one delegates parts of it");
}

/// Reports those of the delegations, sorted, that lie in another.
void report_overlaps(const std::vector<DelegationModel>& delegations, FileFindings& findings) {
    const DelegationModel* outer = nullptr;
    for (const DelegationModel& model : delegations) {
        if (outer != nullptr && outer->prefix.contains(model.prefix))
            report_overlap(*outer, model, findings);
        else
            outer = &model;
    }
}

}  // namespace

std::vector<DelegationModel> read_delegations(YamlNode delegations,
                                              const std::optional<Prefix>& network,
                                              FileFindings& findings) {
    std::vector<DelegationModel> models;
    if (delegations.is_null()) return models;
    if (!delegations.is_mapping()) {
        findings.error(delegations.place(), "`delegations` is no mapping",
                       "write lines like `192.0.2.64/26: {nameservers: [ns1.example.net]}`");
        return models;
    }
    for (const YamlEntry entry : delegations.entries()) {
        const auto prefix = read_key(entry.key, network, findings);
        DelegationModel model = read_delegation(entry, prefix, findings);
        if (prefix) models.push_back(std::move(model));
    }
    std::ranges::stable_sort(models, {}, &DelegationModel::prefix);
    report_overlaps(models, findings);
    return models;
}

}  // namespace arpad
