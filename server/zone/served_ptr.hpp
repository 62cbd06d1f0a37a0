/// \file  What an address is called by what is served, for those who list addresses.
///
/// Beside the query path: it copies what it finds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dns/name.hpp"
#include "reverse/address.hpp"
#include "reverse/prefix.hpp"
#include "zone/rrset.hpp"
#include "zone/snapshot.hpp"

namespace arpad {

/// How an address comes to what it has, or why it has nothing.
enum class PtrSource : std::uint8_t {
    stored,       ///< A record of its own, or a default.
    range,        ///< A range names it.
    none,         ///< It has no PTR.
    delegated,    ///< A delegation or alias leads away from its name.
    unavailable,  ///< Its zone cannot be served.
    elsewhere,    ///< We have no zone for it.
};

/// The PTR RRset of an address.
struct ServedPtr {
    PtrSource source = PtrSource::elsewhere;
    std::optional<Rrset> rrset;  ///< If it has one.
    std::optional<Name> zone;    ///< Apex, if we have one for it.
};

/// A network whose addresses are reached by CNAMEs (RFC 2317).
struct ClasslessNetwork {
    Prefix network;
    Name apex;  ///< Of its zone.
};

/// See above. Threads: any.
class ServedPtrs {
public:
    /// None.
    ServedPtrs();

    /// Those in `snapshot`, whose classless networks are `classless`.
    ServedPtrs(std::shared_ptr<const Snapshot> snapshot, std::vector<ClasslessNetwork> classless);

    /// That of `address`.
    [[nodiscard]] ServedPtr find(Address address) const;

    [[nodiscard]] const Snapshot& snapshot() const noexcept { return *snapshot_; }

private:
    [[nodiscard]] const Zone* find_classless(Address address) const;
    [[nodiscard]] ServedPtr without_zone(Address address) const;

    std::shared_ptr<const Snapshot> snapshot_;
    std::vector<ClasslessNetwork> classless_;
};

}  // namespace arpad
