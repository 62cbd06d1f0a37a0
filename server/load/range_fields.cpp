#include "load/range_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "load/address_text.hpp"
#include "load/fields.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 2> entry_keys{"name", "ttl"};

Result<AddressRange, AddressFlaw> range_from_prefix(std::string_view text) {
    const auto prefix = Prefix::from_text(text);
    if (prefix) return AddressRange{prefix->first(), prefix->last()};
    if (text.find('/') != std::string_view::npos || Address::from_text(text))
        return explain_bad_prefix(text, prefix.error());
    return AddressFlaw{in_backquotes(text) + " is no range",
                       "write it like 192.0.2.128/25 or 192.0.2.16-192.0.2.31"};
}

std::string without_blanks(std::string_view text) {
    std::string rest(text);
    std::erase(rest, ' ');
    return rest;
}

/// Reads `192.0.2.128/25` or `192.0.2.16-192.0.2.31`.
Result<AddressRange, AddressFlaw> range_from_text(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return range_from_prefix(text);
    if (text.find(' ') != std::string_view::npos)
        return AddressFlaw{in_backquotes(text) + " has blanks",
                           fmt::format("write {}", without_blanks(text))};
    const std::string_view before = text.substr(0, dash);
    const std::string_view behind = text.substr(dash + 1);
    const auto first = Address::from_text(before);
    if (!first) return explain_bad_address(before);
    const auto last = Address::from_text(behind);
    if (!last) return explain_bad_address(behind);
    if (first->family() != last->family())
        return AddressFlaw{in_backquotes(text) + " has addresses of two families",
                           "write two IPv4 or two IPv6 addresses"};
    if (*last < *first)
        return AddressFlaw{in_backquotes(text) + " ends before it begins",
                           fmt::format("write {}-{}", behind, before)};
    return AddressRange{*first, *last};
}

/// The range that `key` says, though it may be outside the network.
std::optional<AddressRange> read_key(YamlNode key, const std::optional<Prefix>& network,
                                     FileFindings& findings) {
    const auto range = range_from_text(key.text());
    if (!range) {
        findings.error(key.place(), range.error().message, range.error().advice);
        return std::nullopt;
    }
    if (network) {
        if (const auto flaw = explain_outside(*range, "range", *network))
            findings.error(key.place(), flaw->message, flaw->advice);
    }
    return *range;
}

/// Whether names of the template `text` may end in a label of digits only (RFC 1123 2.1).
bool may_end_in_digits(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    text.remove_prefix(text.rfind('.') + 1);
    bool is_placeholder = false;
    for (const char letter : text) {
        if (letter == '{') is_placeholder = true;
        const bool is_digit = letter >= '0' && letter <= '9';
        if (!is_placeholder && !is_digit) return false;
        if (letter == '}') is_placeholder = false;
    }
    return true;
}

bool is_ascii(std::string_view text) {
    return std::ranges::none_of(text, [](char letter) { return (letter & '\x80') != 0; });
}

/// The template `text`, proved for `range` and as strict as a written host name.
Result<NameTemplate, TemplateFlaw> template_from_text(std::string_view text,
                                                      const AddressRange& range) {
    if (!is_ascii(text))
        return TemplateFlaw{in_backquotes(text) + " has international letters",
                            "write the A-labels (xn--...) of international names in a template"};
    auto names = NameTemplate::make(text, range);
    if (names && may_end_in_digits(text))
        return TemplateFlaw{fmt::format("the last label of {} has digits or placeholders only",
                                        in_backquotes(text)),
                            "write a domain behind it, as in {ip}.dyn.example.net"};
    return names;
}

/// A template as written, and what it makes.
struct WrittenTemplate {
    std::string text;
    NameTemplate names;
};

