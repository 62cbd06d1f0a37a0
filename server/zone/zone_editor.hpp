/// \file  Lays edits over a zone as files make it.
///
/// What an edit of an address changes shares all the rest with its predecessor, so it costs the
/// same whatever the zone's size. The zone without edits is kept beside the one with them: an
/// address whose edit is taken back has what it has there. Edits that concern more than one address
/// (of other names, delegations, an address of a range that is to have nothing) are rare, and have
/// the zone put together anew.
/// Threads: one at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "crypto/digest.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"
#include "zone/address_index.hpp"
#include "zone/edit.hpp"
#include "zone/edited_data.hpp"
#include "zone/ptr_layers.hpp"
#include "zone/rrset.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// A zone as files alone make it, and how far what is served differs from it.
struct EditBase {
    std::shared_ptr<const Zone> zone;  ///< Null if the zone cannot be edited.
    Digest content{};                  ///< Of all but the serial.
    Digest edits{};                    ///< Of what names have otherwise; zeros if none has.
    std::shared_ptr<const PtrLayers> layers = {};  ///< Null if no PTR gives way to leases.
    /// With the edits that concern more than one address; null if there are none.
    std::shared_ptr<const Zone> ground = {};
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

/// What stands above `owner`, which is at or below the apex of `zone`, and keeps anything there
/// from being heard, likewise.
[[nodiscard]] std::optional<Obstacle> find_obstacle_above(const Zone& zone, NameView owner);

/// Whether a wildcard stands for `address` where `zone`, as files make it, is transferred: it
/// cannot be left with nothing.
[[nodiscard]] bool is_in_wildcard(const Zone& zone, Address address) noexcept;

/// The name that `edit`, whose address lies in the base of `zone` if it is about one, is about.
[[nodiscard]] Name owner_of(const Zone& zone, const Edit& edit);

/// The address in the base of `zone` that `owner`, which is at or below its apex, stands for; none
/// if it stands for none.
[[nodiscard]] std::optional<Address> address_of_owner(const Zone& zone, NameView owner);

/// See above.
class ZoneEditor {
public:
    /// Goes on from `edited`, which edits have made of `base`.
    ZoneEditor(EditBase base, std::shared_ptr<const Zone> edited);

    /// Lays `edits` over what files make of a zone, `base.zone`: all that there are and are heard,
    /// those of each name one after the other; with `ttl` where they have none. Those that would
    /// make a zone that files could not make are left out, and those that would hide what files say
    /// of other names.
    ZoneEditor(const EditBase& base, std::span<const Edit> edits, Ttl ttl);

    /// A name of which files say something, be it that it has none, and which `edit`, of another
    /// name, would keep from being heard, or would name as a wildcard; none if there is none. Only
    /// defaults and ranges may be hidden so.
    [[nodiscard]] std::optional<Name> find_hidden(const Edit& edit) const;

    /// Whether `apply` can lay `edits` over their address.
    [[nodiscard]] bool is_plain(std::span<const Edit> edits) const;

    /// Has `address`, which lies in the base of the zone behind no obstacle, have what `edits` say,
    /// which are all that there are of it and plain; with `ttl` where they say none.
    void apply(Address address, std::span<const Edit> edits, Ttl ttl);

    /// What files say of the name that `edit` is about.
    [[nodiscard]] FileData files_of(const Edit& edit) const;

    /// The RRset of `type` at the name that `edit` is about, by now; none if it has none.
    [[nodiscard]] std::optional<Rrset> rrset_of(const Edit& edit, RrType type) const;

    /// The PTR RRset of `address`, likewise.
    [[nodiscard]] std::optional<Rrset> ptr_of(Address address) const;

    /// What keeps the name that `edit` is about from being heard, by now; none if nothing does.
    [[nodiscard]] std::optional<Obstacle> find_obstacle(const Edit& edit) const;

    /// One of `owners` below which anything but defaults, ranges and what may be glue is by now;
    /// none if there is none.
    [[nodiscard]] std::optional<Name> find_above_data(
        const std::set<Name, CanonicalLess>& owners) const;

    /// What the zone is laid over, as it is now.
    [[nodiscard]] const EditBase& base() const noexcept { return base_; }

    /// The zone as it is now.
    [[nodiscard]] std::shared_ptr<const Zone> zone(Serial serial) const;

private:
    using Rrsets = std::vector<Rrset>;
    using RrsetsByOwner = std::map<Name, Rrsets, CanonicalLess>;

    [[nodiscard]] bool is_apex(Address address) const noexcept;
    [[nodiscard]] const Zone& ground() const noexcept {
        return base_.ground ? *base_.ground : *base_.zone;
    }
    [[nodiscard]] std::optional<Name> find_silent_in(const AddressRange& range) const;
    [[nodiscard]] std::optional<Name> find_written_in(const AddressRange& range) const;
    [[nodiscard]] std::optional<Name> find_named_below(NameView owner, const Edit& edit) const;
    [[nodiscard]] Rrsets stored_in(const Zone& zone, Address address) const;
    [[nodiscard]] FileData file_data(const Zone& zone, Address address) const;
    [[nodiscard]] Rrsets rrsets_now(Address address) const;
    [[nodiscard]] Rrsets visible_now(Address address) const;
    void note(const Digest& before, const Digest& after);
    void store(Address address, const Rrsets& rrsets);
    void begin_with(std::shared_ptr<const Zone> zone);
    [[nodiscard]] std::shared_ptr<const Zone> rebuilt(const RrsetsByOwner& owners) const;

    EditBase base_;
    std::shared_ptr<const Zone> edited_;
    AddressIndex addresses_;
    Rrsets apex_;  // of a zone whose apex is an address; else empty
};

}  // namespace arpad
