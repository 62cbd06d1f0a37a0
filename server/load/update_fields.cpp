#include "load/update_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "load/master_name.hpp"
#include "load/remote_fields.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 5> updater_keys{"prefixes", "types", "names", "over_records",
                                                       "lifetime"};
constexpr std::uint32_t least_lifetime = 30;

bool is_empty(YamlNode list) {
    const auto items = list.items();
    return items.begin() == items.end();
}

std::vector<Prefix> read_prefixes(const Fields& updater, bool may_be_missing,
                                  FileFindings& findings) {
    std::vector<Prefix> prefixes;
    const auto list = updater.find("prefixes");
    if (!list) {
        if (!may_be_missing) {
            findings.error(updater.place(), "a key of `updates` without `prefixes`",
                           "write `prefixes: [192.0.2.0/24]`: those of the addresses that it may "
                           "name; `[0.0.0.0/0, \"::/0\"]` are all");
        }
        return prefixes;
    }
    if (!list->is_sequence() || is_empty(*list)) {
        findings.error(list->place(), "`prefixes` is no list of at least one prefix",
                       "write `prefixes: [192.0.2.0/24]`");
        return prefixes;
    }
    for (const YamlNode item : list->items()) {
        const auto text = read_text(item, "a prefix of `prefixes`", findings);
        if (!text) continue;
        if (const auto prefix = prefix_or_address(*text)) {
            prefixes.push_back(*prefix);
        } else {
            findings.error(item.place(),
                           fmt::format("{} is no address or prefix", in_backquotes(*text)),
                           "write 192.0.2.0/24 or 2001:db8::/32");
        }
    }
    return prefixes;
}

/// None: any.
std::optional<std::vector<RrType>> read_types(YamlNode node, FileFindings& findings) {
    if (node.is_scalar() && node.text() == "any") return std::nullopt;
    std::vector<RrType> types;
    if (!node.is_sequence() || is_empty(node)) {
        findings.error(node.place(), "`types` is neither `any` nor a list of at least one type",
                       "write `types: [PTR, TXT, DHCID]`, which is also the default");
        return types;
    }
    for (const YamlNode item : node.items()) {
        const auto text = read_text(item, "a type of `types`", findings);
        if (!text) continue;
        const auto type = type_from_text(*text);
        if (type && !is_meta_type(*type) && *type != RrType::soa) {
            types.push_back(*type);
        } else {
            findings.error(item.place(),
                           fmt::format("{} is no type that can be updated", in_backquotes(*text)),
                           "write PTR, TXT, DHCID and the like; SOA is the server's");
        }
    }
    return types;
}

UpdatePolicy read_policy(YamlNode node, FileFindings& findings) {
    const Fields updater(node, "a key of `updates`", updater_keys, findings);
    UpdatePolicy policy;
    if (const auto types = updater.find("types")) policy.types = read_types(*types, findings);
    if (const auto names = updater.text("names")) {
        policy.allows_any_name = *names == "any";
        if (!policy.allows_any_name && *names != "addresses") {
            findings.error(
                updater.find("names")->place(),
                fmt::format("`names` is neither `addresses` nor `any`: {}", in_backquotes(*names)),
                "write `addresses` for the names of whole addresses, which is the "
                "default, or `any`");
        }
    }
    policy.prefixes = read_prefixes(updater, policy.allows_any_name, findings);
    policy.is_over_records = updater.boolean("over_records").value_or(false);
    if (const auto lifetime = updater.seconds("lifetime")) {
        policy.lifetime = std::chrono::seconds(*lifetime);
        if (*lifetime < least_lifetime) {
            findings.error(updater.find("lifetime")->place(), "`lifetime` is shorter than 30s",
                           "a day suits most: `lifetime: 1d`");
        }
    }
    return policy;
}

}  // namespace

std::vector<UpdaterConfig> read_updates(YamlNode section, FileFindings& findings) {
    std::vector<UpdaterConfig> updaters;
    if (!section.is_mapping()) {
        findings.error(section.place(), "`updates` is no mapping from keys to what they may do",
                       "write `updates: {KEY: {prefixes: [192.0.2.0/24]}}`");
        return updaters;
    }
    for (const YamlEntry& entry : section.entries()) {
        const auto key = read_key_name(entry.key, findings);
        UpdatePolicy policy = read_policy(entry.value, findings);
        if (!key) continue;
        const auto known = std::ranges::find(updaters, *key, &UpdaterConfig::key);
        if (known == updaters.end()) {
            updaters.push_back({*key, std::move(policy), entry.key.place()});
        } else {
            findings.error(
                entry.key.place(),
                fmt::format("the key {} is already in line {}", key->to_text(), known->place.line),
                "write all that it may in one place");
        }
    }
    return updaters;
}

}  // namespace arpad
