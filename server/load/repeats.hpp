/// \file  Finding what is written twice.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace arpad {

/// Calls `report(first, second)` for each entry that has an equal one before it in `entries`.
/// `is_before` orders entries strictly; equal are two of which neither is before the other. Takes
/// no more than a sort.
template <class Entry, class Order, class Report>
void for_each_repeat(const std::vector<Entry>& entries, const Order& is_before,
                     const Report& report) {
    std::vector<const Entry*> sorted;
    sorted.reserve(entries.size());
    for (const Entry& entry : entries) sorted.push_back(&entry);
    const auto points_before = [&is_before](const Entry* left, const Entry* right) {
        return is_before(*left, *right);
    };
    if (!std::ranges::is_sorted(sorted, points_before))
        std::ranges::stable_sort(sorted, points_before);
    for (std::size_t index = 1; index < sorted.size(); ++index) {
        const Entry& first = *sorted[index - 1];
        const Entry& second = *sorted[index];
        if (!is_before(first, second)) report(first, second);
    }
}

}  // namespace arpad
