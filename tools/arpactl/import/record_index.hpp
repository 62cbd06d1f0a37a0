/// \file  RRsets among records sorted by owner and type.
#pragma once

#include <cstddef>
#include <vector>

#include "import/zone_records.hpp"

namespace arpad {

/// The records `begin` to before `end`; none if equal.
struct RecordSpan {
    std::size_t begin = 0;
    std::size_t end = 0;

    [[nodiscard]] bool is_empty() const noexcept { return begin == end; }
    [[nodiscard]] std::size_t size() const noexcept { return end - begin; }
};

/// Sorts `records` by owner in canonical order, then type; equals keep their order.
void sort_records(std::vector<ZoneRecord>& records);

/// The RRset at `owner` of `type` in `sorted`.
[[nodiscard]] RecordSpan find_rrset(const std::vector<ZoneRecord>& sorted, NameView owner,
                                    RrType type);

/// The RRset that begins with record `begin` of `sorted`.
[[nodiscard]] RecordSpan rrset_at(const std::vector<ZoneRecord>& sorted, std::size_t begin);

/// The one name that the RDATA of an NS, CNAME, PTR or DNAME record is.
[[nodiscard]] inline NameView name_in(const ZoneRecord& record) noexcept {
    return NameView::of_valid_wire(record.rdata);
}

}  // namespace arpad
