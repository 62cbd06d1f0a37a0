#include "load/transfer_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "load/remote_fields.hpp"
#include "reverse/arpa_name.hpp"
#include "zone/range_index.hpp"
#include "zone/range_wildcards.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 8> transfer_keys{
    "allow",           "allow_notify",   "notify",        "ranges",
    "max_range_names", "max_zone_names", "catalog_group", "catalog_coo"};
constexpr std::array<std::string_view, 2> catalog_transfer_keys{"allow", "notify"};
constexpr std::size_t max_group_octets = 255;  // RFC 1035 3.3
constexpr std::array<std::string_view, 4> reader_keys{"address", "key", "arpad", "tls"};
constexpr std::array<std::string_view, 2> notifier_keys{"address", "key"};
constexpr IntegerRange names_range{0, 100'000'000};

/// `list` is the key of the list that it stands in, as for all of these.
std::optional<Prefix> read_clients(YamlNode node, std::string_view list, FileFindings& findings) {
    const auto text = read_text(node, fmt::format("an address of `{}`", list), findings);
    if (!text) return std::nullopt;
    const auto clients = prefix_or_address(*text);
    if (!clients) {
        findings.error(node.place(),
                       fmt::format("{} is no address or prefix", in_backquotes(*text)),
                       "write 192.0.2.53, 2001:db8::/32 or {key: NAME}");
    }
    return clients;
}

/// `keys` are those that a rule may have.
std::optional<AccessRule> read_rule(YamlNode node, std::string_view list,
                                    std::span<const std::string_view> keys,
                                    FileFindings& findings) {
    if (!node.is_mapping()) {
        const auto clients = read_clients(node, list, findings);
        return clients ? std::optional(AccessRule{clients, std::nullopt}) : std::nullopt;
    }
    const std::string what = fmt::format("an entry of `{}`", list);
    const Fields fields(node, what, keys, findings);
    AccessRule rule;
    if (const auto clients = fields.find("address")) {
        rule.clients = read_clients(*clients, list, findings);
        if (!rule.clients) return std::nullopt;
    }
    if (const auto key = fields.find("key")) {
        rule.key = read_key_name(*key, findings);
        if (!rule.key) return std::nullopt;
    }
    if (std::ranges::find(keys, "arpad") != keys.end()) {
        rule.is_arpad = fields.boolean("arpad").value_or(false);
        rule.needs_tls = fields.boolean("tls").value_or(false);
    }
    if (rule.clients || rule.key) return rule;
    // A rule that asks for nothing would allow everybody.
    findings.error(node.place(), what + " with neither `address` nor `key`",
                   "write 0.0.0.0/0 and ::/0 to allow everybody");
    return std::nullopt;
}

std::optional<std::vector<AccessRule>> read_rules(const Fields& fields, std::string_view key,
                                                  std::span<const std::string_view> keys,
                                                  FileFindings& findings) {
    const auto list = fields.find(key);
    if (!list) return std::nullopt;
    std::vector<AccessRule> rules;
    if (!list->is_sequence()) {
        findings.error(
            list->place(), fmt::format("`{}` is no list", key),
            fmt::format("write `{0}: [192.0.2.53, {{key: NAME}}]`; `{0}: []` is nobody", key));
        return rules;
    }
    for (const YamlNode item : list->items()) {
        if (auto rule = read_rule(item, key, keys, findings)) rules.push_back(std::move(*rule));
    }
    return rules;
}

std::optional<RangesInTransfers> read_ranges_mode(const Fields& fields, FileFindings& findings) {
    const auto text = fields.text("ranges");
    if (!text) return std::nullopt;
    if (*text == "expand") return RangesInTransfers::expand;
    if (*text == "omit") return RangesInTransfers::omit;
    if (*text == "wildcard") return RangesInTransfers::wildcard;
    findings.error(
        fields.find("ranges")->place(),
        fmt::format("`ranges` is none of expand, wildcard and omit: {}", in_backquotes(*text)),
        "write `expand` to transfer a record for each address, `wildcard` for a wildcard in "
        "place of each range, `omit` for nothing");
    return std::nullopt;
}

std::optional<std::string> read_group(const Fields& fields, FileFindings& findings) {
    const auto text = fields.text("catalog_group");
    if (!text) return std::nullopt;
    if (text->empty() || text->size() > max_group_octets) {
        findings.error(fields.find("catalog_group")->place(),
                       fmt::format("`catalog_group` has not from 1 to {} octets", max_group_octets),
                       "write the name that the secondaries know it by");
        return std::nullopt;
    }
    return std::string(*text);
}

