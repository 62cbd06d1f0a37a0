#include "load/zone_document.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "load/text_check.hpp"

namespace arpad {
namespace {

/// Where the keys of `mapping` stand. None if it is in braces, which begins before its first key.
std::optional<std::vector<Place>> key_places(YamlNode mapping) {
    std::vector<Place> places;
    for (const YamlEntry entry : mapping.entries()) places.push_back(entry.key.place());
    if (places.empty() || places.front() != mapping.place()) return std::nullopt;
    return places;
}

/// The value of the only key `records`, if that is the one that was seen in the text.
std::optional<YamlNode> find_records(YamlNode root, Place key_place) {
    std::optional<YamlNode> records;
    for (const YamlEntry entry : root.entries()) {
        if (entry.key.text() != "records") continue;
        if (entry.key.place() != key_place) return std::nullopt;
        records = entry.value;
    }
    return records;
}

/// Whether `rest` shows what scan_record_lines() demands.
bool bears_out(const YamlDocument& rest, const ScannedText& scanned) {
    const auto keys = key_places(rest.root());
    if (!keys) return false;
    if (scanned.behind && std::ranges::find(*keys, *scanned.behind) == keys->end()) return false;
    const auto records = find_records(rest.root(), scanned.records_key);
    if (!records) return false;
    if (records->is_null()) return scanned.entries.empty();
    return records->is_mapping() && key_places(*records) == scanned.entries;
}

std::optional<ZoneDocument> read_fast(std::string_view text) {
    text = without_byte_order_mark(text);
    if (find_text_flaw(text)) return std::nullopt;
    auto scanned = scan_record_lines(text);
    if (!scanned) return std::nullopt;
    auto rest = parse_yaml_part(scanned->rest, scanned->gaps);
    if (!rest || !bears_out(*rest, *scanned)) return std::nullopt;
    return ZoneDocument{std::move(*rest), std::move(scanned->lines)};
}

}  // namespace

std::optional<ZoneDocument> parse_zone_file(std::string_view file, std::string_view text,
                                            Reading reading, std::string advice_if_empty,
                                            Diagnostics& diagnostics) {
    if (reading == Reading::fast) {
        if (auto document = read_fast(text)) return document;
    }
    auto document = parse_yaml(file, text, std::move(advice_if_empty), diagnostics);
    if (!document) return std::nullopt;
    return ZoneDocument{std::move(*document), {}};
}

}  // namespace arpad
