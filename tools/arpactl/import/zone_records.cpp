#include "import/zone_records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "load/master_name.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

/// The address whose reverse name `owner` is.
std::optional<Address> address_of(NameView owner) {
    const auto prefix = prefix_of_arpa_name(owner);
    if (!prefix || prefix->length() != address_bits(prefix->family())) return std::nullopt;
    return prefix->first();
}

}  // namespace

void ZoneRecords::add(Address address, NameView target, Ttl ttl, RecordSource origin) {
    const auto wire = target.wire();
    address_names.push_back(
        {address, names.size(), ttl, origin, static_cast<std::uint8_t>(wire.size())});
    names.insert(names.end(), wire.begin(), wire.end());
}

std::uint32_t RecordCollector::index_of(std::string_view file) {
    auto& files = records_.files;
    // Records of one file come together; few files are included.
    if (files.empty() || files.back() != file) {
        const auto found = std::ranges::find(files, file);
        if (found != files.end()) return static_cast<std::uint32_t>(found - files.begin());
        files.emplace_back(file);
    }
    return static_cast<std::uint32_t>(files.size() - 1);
}

void RecordCollector::take_record(MasterRecord record) {
    if (!record.ttl) {
        report_bad_record(record.file, record.place, "the record has no TTL",
                          "write $TTL at the beginning of the file", bad_records_, diagnostics_);
        return;
    }
    const RecordSource origin{index_of(record.file), record.place};
    if (record.type == RrType::ptr) {
        if (const auto address = address_of(record.owner)) {
            records_.add(*address, NameView::of_valid_wire(record.rdata), *record.ttl, origin);
            return;
        }
    }
    records_.others.push_back(
        {std::move(record.owner), record.type, *record.ttl, std::move(record.rdata), origin});
}

void RecordCollector::take_flaw(MasterFlaw flaw) {
    if (flaw.advice == full_names_advice) {
        flaw.advice = "give the zone's name with --origin, or write $ORIGIN before this line";
    }
    report_bad_record(flaw.file, flaw.place, std::move(flaw.message), std::move(flaw.advice),
                      bad_records_, diagnostics_);
}

void report_bad_record(std::string_view file, Place place, std::string message, std::string advice,
                       BadRecords bad_records, Diagnostics& diagnostics) {
    constexpr std::size_t most_listed = 1000;
    const std::size_t listed = diagnostics.entries().size();
    if (listed > most_listed) return;
    if (listed == most_listed) {
        message = fmt::format("more than {} findings; those from here on are not listed", listed);
        advice = "correct those above first";
    }
    if (bad_records == BadRecords::stop) {
        diagnostics.error(file, place, std::move(message), std::move(advice));
    } else {
        diagnostics.warning(file, place, message + "; left out", std::move(advice));
    }
}

}  // namespace arpad
