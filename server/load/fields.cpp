#include "load/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/invariant.hpp"
#include "load/host_name.hpp"
#include "load/repeats.hpp"
#include "load/similar_name.hpp"

namespace arpad {
namespace {

std::string_view name_of(YamlKind kind) {
    switch (kind) {
        case YamlKind::null:
            return "nothing";
        case YamlKind::scalar:
            return "a single value";
        case YamlKind::sequence:
            return "a list";
        case YamlKind::mapping:
            return "a mapping";
    }
    return "";
}

std::optional<std::uint64_t> decimal(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_all_digits(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
}

/// Seconds of a unit; none if there is no such unit.
std::optional<std::uint64_t> seconds_of_unit(char unit) {
    switch (unit) {
        case 's':
            return 1;
        case 'm':
            return 60;
        case 'h':
            return 3600;
        case 'd':
            return 86400;
        case 'w':
            return 604800;
        default:
            return std::nullopt;
    }
}

void report_repeated_names(const std::vector<PlacedName>& names, FileFindings& findings) {
    const auto is_before = [](const PlacedName& left, const PlacedName& right) {
        return canonical_order(left.name, right.name) < 0;
    };
    for_each_repeat(names, is_before,
                    [&findings](const PlacedName& first, const PlacedName& second) {
                        findings.error(second.place,
                                       fmt::format("{} is listed twice, first in line {}",
                                                   second.name.to_text(), first.place.line),
                                       "remove one of the two");
                    });
}

}  // namespace

std::optional<std::string_view> read_text(YamlNode node, std::string_view what,
                                          FileFindings& findings) {
    if (node.is_scalar()) return node.text();
    if (node.is_null())
        findings.error(node.place(), fmt::format("{} has no value", what),
                       "write one, or remove the line");
    else
        findings.error(node.place(),
                       fmt::format("{} is {}, not a single value", what, name_of(node.kind())),
                       "write one value, in quotes if it begins with a bracket");
    return std::nullopt;
}

std::optional<std::uint32_t> read_seconds(YamlNode node, std::string_view what,
                                          FileFindings& findings) {
    const auto text = read_text(node, what, findings);
    if (!text) return std::nullopt;
    const auto unit = text->empty() ? std::nullopt : seconds_of_unit(text->back());
    const std::string_view digits = unit ? text->substr(0, text->size() - 1) : *text;
    if (!is_all_digits(digits)) {
        findings.error(node.place(),
                       fmt::format("{} is no duration: {}", what, in_backquotes(*text)),
                       "write a number and s, m, h, d or w: 90s, 15m, 1h, 2d, 1w");
        return std::nullopt;
    }
    const std::uint64_t unit_seconds = unit.value_or(1);
    const auto count = decimal(digits);
    if (!count || *count > max_seconds / unit_seconds) {
        findings.error(node.place(), fmt::format("{} is too long: {}", what, in_backquotes(*text)),
                       fmt::format("write at most {} seconds", max_seconds));
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(*count * unit_seconds);
}

std::optional<std::uint64_t> read_integer(YamlNode node, std::string_view what, IntegerRange range,
                                          FileFindings& findings) {
    const auto text = read_text(node, what, findings);
    if (!text) return std::nullopt;
    const auto value = decimal(*text);
    if (value && *value >= range.least && *value <= range.most) return value;
    findings.error(node.place(),
                   fmt::format("{} is no number from {} to {}: {}", what, range.least, range.most,
                               in_backquotes(*text)),
                   "write such a number, in decimal digits");
    return std::nullopt;
}

std::optional<bool> read_boolean(YamlNode node, std::string_view what, FileFindings& findings) {
    const auto text = read_text(node, what, findings);
    if (!text) return std::nullopt;
    if (*text == "true") return true;
    if (*text == "false") return false;
    findings.error(node.place(),
                   fmt::format("{} is neither true nor false: {}", what, in_backquotes(*text)),
                   "write `true` or `false`");
    return std::nullopt;
}

void warn_of_underscore(std::string_view name, Place place, FileFindings& findings) {
    findings.warning(
        place,
        fmt::format("{} has an underscore, which host names do not have", in_backquotes(name)),
        "it is served as written; some programs will not accept it");
}

std::optional<Name> read_host_name(YamlNode node, std::string_view what, FileFindings& findings) {
    const auto text = read_text(node, what, findings);
    if (!text) return std::nullopt;
    auto host_name = host_name_from_text(*text);
    if (!host_name) {
        findings.error(node.place(), host_name.error().message, host_name.error().advice);
        return std::nullopt;
    }
    if (host_name->has_underscore) warn_of_underscore(*text, node.place(), findings);
    return std::move(host_name->name);
}

std::optional<Name> read_zone_name(YamlNode node, std::string_view what, FileFindings& findings) {
    const auto text = read_text(node, what, findings);
    if (!text) return std::nullopt;
    auto name = zone_name_from_text(*text);
    if (name) return std::move(*name);
    findings.error(node.place(), name.error().message, name.error().advice);
    return std::nullopt;
}

std::vector<PlacedName> read_host_names(YamlNode list, std::string_view what,
                                        FileFindings& findings) {
    std::vector<PlacedName> names;
    if (!list.is_sequence()) {
        findings.error(list.place(),
                       fmt::format("{} is {}, not a list", what, name_of(list.kind())),
                       "write a list: [one.example.net, two.example.net]");
        return names;
    }
    if (list.is_empty())
        findings.error(list.place(), fmt::format("{} is an empty list", what),
                       "write at least one name in it");
    for (const YamlNode item : list.items()) {
        if (auto name = read_host_name(item, what, findings))
            names.push_back({std::move(*name), item.place()});
    }
    report_repeated_names(names, findings);
    return names;
}

Fields::Fields(YamlNode mapping, std::string_view what, std::span<const std::string_view> known,
               FileFindings& findings)
    : place_(mapping.place()), findings_(findings) {
    fields_.reserve(known.size());
    for (const std::string_view key : known) fields_.push_back({key, std::nullopt, {}, false});
    if (mapping.is_mapping()) {
        for (const YamlEntry entry : mapping.entries()) adopt(entry, what);
    } else if (!mapping.is_null()) {
        findings_.error(mapping.place(),
                        fmt::format("{} is {}, not a mapping", what, name_of(mapping.kind())),
                        "write `key: value` lines");
    }
}

void Fields::adopt(const YamlEntry& entry, std::string_view what) {
    const auto found = std::ranges::find(fields_, entry.key.text(), &Field::key);
    if (found == fields_.end()) {
        report_unknown(entry.key, what);
    } else if (found->value) {
        found->is_repeated = true;
        findings_.error(
            entry.key.place(),
            fmt::format("`{}` is written twice, first in line {}", found->key, found->place.line),
            "keep one of the two");
    } else {
        found->value = entry.value;
        found->place = entry.key.place();
    }
}

void Fields::report_unknown(const YamlNode& key, std::string_view what) const {
    std::vector<std::string_view> known;
    known.reserve(fields_.size());
    for (const Field& field : fields_) known.push_back(field.key);
    const auto similar = find_similar(key.text(), known);
    findings_.error(key.place(),
                    fmt::format("unknown key {} in {}", in_backquotes(key.text()), what),
                    similar ? fmt::format("did you mean `{}`?", *similar)
                            : fmt::format("the keys here are `{}`", fmt::join(known, "`, `")));
}

const Fields::Field& Fields::field(std::string_view key) const {
    const auto found = std::ranges::find(fields_, key, &Field::key);
    ensure(found != fields_.end(), "a field is asked for by a known key");
    return *found;
}

std::optional<std::string_view> Fields::text(std::string_view key) const {
    const auto value = find(key);
    return value ? read_text(*value, in_backquotes(key), findings_) : std::nullopt;
}

std::optional<std::uint32_t> Fields::seconds(std::string_view key) const {
    const auto value = find(key);
    return value ? read_seconds(*value, in_backquotes(key), findings_) : std::nullopt;
}

std::optional<Ttl> Fields::ttl(std::string_view key) const {
    const auto value = seconds(key);
    return value ? std::optional(Ttl{*value}) : std::nullopt;
}

std::optional<std::uint64_t> Fields::integer(std::string_view key, IntegerRange range) const {
    const auto value = find(key);
    return value ? read_integer(*value, in_backquotes(key), range, findings_) : std::nullopt;
}

std::optional<bool> Fields::boolean(std::string_view key) const {
    const auto value = find(key);
    return value ? read_boolean(*value, in_backquotes(key), findings_) : std::nullopt;
}

std::optional<Name> Fields::host_name(std::string_view key) const {
    const auto value = find(key);
    return value ? read_host_name(*value, in_backquotes(key), findings_) : std::nullopt;
}

}  // namespace arpad
