/// \file  Zones to measure with: networks with a given number of records, loaded as the server
/// loads them.
///
/// The same numbers give the same zones on every machine.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "zone/snapshot.hpp"

namespace arpad::bench {

enum class Family : std::uint8_t { ipv4, ipv6 };

using Random = std::mt19937_64;

/// Numbers that are the same in each run, and others for each `purpose`.
[[nodiscard]] inline Random repeatable(unsigned purpose) {
    return Random(purpose);
}

/// A snapshot and the addresses in it. All names are in presentation form without a final dot.
///
/// IPv4: 10.0.0.0/8 with the records, spread at random; 100.64.0.0/16 with 4096 records in
/// 100.64.0.0/20, a range over 100.64.128.0/17 and the delegated 100.64.64.0/24; 198.51.100.0/24
/// with 198.51.100.64/26 by RFC 2317; a wildcard below 7.65.100.in-addr.arpa. IPv6: 2001:db8::/32
/// with the records, a range over 3fff:1::/32.
class Population {
public:
    /// Throws if the zones cannot be loaded.
    Population(Family family, std::size_t records);

    [[nodiscard]] Family family() const noexcept { return family_; }
    [[nodiscard]] std::size_t records() const noexcept { return addresses_.size(); }
    [[nodiscard]] const std::shared_ptr<const Snapshot>& snapshot() const { return snapshot_; }

    /// The memory that the snapshot takes.
    [[nodiscard]] std::size_t snapshot_octets() const noexcept { return snapshot_octets_; }
    [[nodiscard]] std::chrono::duration<double> load_time() const noexcept { return load_time_; }

    /// Reverse name of one of the records; ascending numbers come to addresses in random order.
    [[nodiscard]] std::string record_name(std::size_t number) const;

    /// Reverse name of an address in the network of the records that has none.
    [[nodiscard]] std::string absent_name(Random& random) const;

private:
    using Octets = std::array<std::uint8_t, 16>;  // IPv4 has the first four

    void choose_addresses(std::size_t records, Random& random);
    [[nodiscard]] std::string file_of_records() const;
    [[nodiscard]] Octets random_address(Random& random) const;
    [[nodiscard]] std::string reverse_name(const Octets& address) const;

    Family family_;
    std::vector<Octets> addresses_;  // first ascending, then in random order
    std::vector<bool> taken_;        // IPv4: by the last three octets
    std::shared_ptr<const Snapshot> snapshot_;
    std::size_t snapshot_octets_ = 0;
    std::chrono::duration<double> load_time_{};
};

}  // namespace arpad::bench
