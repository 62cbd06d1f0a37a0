#include "answer/telemetry.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "dns/message.hpp"
#include "reverse/arpa_address.hpp"
#include "zone/zone.hpp"

namespace arpad {
namespace {

/// The address that `exchange` asked the name of and did not get; none if that is not what it is.
std::optional<Address> missing_in(const Exchange& exchange) noexcept {
    const Outcome& outcome = exchange.outcome;
    if (!outcome.is_negative || outcome.type != RrType::ptr) return std::nullopt;
    const auto found = read_arpa_address(exchange.message.subspan(header_octets));
    return found ? std::optional(found->address) : std::nullopt;
}

std::vector<HeavyHitter<Address>> listed(std::span<const HeavyHitter<Address>> entries) {
    return {entries.begin(), entries.end()};
}

/// Adds up what is watched in two places. A key that one of them does not watch may have come there
/// as often as what it watches least.
void add(std::vector<HeavyHitter<Address>>& sum, const std::vector<HeavyHitter<Address>>& other) {
    std::map<Address, HeavyHitter<Address>> by_key;
    for (const auto* const list : {&std::as_const(sum), &other}) {
        for (const HeavyHitter<Address>& entry : *list) {
            HeavyHitter<Address>& counted = by_key[entry.key];
            counted.key = entry.key;
            counted.count += entry.count;
            counted.excess += entry.excess;
        }
    }
    sum.clear();
    for (const auto& [key, entry] : by_key) sum.push_back(entry);
    std::ranges::stable_sort(sum, std::greater<>{}, &HeavyHitter<Address>::count);
}

}  // namespace

void RateLimitCounts::add(const RateLimitCounts& other) noexcept {
    for (std::size_t i = 0; i < answer_classes; ++i) {
        dropped[i] += other.dropped[i];
        truncated[i] += other.truncated[i];
        cookie[i] += other.cookie[i];
        dry_run[i] += other.dry_run[i];
    }
}

std::uint64_t RateLimitCounts::held_back() const noexcept {
    std::uint64_t all = 0;
    for (const ByClass* const by_class : {&dropped, &truncated, &cookie}) {
        all = std::accumulate(by_class->begin(), by_class->end(), all);
    }
    return all;
}

void TelemetryReport::add(const TelemetryReport& other) {
    traffic.add(other.traffic);
    failed_handshakes += other.failed_handshakes;
    updates_turned_away += other.updates_turned_away;
    transfers.add(other.transfers);
    rate_limit.add(other.rate_limit);
    for (const auto& [zone, counts] : other.zones) {
        zones[zone].replies += counts.replies;
        zones[zone].absent += counts.absent;
    }
    arpad::add(missing, other.missing);
    arpad::add(missing_clients, other.missing_clients);
}

std::uint64_t Telemetry::AddressHash::operator()(const Address& address) const noexcept {
    const auto value = address.value();
    std::uint64_t mixed = static_cast<std::uint64_t>(value >> 64U) ^
                          static_cast<std::uint64_t>(value) * 0x9E37'79B9'7F4A'7C15U;
    mixed ^= mixed >> 32U;
    return mixed * 0xD6E8'FEB8'6659'FD93U >> 16U;
}

void Telemetry::expect(const Snapshot& snapshot) {
    const std::size_t wanted = zones_.size() + snapshot.zones().size();
    if (wanted <= zones_expected_) return;
    zones_expected_ = 2 * wanted;
    zones_.reserve(zones_expected_);
}

void Telemetry::count_zone(const Outcome& outcome) noexcept {
    const std::uint64_t key = outcome.zone->apex_hash();
    auto found = zones_.find(key);
    if (found == zones_.end()) {
        if (zones_.size() >= zones_expected_) return;  // it would have to grow here
        found = zones_.emplace(key, ZoneTraffic{}).first;
    }
    ++found->second.replies;
    if (outcome.rcode == Rcode::nx_domain) ++found->second.absent;
}

void Telemetry::look_at(const Exchange& exchange) noexcept {
    if (queue_) queue_->note(exchange);
    if (detail_ == Detail::counts) return;
    const auto missing = missing_in(exchange);
    if (!missing) return;
    missing_.add(*missing);
    missing_clients_.add(exchange.client.address);
}

TelemetryReport Telemetry::report() const {
    return {traffic_,
            failed_handshakes_,
            updates_turned_away_,
            transfers_,
            rate_limit_,
            {zones_.begin(), zones_.end()},
            listed(missing_.entries()),
            listed(missing_clients_.entries())};
}

}  // namespace arpad
