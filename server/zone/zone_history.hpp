/// \file  What the last versions of a zone differ in, for secondaries that have an older one
/// (RFC 1995).
///
/// Made while zones are exchanged, kept by the state, sent by transfer/outgoing_transfer. Of a zone
/// as transfers show it: to foreign nameservers with or without the names that ranges make, as its
/// policy says, and to arpad without them.
/// Threads: immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/transfer_policy.hpp"
#include "zone/transfer_record.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// From one version to a newer one: the old SOA, records that are gone, the new SOA, records that
/// are new, as a response to an IXFR has them (RFC 1995 4).
class ZoneDifference {
public:
    /// Between two available versions of a zone; null if `after` is not newer, if the difference
    /// has more than `max_octets`, or if their ranges differ in what transfers show of them. What
    /// arpad sees is in it if it may take `after`, or if that was received.
    [[nodiscard]] static std::shared_ptr<const ZoneDifference> between(const Zone& before,
                                                                       const Zone& after,
                                                                       std::size_t max_octets);

    /// From what `octets()` gave; null if that is no difference.
    [[nodiscard]] static std::shared_ptr<const ZoneDifference> from_octets(
        std::vector<std::uint8_t> octets);

    [[nodiscard]] Serial from() const noexcept { return from_; }
    [[nodiscard]] Serial to() const noexcept { return to_; }

    /// Whether it tells what has changed for `view`.
    [[nodiscard]] bool covers(TransferView view) const noexcept;

    /// How many records it has, of all views.
    [[nodiscard]] std::size_t records() const noexcept { return records_; }

    /// All of it, in a form that only this class reads.
    [[nodiscard]] std::span<const std::uint8_t> octets() const noexcept { return octets_; }

    /// The next record for `view` from `position` on, at first 0, which is moved behind it; none
    /// at the end.
    [[nodiscard]] std::optional<TransferRecord> next(std::size_t& position,
                                                     TransferView view) const noexcept;

private:
    ZoneDifference() = default;

    [[nodiscard]] std::optional<TransferRecord> next_of(std::size_t& position,
                                                        std::uint8_t views) const noexcept;

    Serial from_;
    Serial to_;
    std::size_t records_ = 0;
    std::vector<std::uint8_t> octets_;
};

/// How much is kept.
struct HistoryLimits {
    std::size_t zone_octets = std::size_t{4} << 20U;    ///< Of one zone.
    std::size_t zone_differences = 10'000;              ///< Likewise.
    std::size_t total_octets = std::size_t{64} << 20U;  ///< Of all zones.

    bool operator==(const HistoryLimits&) const = default;
};

/// See above. Each difference leads to where the next one begins.
///
/// A history shares with the one that it was made from all but a few hundred pointers, however long
/// it is: there is one for each version of a zone.
class ZoneHistory {
public:
    using Difference = std::shared_ptr<const ZoneDifference>;

    /// Of `differences`, at least one, the oldest first.
    explicit ZoneHistory(std::span<const Difference> differences);

    /// `history`, null if there is none, and the `newest` difference, without the oldest ones that
    /// are too many or too large together for `max_octets` and `max_differences`. Null if nothing
    /// is left.
    [[nodiscard]] static std::shared_ptr<const ZoneHistory> extend(
        const std::shared_ptr<const ZoneHistory>& history, Difference newest,
        std::size_t max_octets, std::size_t max_differences);

    /// How many there are.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// One of them, 0 being the oldest.
    [[nodiscard]] const Difference& operator[](std::size_t number) const noexcept {
        const std::size_t place = forgotten_ + number;
        return (*chunks_[place / chunk_size])[place % chunk_size];
    }

    /// Those from number `first` on, the oldest first.
    [[nodiscard]] auto differences(std::size_t first = 0) const noexcept {
        return std::views::iota(first, size_) |
               std::views::transform(
                   [this](std::size_t number) -> const Difference& { return (*this)[number]; });
    }

    /// Those that lead from `serial` to the end for `view`, the oldest first; none if it does not
    /// go back to it.
    [[nodiscard]] auto since(Serial serial, TransferView view) const noexcept {
        return differences(first_since(serial, view));
    }

    [[nodiscard]] Serial end() const noexcept { return (*this)[size_ - 1]->to(); }
    [[nodiscard]] std::size_t octets() const noexcept { return octets_; }

private:
    // All but the last one are full.
    static constexpr std::size_t chunk_size = 128;
    using Chunk = std::vector<Difference>;

    ZoneHistory() = default;

    void append(Difference newest);
    void forget(std::size_t max_octets, std::size_t max_differences);
    [[nodiscard]] std::size_t first_since(Serial serial, TransferView view) const noexcept;

    std::vector<std::shared_ptr<const Chunk>> chunks_;
    std::size_t forgotten_ = 0;  // of the first chunk, and null
    std::size_t size_ = 0;
    std::size_t octets_ = 0;
};

/// Keeps histories over a restart.
class HistorySource {
public:
    virtual ~HistorySource() = default;

    /// That of the zone at `apex` (in lower case); null if there is none.
    [[nodiscard]] virtual std::shared_ptr<const ZoneHistory> history_of(const Name& apex) = 0;
};

}  // namespace arpad
