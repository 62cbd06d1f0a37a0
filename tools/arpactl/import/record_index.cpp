#include "import/record_index.hpp"

#include <algorithm>

namespace arpad {
namespace {

struct RrsetKey {
    NameView owner;
    RrType type;
};

RrsetKey key_of(const ZoneRecord& record) noexcept {
    return {record.owner, record.type};
}

bool is_before(const RrsetKey& left, const RrsetKey& right) noexcept {
    const auto order = canonical_order(left.owner, right.owner);
    return order != 0 ? order < 0 : left.type < right.type;
}

}  // namespace

void sort_records(std::vector<ZoneRecord>& records) {
    std::ranges::stable_sort(records, is_before, key_of);
}

RecordSpan find_rrset(const std::vector<ZoneRecord>& sorted, NameView owner, RrType type) {
    const auto found = std::ranges::equal_range(sorted, RrsetKey{owner, type}, is_before, key_of);
    return {static_cast<std::size_t>(found.begin() - sorted.begin()),
            static_cast<std::size_t>(found.end() - sorted.begin())};
}

RecordSpan rrset_at(const std::vector<ZoneRecord>& sorted, std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < sorted.size() && sorted[end].type == sorted[begin].type &&
           sorted[end].owner == sorted[begin].owner) {
        ++end;
    }
    return {begin, end};
}

}  // namespace arpad
