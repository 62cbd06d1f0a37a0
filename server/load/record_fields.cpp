#include "load/record_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include "load/address_fields.hpp"
#include "load/address_text.hpp"
#include "load/fields.hpp"
#include "load/repeats.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 3> entry_keys{"name", "ttl", "locked"};

constexpr Place behind_all{std::numeric_limits<std::uint32_t>::max(), 0};

/// Reports an address that is not in `network`.
void check_network(Address address, Place place, const std::optional<Prefix>& network,
                   FileFindings& findings) {
    if (!network || network->contains(address)) return;
    if (address.family() != network->family()) {
        findings.error(
            place,
            fmt::format("{} is {} address, but {} is {} network", address.to_text(),
                        with_article(address.family()), network->to_text(),
                        with_article(network->family())),
            fmt::format("move it to the file of {} network", with_article(address.family())));
        return;
    }
    const Prefix neighbour(address, network->length());
    findings.error(
        place, fmt::format("{} is outside {}", address.to_text(), network->to_text()),
        fmt::format("move it to the file of {}, or widen `network`", neighbour.to_text()));
}

std::optional<Address> read_key(YamlNode key, const std::optional<Prefix>& network,
                                FileFindings& findings) {
    const auto address = Address::from_text(key.text());
    if (!address) {
        const AddressFlaw flaw = explain_bad_address(key.text());
        findings.error(key.place(), flaw.message, flaw.advice);
        return std::nullopt;
    }
    check_network(*address, key.place(), network, findings);
    return address;
}

/// Reads a name, a list of names, or null for no names.
std::vector<Name> read_names(YamlNode value, std::string_view what, FileFindings& findings) {
    std::vector<Name> names;
    if (value.is_null()) return names;
    if (value.is_sequence()) {
        for (PlacedName& entry : read_host_names(value, what, findings))
            names.push_back(std::move(entry.name));
    } else if (auto name = read_host_name(value, what, findings)) {
        names.push_back(std::move(*name));
    }
    return names;
}

/// Reads `{name: ..., ttl: ..., locked: ...}` into `record`.
void read_entry(YamlNode value, std::string_view what, RecordModel& record,
                FileFindings& findings) {
    const Fields fields(value, what, entry_keys, findings);
    const auto name = fields.find("name");
    if (name) record.names = read_names(*name, "`name`", findings);
    record.ttl = fields.ttl("ttl");
    record.locked = fields.boolean("locked").value_or(false);
    const bool is_nameless = !name || name->is_null();
    if (is_nameless && fields.has("ttl"))
        findings.error(fields.key_place("ttl"), fmt::format("{} has a TTL but no name", what),
                       "write `name` beside it, or remove the TTL");
    else if (!name && !record.locked)
        findings.error(value.place(), fmt::format("{} has no name", what),
                       "write `name`, or `~` if it shall have none");
}

/// Reads an entry. None if its key is no address, which was reported.
std::optional<RecordModel> read_record(const YamlEntry& entry, const std::optional<Prefix>& network,
                                       FileFindings& findings) {
    const auto address = read_key(entry.key, network, findings);
    RecordModel record;
    record.address = address.value_or(Address());
    record.place = entry.key.place();
    const std::string_view what = address ? entry.key.text() : "this entry";
    if (entry.value.is_mapping())
        read_entry(entry.value, what, record, findings);
    else
        record.names = read_names(entry.value, what, findings);
    return address ? std::optional(std::move(record)) : std::nullopt;
}

/// The addresses of `models` as they come; none if they ascend, as then none comes twice.
std::vector<PlacedAddress> addresses_to_check(const RecordModels& models) {
    const auto is_not_before = [](const RecordView& left, const RecordView& right) {
        return left.address >= right.address;
    };
    std::vector<PlacedAddress> addresses;
    if (std::ranges::adjacent_find(models, is_not_before) == models.end()) return addresses;
    addresses.reserve(models.size());
    for (const RecordView model : models) addresses.push_back({model.address, model.place});
    return addresses;
}

/// Whether an address comes twice. To sort the addresses alone takes a fraction of what it takes to
/// find out which line is first.
bool has_repeat(const std::vector<PlacedAddress>& placed) {
    std::vector<Address> addresses;
    addresses.reserve(placed.size());
    for (const PlacedAddress& entry : placed) addresses.push_back(entry.address);
    std::ranges::sort(addresses);
    return std::ranges::adjacent_find(addresses) != addresses.end();
}

void report_second_entries(const RecordModels& models, FileFindings& findings) {
    const std::vector<PlacedAddress> addresses = addresses_to_check(models);
    if (!has_repeat(addresses)) return;
    const auto is_before = [](const PlacedAddress& left, const PlacedAddress& right) {
        return left.address < right.address;
    };
    for_each_repeat(
        addresses, is_before, [&findings](const PlacedAddress& first, const PlacedAddress& second) {
            findings.error(second.place,
                           fmt::format("{} has a second entry here; the first is in line {}",
                                       second.address.to_text(), first.place.line),
                           "keep one of the two; several names of one address are a list: [a, b]");
        });
}

}  // namespace

RecordModels read_records(YamlNode records, const RecordLines& lines,
                          const std::optional<Prefix>& network, FileFindings& findings) {
    RecordModels models;
    if (!records.is_null() && !records.is_mapping()) {
        findings.error(records.place(), "`records` is no mapping",
                       "write lines like `192.0.2.7: www.example.net`");
        return models;
    }
    models.reserve(lines.records.size(), lines.names.size());
    auto line = lines.records.begin();
    const auto append_up_to = [&](Place place) {
        for (; line != lines.records.end() && line->line < place.line; ++line) {
            const Address address = line->address();
            check_network(address, lines.place_of(*line), network, findings);
            models.add_plain(address, lines.place_of(*line), lines.name_of(*line).wire());
        }
    };
    if (records.is_mapping()) {
        for (const YamlEntry entry : records.entries()) {
            append_up_to(entry.key.place());
            if (const auto record = read_record(entry, network, findings)) models.add(*record);
        }
    }
    append_up_to(behind_all);
    report_second_entries(models, findings);
    return models;
}

}  // namespace arpad
