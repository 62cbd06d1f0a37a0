#include "zone/zone_history.hpp"

#include <algorithm>
#include <utility>

#include "base/invariant.hpp"
#include "dns/reader.hpp"
#include "zone/difference.hpp"

namespace arpad {
namespace {

using Octets = std::vector<std::uint8_t>;

// A record: u8 octets of labels, labels, u16 type, u32 ttl, u16 octets of RDATA, RDATA.
constexpr std::size_t fixed_octets = 1 + 2 + 4 + 2;

void append_u16(Octets& octets, std::size_t number) {
    octets.push_back(static_cast<std::uint8_t>(number >> 8U));
    octets.push_back(static_cast<std::uint8_t>(number));
}

void append(Octets& octets, std::span<const std::uint8_t> labels, RrType type, Ttl ttl,
            std::span<const std::uint8_t> rdata) {
    octets.push_back(static_cast<std::uint8_t>(labels.size()));
    octets.insert(octets.end(), labels.begin(), labels.end());
    append_u16(octets, static_cast<std::uint16_t>(type));
    append_u16(octets, ttl.seconds >> 16U);
    append_u16(octets, ttl.seconds & 0xFFFFU);
    append_u16(octets, rdata.size());
    octets.insert(octets.end(), rdata.begin(), rdata.end());
}

void append_soa(Octets& octets, const Zone& zone) {
    append(octets, {}, RrType::soa, zone.soa().ttl(), *zone.soa().begin());
}

/// Appends those records of `rrset` to `octets` that `other` has not.
void append_missing(Octets& octets, std::span<const std::uint8_t> labels, RrsetView rrset,
                    const std::optional<RrsetView>& other) {
    if (!other || other->ttl() != rrset.ttl()) {
        for (const auto rdata : rrset) append(octets, labels, rrset.type(), rrset.ttl(), rdata);
        return;
    }
    const auto others = sorted_rdatas(*other);
    for (const auto rdata : rrset) {
        if (std::ranges::binary_search(others, rdata, std::ranges::lexicographical_compare)) {
            continue;
        }
        append(octets, labels, rrset.type(), rrset.ttl(), rdata);
    }
}

void append_missing(Octets& octets, std::span<const std::uint8_t> labels, NodeView node,
                    NodeView other) {
    for (const RrsetView rrset : node) {
        if (rrset.type() == RrType::soa) continue;
        append_missing(octets, labels, rrset, other.find(rrset.type()));
    }
}

}  // namespace

std::shared_ptr<const ZoneDifference> ZoneDifference::between(const Zone& before, const Zone& after,
                                                              std::size_t max_octets) {
    const RangesInTransfers ranges = after.transfer().ranges;
    const bool expands = ranges == RangesInTransfers::expand;
    if (!is_newer(after.serial(), before.serial()) || before.transfer().ranges != ranges ||
        (expands && differ_in_ranges(before, after))) {
        return nullptr;
    }
    Octets gone;
    Octets added;
    append_soa(gone, before);
    append_soa(added, after);
    const auto is_too_large = [&] { return gone.size() + added.size() > max_octets; };
    for_each_changed_name(&before, &after, expands ? RangeWalk::expand : RangeWalk::omit,
                          [&](const NameChange& change) {
                              if (is_too_large()) return;
                              const auto labels = change.owner.wire().first(change.owner.octets() -
                                                                            after.apex().octets());
                              append_missing(gone, labels, change.before, change.after);
                              append_missing(added, labels, change.after, change.before);
                          });
    if (is_too_large()) return nullptr;
    gone.insert(gone.end(), added.begin(), added.end());
    auto difference = from_octets(std::move(gone));
    ensure(difference != nullptr, "a difference that was written can be read");
    return difference;
}

std::shared_ptr<const ZoneDifference> ZoneDifference::from_octets(Octets octets) {
    std::shared_ptr<ZoneDifference> difference(new ZoneDifference);
    difference->octets_ = std::move(octets);
    std::size_t position = 0;
    unsigned soas = 0;
    while (const auto record = difference->next(position)) {
        ++difference->records_;
        const bool is_soa = record->type == RrType::soa && record->labels.empty();
        if (!is_soa) {
            if (soas == 0) return nullptr;
            continue;
        }
        const auto serial = soa_serial(record->rdata);
        if (!serial || ++soas > 2) return nullptr;
        (soas == 1 ? difference->from_ : difference->to_) = *serial;
    }
    if (soas != 2 || position != difference->octets_.size()) return nullptr;
    return difference;
}

std::optional<TransferRecord> ZoneDifference::next(std::size_t& position) const noexcept {
    const auto rest = std::span(octets_).subspan(position);
    if (rest.empty() || rest.size() < fixed_octets + rest[0]) return std::nullopt;
    const std::size_t labels = rest[0];
    WireReader reader(rest, 1 + labels);
    TransferRecord record{rest.subspan(1, labels),
                          static_cast<RrType>(reader.read_u16()),
                          Ttl{reader.read_u32()},
                          {}};
    const std::size_t octets = reader.read_u16();
    const std::size_t start = fixed_octets + labels;
    if (rest.size() - start < octets) return std::nullopt;
    record.rdata = rest.subspan(start, octets);
    position += start + octets;
    return record;
}

ZoneHistory::ZoneHistory(Differences differences) : differences_(std::move(differences)) {
    for (const auto& difference : differences_) octets_ += difference->octets().size();
}

std::shared_ptr<const ZoneHistory> ZoneHistory::extend(
    const std::shared_ptr<const ZoneHistory>& history, std::shared_ptr<const ZoneDifference> newest,
    std::size_t max_octets, std::size_t max_differences) {
    std::size_t octets = newest->octets().size();
    if (octets > max_octets || max_differences == 0) return nullptr;
    Differences kept;
    if (history) {
        const Differences& old = history->differences();
        std::size_t first = old.size();
        while (first > 0 && old.size() - first + 1 < max_differences &&
               octets + old[first - 1]->octets().size() <= max_octets) {
            octets += old[--first]->octets().size();
        }
        kept.assign(old.begin() + static_cast<std::ptrdiff_t>(first), old.end());
    }
    kept.push_back(std::move(newest));
    return std::make_shared<const ZoneHistory>(std::move(kept));
}

std::span<const std::shared_ptr<const ZoneDifference>> ZoneHistory::since(
    Serial serial) const noexcept {
    // From the end, since secondaries are mostly a little behind.
    for (std::size_t i = differences_.size(); i-- > 0;) {
        if (differences_[i]->from() == serial) return std::span(differences_).subspan(i);
    }
    return {};
}

}  // namespace arpad
