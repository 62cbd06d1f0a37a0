#include "app/status_json.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "load/master_name.hpp"
#include "zone/difference.hpp"

namespace arpad {
namespace {

namespace json = boost::json;

/// Of each zone so many changed names are listed; all are counted.
constexpr std::size_t listed_names = 1000;

std::string_view text_of(Standing standing) {
    switch (standing) {
        case Standing::current:
            return "current";
        case Standing::last_good:
            return "last good";
        case Standing::broken:
            return "broken";
        case Standing::unknown:
            break;
    }
    return "unknown";
}

/// RFC 3339, in UTC.
std::string text_of(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

json::array json_of(const Diagnostics& findings) {
    json::array list;
    for (const Diagnostic& finding : findings.entries()) {
        list.push_back({{"severity", finding.severity == Severity::error ? "error" : "warning"},
                        {"file", finding.file},
                        {"line", finding.place.line},
                        {"column", finding.place.column},
                        {"message", finding.message},
                        {"advice", finding.advice}});
    }
    return list;
}

json::object json_of(const ServedZone& served) {
    json::object zone{{"name", served.zone->apex().to_text()},
                      {"available", served.zone->is_available()}};
    if (served.zone->is_available()) zone["serial"] = served.zone->serial().value;
    if (served.zone->transfer().is_secondary()) {
        json::array primaries;
        for (const Remote& primary : served.zone->transfer().primaries) {
            primaries.emplace_back(primary.endpoint.to_text());
        }
        zone["primaries"] = std::move(primaries);
        zone["expired"] = served.zone->unavailability() == Unavailability::expired;
    }
    return zone;
}

json::object json_of(const Subscription& subscription) {
    json::array members;
    for (const auto& [name, member] : subscription.members) members.push_back(json_of(member));
    json::object catalog = json_of(subscription.catalog);
    catalog["flaw"] = subscription.flaw;
    json::array ignored;
    for (const Name& name : subscription.ignored) ignored.emplace_back(name.to_text());
    catalog["ignored"] = std::move(ignored);
    catalog["zones"] = std::move(members);
    return catalog;
}

json::object json_of(const NetworkState& state) {
    json::array zones;
    for (const ServedZone& served : state.zones) zones.push_back(json_of(served));
    json::value loaded_at = nullptr;
    if (state.loaded_at) loaded_at = text_of(*state.loaded_at);
    return {{"network", state.name},
            {"file", state.file},
            {"standing", text_of(state.standing)},
            {"file_is_gone", state.is_gone},
            {"records", state.records},
            {"zones", std::move(zones)},
            {"loaded_at", std::move(loaded_at)},
            {"findings", json_of(state.findings)}};
}

/// What an RRset says, as far as it is names; how many records it has otherwise.
json::value contents_of(const std::optional<RrsetView>& rrset) {
    if (!rrset) return nullptr;
    if (!is_one_name(rrset->type())) return json::string(fmt::format("{} records", rrset->size()));
    json::array names;
    for (const auto rdata : *rrset) names.emplace_back(NameView::of_valid_wire(rdata).to_text());
    return names;
}

/// What those who may take `zone` do not get of its ranges; null if they get all, or are none.
json::value ranges_in_transfers(const Zone* zone) {
    const bool is_given = zone != nullptr && zone->is_available() &&
                          zone->transfer().has_view(TransferView::foreign) &&
                          !zone->parts().ranges.is_empty();
    if (!is_given) return nullptr;
    switch (zone->transfer().ranges) {
        case RangesInTransfers::expand:
            break;
        case RangesInTransfers::omit:
            return "omit";
        case RangesInTransfers::wildcard:
            return "wildcard";
    }
    return nullptr;
}

json::object json_of(const ZoneChange& change) {
    const auto serial = [](const std::shared_ptr<const Zone>& zone) -> json::value {
        if (!zone || !zone->is_available()) return nullptr;
        return zone->serial().value;
    };
    std::size_t added = 0;
    std::size_t removed = 0;
    std::size_t changed = 0;
    json::array names;
    for_each_difference(
        change.before.get(), change.after.get(), [&](const RrsetChange& difference) {
            const bool is_added = !difference.before;
            const bool is_removed = !difference.after;
            ++(is_added ? added : is_removed ? removed : changed);
            if (names.size() >= listed_names) return;
            const RrType type = (is_added ? difference.after : difference.before)->type();
            names.push_back({{"name", difference.owner.to_text()},
                             {"type", to_mnemonic(type)},
                             {"before", contents_of(difference.before)},
                             {"after", contents_of(difference.after)}});
        });
    const bool are_both = change.before && change.before->is_available() && change.after &&
                          change.after->is_available();
    return {{"zone", (change.after ? change.after : change.before)->apex().to_text()},
            {"serial_before", serial(change.before)},
            {"serial_after", serial(change.after)},
            {"added", added},
            {"removed", removed},
            {"changed", changed},
            {"ranges_changed", are_both && differ_in_ranges(*change.before, *change.after)},
            {"ranges_in_transfers", ranges_in_transfers(change.after.get())},
            {"names", std::move(names)}};
}

}  // namespace

json::object json_of(const Networks& networks) {
    json::array list;
    for (const auto& [key, state] : networks.files()) list.push_back(json_of(state));
    json::object status{{"summary", summary_of(networks)}, {"networks", std::move(list)}};
    if (const auto& inventory = networks.inventory()) {
        const auto& model = inventory->reading.model;
        status["inventory"] = {{"standing", text_of(inventory->reading.standing)},
                               {"servers", model ? model->servers.size() : 0}};
    }
    json::array catalogs;
    for (const auto& [name, subscription] : networks.subscriptions()) {
        catalogs.push_back(json_of(subscription));
    }
    if (!catalogs.empty()) status["catalogs_from"] = std::move(catalogs);
    status["findings"] = json_of(networks.general_findings());
    return status;
}

json::object json_of(const ReloadOutcome& outcome) {
    return {{"failure", outcome.failure},
            {"files_read", outcome.files_read},
            {"networks_loaded", outcome.networks_loaded},
            {"networks_dropped", outcome.networks_dropped},
            {"zones_changed", outcome.zones_changed},
            {"errors", outcome.errors},
            {"warnings", outcome.warnings},
            {"generation", outcome.generation},
            {"seconds", outcome.seconds}};
}

json::object json_of(const NetworksUpdate& update, const Networks& networks) {
    json::array zones;
    for (const ZoneChange& change : update.changes) zones.push_back(json_of(change));
    json::array dropped;
    for (const std::string& key : update.dropped) {
        dropped.emplace_back(networks.files().at(key).name);
    }
    Diagnostics findings = update.findings;
    for (const auto& [key, state] : update.loaded) findings.append(state.findings);
    // What is wrong already and would stay so counts too.
    for (const auto& [key, state] : networks.files()) {
        const bool is_old = update.loaded.contains(key) || update.dropped.contains(key);
        if (!is_old) findings.append(state.findings);
    }
    if (update.inventory_source) {
        findings.append(update.inventory->findings);
    } else if (networks.inventory()) {
        findings.append(networks.inventory()->findings);
    }
    if (update.coverage) findings.append(*update.coverage);
    findings.sort();
    return {{"zones", std::move(zones)},
            {"networks_dropped", std::move(dropped)},
            {"errors", findings.error_count()},
            {"findings", json_of(findings)}};
}

}  // namespace arpad
