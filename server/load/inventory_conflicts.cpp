#include "load/inventory_conflicts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "load/repeats.hpp"

namespace arpad {
namespace {

/// An allocation among all those of the inventory.
struct Allocation {
    Prefix prefix;
    Place place;
    const ServerModel* server;
    const Allocation* outer;  ///< The next one that contains it; null if there is none.
};

/// "in line 7".
std::string where(Place place) {
    return place.line == 0 ? "put through the API" : fmt::format("in line {}", place.line);
}

std::string display_name(const Prefix& prefix) {
    const bool is_address = prefix.length() == address_bits(prefix.family());
    return is_address ? prefix.first().to_text() : prefix.to_text();
}

/// All allocations, an outer one before all it contains; of equal ones the first written first.
std::vector<Allocation> sorted_allocations(const std::vector<ServerModel>& servers) {
    std::vector<Allocation> allocations;
    for (const ServerModel& server : servers) {
        for (const AllocationModel& entry : server.allocations)
            allocations.push_back({entry.prefix, entry.place, &server, nullptr});
    }
    std::ranges::stable_sort(allocations, {}, &Allocation::prefix);
    const Allocation* outer = nullptr;
    for (Allocation& allocation : allocations) {
        while (outer != nullptr && !outer->prefix.contains(allocation.prefix)) outer = outer->outer;
        allocation.outer = outer;
        outer = &allocation;
    }
    return allocations;
}

void report_repeated_allocations(const std::vector<Allocation>& allocations,
                                 FileFindings& findings) {
    const auto is_before = [](const Allocation& left, const Allocation& right) {
        return left.prefix < right.prefix;
    };
    for_each_repeat(allocations, is_before, [&](const Allocation& first, const Allocation& second) {
        const std::string what = display_name(second.prefix);
        if (first.server == second.server)
            findings.error(second.place,
                           fmt::format("{} is listed twice, first {}", what, where(first.place)),
                           "remove one of the two");
        else
            findings.error(second.place,
                           fmt::format("{} belongs to two servers, {} to {} and {} to {}", what,
                                       second.place.line == 0 ? where(second.place) : "here",
                                       in_backquotes(second.server->name), where(first.place),
                                       in_backquotes(first.server->name)),
                           "remove it from one of them");
    });
}

/// Finds the longest allocation that contains `address`, from which `outer` leads to the others.
const Allocation* find_longest(const std::vector<Allocation>& allocations, Address address) {
    const auto first_of = [](const Allocation& entry) { return entry.prefix.first(); };
    const auto behind = std::ranges::upper_bound(allocations, address, {}, first_of);
    if (behind == allocations.begin()) return nullptr;
    const Allocation* found = &*std::prev(behind);
    while (found != nullptr && !found->prefix.contains(address)) found = found->outer;
    return found;
}

void check_primary(const ServerModel& server, const PrimaryModel& primary,
                   const std::vector<Allocation>& allocations, FileFindings& findings) {
    const Allocation* const longest = find_longest(allocations, primary.address);
    const Allocation* own = longest;
    while (own != nullptr && own->server != &server) own = own->outer;
    if (own == nullptr)
        findings.error(primary.place,
                       fmt::format("{} is no address of {}", primary.address.to_text(),
                                   in_backquotes(server.name)),
                       "write one of its `addresses`, or one in a prefix there");
    else if (own->prefix != longest->prefix)
        findings.error(
            primary.place,
            fmt::format(
                "{} belongs to {}, which has {}{}", primary.address.to_text(),
                in_backquotes(longest->server->name), display_name(longest->prefix),
                longest->place.line == 0 ? ", put through the API" : " " + where(longest->place)),
            "write an address that no other server has");
}

void warn_of_repeated_host_names(const std::vector<ServerModel>& servers, FileFindings& findings) {
    const auto is_before = [](const ServerModel& left, const ServerModel& right) {
        return canonical_order(left.host_name, right.host_name) < 0;
    };
    for_each_repeat(servers, is_before, [&](const ServerModel& first, const ServerModel& second) {
        if (second.host_name.view().is_root()) return;
        findings.warning(
            second.place,
            fmt::format("{} has the host name {}, as has {} {}", in_backquotes(second.name),
                        second.host_name.to_text(), in_backquotes(first.name), where(first.place)),
            "rename one of them, or give it another product");
    });
}

}  // namespace

void report_conflicts(const std::vector<ServerModel>& servers, FileFindings& findings) {
    const std::vector<Allocation> allocations = sorted_allocations(servers);
    report_repeated_allocations(allocations, findings);
    warn_of_repeated_host_names(servers, findings);
    // Among more errors than are listed, one address may be allocated so often that looking for
    // each of its servers would take forever.
    if (findings.error_count() > FileFindings::max_listed) return;
    for (const ServerModel& server : servers) {
        for (const PrimaryModel& primary : server.primaries)
            check_primary(server, primary, allocations, findings);
    }
}

}  // namespace arpad
