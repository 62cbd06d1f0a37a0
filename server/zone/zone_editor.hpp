/// \file  Lays edits over a zone as files make it.
///
/// What an edit changes shares all the rest with its predecessor, so it costs the same whatever the
/// zone's size. The zone without edits is kept beside the one with them: an address whose edit is
/// taken back has what it has there.
/// Threads: one at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "crypto/digest.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"
#include "zone/address_index.hpp"
#include "zone/edit.hpp"
#include "zone/rrset.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// A zone as files alone make it, and how far what is served differs from it.
struct EditBase {
    std::shared_ptr<const Zone> zone;  ///< Null if the zone cannot be edited.
    Digest content{};                  ///< Of all but the serial.
    Digest edits{};                    ///< Of what addresses have otherwise; zeros if none has.
};

/// The digest of everything but the serial of a zone with these edits.
[[nodiscard]] Digest content_with_edits(const Digest& files, const Digest& edits);

/// An RRset that keeps names from being heard: a CNAME, an NS below the apex or a DNAME.
struct Obstacle {
    Name owner;
    RrType type = RrType::cname;
};

/// What stands at or above the name of `address`, which lies in the base of `zone`, and keeps any
/// PTR there from being heard; none if nothing does.
[[nodiscard]] std::optional<Obstacle> find_obstacle(const Zone& zone, Address address);

/// See above.
class ZoneEditor {
public:
    /// Goes on from `edited`, which edits have made of `base`. Both live as long as this.
    ZoneEditor(const EditBase& base, const Zone& edited);

    /// Has `address`, which lies in the base of the zone behind no obstacle, have what `edits` say,
    /// which are all that there are of it; with `ttl`, where they say none.
    void apply(Address address, std::span<const Edit> edits, Ttl ttl);

    /// The PTR RRset of `address`, likewise, by now; none if it has none.
    [[nodiscard]] std::optional<Rrset> ptr_of(Address address) const;

    /// As EditBase::edits.
    [[nodiscard]] const Digest& edits() const noexcept { return edits_; }

    /// The zone as it is now.
    [[nodiscard]] std::shared_ptr<const Zone> zone(Serial serial) const;

private:
    using Rrsets = std::vector<Rrset>;

    [[nodiscard]] bool is_apex(Address address) const noexcept;
    [[nodiscard]] Rrsets rrsets_in_files(Address address) const;
    [[nodiscard]] Rrsets rrsets_now(Address address) const;
    void store(Address address, const Rrsets& rrsets);

    const EditBase& base_;
    const Zone& edited_;
    AddressIndex addresses_;
    Rrsets apex_;  // of a zone whose apex is an address; else empty
    Digest edits_;
};

}  // namespace arpad
