/// \file  All records of one zone, as they come from a master file or a transfer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "load/master_file.hpp"
#include "reverse/address.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// What happens to a record that cannot be imported.
enum class BadRecords : std::uint8_t {
    stop,  ///< It is an error.
    skip,  ///< It is left out with a warning.
};

/// A file and a place in it.
struct RecordSource {
    std::uint32_t file = 0;  ///< Index into ZoneRecords::files.
    Place place;
};

/// A PTR record whose owner is the reverse name of an address. There may be millions.
struct AddressName {
    Address address;
    std::uint64_t name_at = 0;  ///< Of the target in ZoneRecords::names.
    Ttl ttl;
    RecordSource origin;
    std::uint8_t octets = 0;  ///< Of the target.
};

/// Any other record.
struct ZoneRecord {
    Name owner;
    RrType type = RrType::txt;
    Ttl ttl;
    Rdata rdata;
    RecordSource origin;
};

/// See above, in the order read.
struct ZoneRecords {
    std::vector<std::string> files;
    std::vector<std::uint8_t> names;  ///< Targets of address_names in wire form.
    std::vector<AddressName> address_names;
    std::vector<ZoneRecord> others;

    [[nodiscard]] NameView target(const AddressName& name) const noexcept {
        return NameView::of_valid_wire(std::span(names).subspan(name.name_at, name.octets));
    }

    /// Adds the PTR record of `address` to `target`.
    void add(Address address, NameView target, Ttl ttl, RecordSource origin);
};

/// Collects records into ZoneRecords, and reports what is wrong.
class RecordCollector : public MasterSink {
public:
    /// Borrows `diagnostics`.
    RecordCollector(BadRecords bad_records, Diagnostics& diagnostics)
        : bad_records_(bad_records), diagnostics_(diagnostics) {}

    void take_record(MasterRecord record) override;
    void take_flaw(MasterFlaw flaw) override;

    /// What was collected.
    [[nodiscard]] ZoneRecords& records() noexcept { return records_; }

private:
    [[nodiscard]] std::uint32_t index_of(std::string_view file);

    BadRecords bad_records_;
    Diagnostics& diagnostics_;
    ZoneRecords records_;
};

/// Reports an unusable record of `file`: an error, or a warning that it is left out.
void report_bad_record(std::string_view file, Place place, std::string message, std::string advice,
                       BadRecords bad_records, Diagnostics& diagnostics);

}  // namespace arpad
