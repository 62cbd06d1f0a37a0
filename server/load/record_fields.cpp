#include "load/record_fields.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "load/address_fields.hpp"
#include "load/address_text.hpp"
#include "load/fields.hpp"
#include "load/repeats.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 3> entry_keys{"name", "ttl", "locked"};

std::optional<Address> read_key(YamlNode key, const std::optional<Prefix>& network,
                                FileFindings& findings) {
    const auto address = Address::from_text(key.text());
    if (!address) {
        const AddressFlaw flaw = explain_bad_address(key.text());
        findings.error(key.place(), flaw.message, flaw.advice);
        return std::nullopt;
    }
    if (!network || network->contains(*address)) return address;
    if (address->family() != network->family()) {
        findings.error(
            key.place(),
            fmt::format("{} is {} address, but {} is {} network", address->to_text(),
                        with_article(address->family()), network->to_text(),
                        with_article(network->family())),
            fmt::format("move it to the file of {} network", with_article(address->family())));
        return address;
    }
    const Prefix neighbour(*address, network->length());
    findings.error(
        key.place(), fmt::format("{} is outside {}", address->to_text(), network->to_text()),
        fmt::format("move it to the file of {}, or widen `network`", neighbour.to_text()));
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

RecordModel read_record(const YamlEntry& entry, const std::optional<Address>& address,
                        FileFindings& findings) {
    RecordModel record;
    record.address = address.value_or(Address());
    record.place = entry.key.place();
    const std::string_view what = address ? entry.key.text() : "this entry";
    if (entry.value.is_mapping())
        read_entry(entry.value, what, record, findings);
    else
        record.names = read_names(entry.value, what, findings);
    return record;
}

void report_second_entries(const std::vector<PlacedAddress>& addresses, FileFindings& findings) {
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

std::vector<RecordModel> read_records(YamlNode records, const std::optional<Prefix>& network,
                                      FileFindings& findings) {
    std::vector<RecordModel> models;
    if (records.is_null()) return models;
    if (!records.is_mapping()) {
        findings.error(records.place(), "`records` is no mapping",
                       "write lines like `192.0.2.7: www.example.net`");
        return models;
    }
    std::vector<PlacedAddress> addresses;
    for (const YamlEntry entry : records.entries()) {
        const auto address = read_key(entry.key, network, findings);
        if (address) addresses.push_back({*address, entry.key.place()});
        models.push_back(read_record(entry, address, findings));
    }
    report_second_entries(addresses, findings);
    return models;
}

}  // namespace arpad