/// How many addresses `segment` has; the largest number if they are more.
std::uint64_t size_of(const RangeSegment& segment) noexcept {
    const Uint128 less_than_size = segment.last - segment.first;
    constexpr std::uint64_t most = ~std::uint64_t{0};
    return less_than_size >= most ? most : static_cast<std::uint64_t>(less_than_size) + 1;
}

std::uint64_t add(std::uint64_t left, std::uint64_t right) noexcept {
    return left + right < left ? ~std::uint64_t{0} : left + right;
}

/// How many addresses each of `ranges` names, those that an inner one takes left out.
std::vector<std::uint64_t> count_names(std::span<const RangeModel> ranges) {
    std::vector<NamedRange> named;
    for (const RangeModel& range : ranges) named.push_back({range.range, range.names, Ttl{}});
    std::vector<std::uint64_t> counts(ranges.size());
    for (const RangeSegment& segment : flatten(named)) {
        if (ranges[segment.range].names) {
            counts[segment.range] = add(counts[segment.range], size_of(segment));
        }
    }
    return counts;
}

/// Whether `ranges` come to no more names than that.
bool check_expansion(std::span<const RangeModel> ranges, std::uint64_t per_range,
                     std::uint64_t per_zone, FileFindings& findings) {
    constexpr fmt::string_view advice =
        "write `transfer: {{ranges: wildcard}}`, or `{{ranges: omit}}`, which keeps their names "
        "from secondaries, or raise `{}`; until then only arpad may take the zones";
    const std::vector<std::uint64_t> counts = count_names(ranges);
    std::uint64_t total = 0;
    bool is_possible = true;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        total = add(total, counts[i]);
        if (counts[i] <= per_range) continue;
        is_possible = false;
        findings.error(ranges[i].place,
                       fmt::format("a range of over {} names cannot be transferred", per_range),
                       fmt::format(fmt::runtime(advice), "max_range_names"));
    }
    if (total <= per_zone) return is_possible;
    findings.error(ranges.front().place,
                   fmt::format("ranges of over {} names in all cannot be transferred", per_zone),
                   fmt::format(fmt::runtime(advice), "max_zone_names"));
    return false;
}

/// What a wildcard cannot stand for in `range`; empty if it can stand for all of it.
std::string_view obstacle_to_wildcard(const RangeModel& range) {
    if (!range.names) return "a hole";
    if (!range.names->is_constant()) return "a range with a name for each address";
    if (!wildcard_prefix(range.range)) return "a range that is no whole label of a reverse name";
    return {};
}

/// The range that `address` lies in; null if there is none.
const RangeModel* find_range(std::span<const RangeModel> ranges, Address address) {
    const auto found = std::ranges::find_if(ranges, [address](const RangeModel& range) {
        return range.range.first <= address && address <= range.range.last;
    });
    return found == ranges.end() ? nullptr : &*found;
}

/// Whether wildcards can stand for the ranges of `parts`.
bool check_wildcards(const RangeParts& parts, FileFindings& findings) {
    constexpr std::string_view advice =
        "with `ranges: wildcard` a range is a whole octet or nibble, as 10.1.0.0/16 or "
        "2001:db8::/48, with one name; write `ranges: expand` or `omit`; until then only "
        "arpad may take the zones";
    bool is_possible = true;
    const auto refuse = [&](Place place, std::string_view what) {
        findings.error(place, fmt::format("no wildcard can stand for {}", what),
                       std::string(advice));
        is_possible = false;
    };
    for (const RangeModel& range : parts.ranges) {
        const std::string_view obstacle = obstacle_to_wildcard(range);
        if (!obstacle.empty()) refuse(range.place, obstacle);
    }
    for (const RecordView record : parts.records) {
        if (record.names.empty() && find_range(parts.ranges, record.address) != nullptr) {
            refuse(record.place, "an address in a range that has no name");
        }
    }
    for (const ExtraModel& record : parts.extra) {
        const NameView owner = record.owner;
        if (!owner.is_wildcard()) continue;
        const auto above = prefix_of_arpa_name(owner.parent());
        if (above && find_range(parts.ranges, above->first()) != nullptr) {
            refuse(record.place, "a range that has a wildcard of its own");
        }
    }
    return is_possible;
}

bool contains(std::span<const Name> names, const Name& name) {
    return std::ranges::find(names, name) != names.end();
}

/// Keys that are named and do not exist, each once.
class UnknownKeys {
public:
    explicit UnknownKeys(std::span<const Name> known) : known_(known) {}

    template <class Entries>
    void look_at(const Entries& entries) {
        for (const auto& entry : entries) {
            if (!entry.key || contains(known_, *entry.key) || contains(unknown_, *entry.key))
                continue;
            unknown_.push_back(*entry.key);
        }
    }