/// Reads a template, or null for no names. Without a range it cannot be proved, and there is none.
std::optional<WrittenTemplate> read_template(YamlNode value, std::string_view what,
                                             const std::optional<AddressRange>& range,
                                             FileFindings& findings) {
    if (value.is_null()) return std::nullopt;
    const auto text = read_text(value, what, findings);
    if (!text || !range) return std::nullopt;
    auto names = template_from_text(*text, *range);
    if (!names) {
        findings.error(value.place(), names.error().message, names.error().advice);
        return std::nullopt;
    }
    if (text->find('_') != std::string_view::npos)
        warn_of_underscore(*text, value.place(), findings);
    return WrittenTemplate{std::string(*text), std::move(*names)};
}

/// Reports what is missing in `{name: ..., ttl: ...}`.
void report_nameless(const Fields& fields, std::string_view what, FileFindings& findings) {
    const auto name = fields.find("name");
    if ((!name || name->is_null()) && fields.has("ttl"))
        findings.error(fields.key_place("ttl"), fmt::format("{} has a TTL but no name", what),
                       "write `name` beside it, or remove the TTL");
    else if (!name)
        findings.error(fields.place(), fmt::format("{} has no name", what),
                       "write `name`, or `~` if its addresses shall have none");
}

RangeModel read_range(const YamlEntry& entry, const std::optional<AddressRange>& range,
                      FileFindings& findings) {
    const std::string what = range ? to_text(*range) : "this range";
    RangeModel model;
    std::optional<WrittenTemplate> written;
    if (entry.value.is_mapping()) {
        const Fields fields(entry.value, what, entry_keys, findings);
        const auto name = fields.find("name");
        if (name) written = read_template(*name, "`name`", range, findings);
        model.ttl = fields.ttl("ttl");
        report_nameless(fields, what, findings);
    } else {
        written = read_template(entry.value, what, range, findings);
    }
    model.range = range.value_or(AddressRange{});
    model.place = entry.key.place();
    if (written) {
        model.names = std::move(written->names);
        model.written = std::move(written->text);
    }
    return model;
}

/// Whether `left` stands before `right` in NetworkModel.
bool is_before(const RangeModel& left, const RangeModel& right) {
    if (left.range.first != right.range.first) return left.range.first < right.range.first;
    return right.range.last < left.range.last;
}

/// Reports a pair that is neither nested nor disjoint, where the second of the two is written.
void report_conflict(const RangeModel& one, const RangeModel& other, FileFindings& findings) {
    const auto [first, second] = std::minmax(
        one, other, [](const auto& left, const auto& right) { return left.place < right.place; });
    if (first.range == second.range)
        findings.error(second.place,
                       fmt::format("{} has a second entry here; the first is in line {}",
                                   to_text(second.range), first.place.line),
                       "keep one of the two");
    else
        findings.error(second.place,
                       fmt::format("{} crosses {} in line {}", to_text(second.range),
                                   to_text(first.range), first.place.line),
                       "let one end before the other begins, or put one inside the other");
}

/// Reports the ranges, sorted, that are equal to or cross the innermost one they begin in.
void report_conflicts(const std::vector<RangeModel>& ranges, FileFindings& findings) {
    std::vector<const RangeModel*> outer;
    for (const RangeModel& model : ranges) {
        while (!outer.empty() && outer.back()->range.last < model.range.first) outer.pop_back();
        if (!outer.empty() &&
            (outer.back()->range == model.range || outer.back()->range.last < model.range.last))
            report_conflict(*outer.back(), model, findings);
        outer.push_back(&model);
    }
}

}  // namespace

std::vector<RangeModel> read_ranges(YamlNode ranges, const std::optional<Prefix>& network,
                                    FileFindings& findings) {
    std::vector<RangeModel> models;
    if (ranges.is_null()) return models;
    if (!ranges.is_mapping()) {
        findings.error(ranges.place(), "`ranges` is no mapping",
                       "write lines like `192.0.2.128/25: \"{ip}.dyn.example.net\"`");
        return models;
    }
    for (const YamlEntry entry : ranges.entries()) {
        const auto range = read_key(entry.key, network, findings);
        RangeModel model = read_range(entry, range, findings);
        if (range) models.push_back(std::move(model));
    }
    std::ranges::stable_sort(models, is_before);
    report_conflicts(models, findings);
    return models;
}

}  // namespace arpad
