#include "load/delegated_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "load/address_text.hpp"

namespace arpad {
namespace {

/// The delegation with the last prefix that contains `address`; null if there is none.
const DelegationModel* find_delegation(const std::vector<DelegationModel>& delegations,
                                       Address address) {
    const auto first_of = [](const DelegationModel& model) { return model.prefix.first(); };
    const auto behind = std::ranges::upper_bound(delegations, address, {}, first_of);
    if (behind == delegations.begin()) return nullptr;
    const DelegationModel& found = *std::prev(behind);
    return found.prefix.contains(address) ? &found : nullptr;
}

void report(const std::string& what, Place place, const DelegationModel& delegation,
            FileFindings& findings) {
    findings.error(place, fmt::format("{} is delegated in line {}", what, delegation.place.line),
                   "remove it, or move it to the zone of the delegation");
}

}  // namespace

void report_delegated(const RecordModels& records, const std::vector<RangeModel>& ranges,
                      const std::vector<DelegationModel>& delegations, FileFindings& findings) {
    for (const RecordView record : records) {
        if (const auto* delegation = find_delegation(delegations, record.address))
            report(record.address.to_text(), record.place, *delegation, findings);
    }
    for (const RangeModel& model : ranges) {
        const auto* delegation = find_delegation(delegations, model.range.first);
        if (delegation != nullptr && delegation->prefix.contains(model.range.last))
            report(to_text(model.range), model.place, *delegation, findings);
    }
}

}  // namespace arpad