    void report(Place place, FileFindings& findings) const {
        for (const Name& key : unknown_) {
            findings.error(place, fmt::format("there is no key {}", key.to_text()),
                           "write it in `keys` of the server configuration, or correct the name");
        }
    }

private:
    std::span<const Name> known_;
    std::vector<Name> unknown_;
};

}  // namespace

TransferDefaults read_transfer(YamlNode node, FileFindings& findings) {
    const Fields fields(node, "`transfer`", transfer_keys, findings);
    TransferDefaults transfer;
    transfer.allow = read_rules(fields, "allow", reader_keys, findings);
    transfer.allow_notify = read_rules(fields, "allow_notify", notifier_keys, findings);
    if (const auto notify = fields.find("notify")) transfer.notify = read_notify(*notify, findings);
    transfer.ranges = read_ranges_mode(fields, findings);
    transfer.catalog_group = read_group(fields, findings);
    if (const auto coo = fields.find("catalog_coo")) {
        transfer.catalog_coo = read_zone_name(*coo, "`catalog_coo`", findings);
    }
    transfer.max_range_names = fields.integer("max_range_names", names_range);
    transfer.max_zone_names = fields.integer("max_zone_names", names_range);
    return transfer;
}

TransferDefaults read_catalog_transfer(YamlNode node, FileFindings& findings) {
    const Fields fields(node, "`transfer` of the catalog", catalog_transfer_keys, findings);
    TransferDefaults transfer;
    transfer.allow = read_rules(fields, "allow", notifier_keys, findings);
    if (const auto notify = fields.find("notify")) transfer.notify = read_notify(*notify, findings);
    return transfer;
}

void report_unknown_keys(const TransferDefaults& transfer, std::span<const Name> known, Place place,
                         FileFindings& findings) {
    UnknownKeys keys(known);
    if (transfer.allow) keys.look_at(*transfer.allow);
    if (transfer.allow_notify) keys.look_at(*transfer.allow_notify);
    if (transfer.notify) keys.look_at(transfer.notify->remotes);
    keys.report(place, findings);
}

void report_unknown_keys(std::span<const Remote> remotes, std::span<const Name> known, Place place,
                         FileFindings& findings) {
    UnknownKeys keys(known);
    keys.look_at(remotes);
    keys.report(place, findings);
}

TransferPolicy transfer_policy(const ZoneSettings& settings, std::vector<Remote> primaries,
                               const ZoneDefaults& zone_defaults, const RangeParts& parts,
                               FileFindings& findings) {
    const TransferDefaults& written = settings.written.transfer;
    const TransferDefaults& defaults = zone_defaults.transfer;
    const auto either = [](const auto& first, const auto& second) {
        return first ? first : second;
    };
    if (zone_defaults.known_keys) {
        report_unknown_keys(written, *zone_defaults.known_keys, settings.transfer, findings);
    }
    TransferPolicy policy;
    policy.primaries = std::move(primaries);
    if (policy.is_secondary()) {
        policy.allow_notify =
            either(written.allow_notify, defaults.allow_notify).value_or(policy.allow_notify);
    } else if (written.allow_notify) {
        findings.warning(settings.transfer, "`allow_notify` in a zone without `primaries`",
                         "remove it: the zone is made here, and nobody else knows better");
    }
    policy.allow = either(written.allow, defaults.allow).value_or(policy.allow);
    policy.ranges = either(written.ranges, defaults.ranges).value_or(policy.ranges);
    policy.max_range_names = static_cast<std::uint64_t>(
        either(written.max_range_names, defaults.max_range_names).value_or(policy.max_range_names));
    policy.max_zone_names = static_cast<std::uint64_t>(
        either(written.max_zone_names, defaults.max_zone_names).value_or(policy.max_zone_names));
    policy.notify = either(written.notify, defaults.notify).value_or(policy.notify);
    policy.catalog_group = either(written.catalog_group, defaults.catalog_group);
    policy.catalog_coo = either(written.catalog_coo, defaults.catalog_coo);
    if (!policy.has_view(TransferView::foreign) || parts.ranges.empty()) return policy;
    bool is_possible = true;
    if (policy.ranges == RangesInTransfers::expand) {
        is_possible =
            check_expansion(parts.ranges, policy.max_range_names, policy.max_zone_names, findings);
    } else if (policy.ranges == RangesInTransfers::wildcard) {
        is_possible = check_wildcards(parts, findings);
    }
    if (!is_possible) std::erase_if(policy.allow, std::not_fn(&AccessRule::is_arpad));
    return policy;
}

}  // namespace arpad
