/// \file  What names are given beside the files: nearly always the PTR of an address.
///
/// Kept by the state, laid over what files say by zone/zone_editor. Threads: values; the usual
/// rules.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"
#include "reverse/name_template.hpp"
#include "reverse/prefix.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// Number of a change of names, from 1, in the order in which they are made.
using ChangeId = std::int64_t;

/// Whose an address or an edit is.
struct EditHolder {
    std::string account;  ///< Empty if the server has none.
    std::string server;   ///< Empty for nobody: an edit is then an operator's.

    [[nodiscard]] bool is_nobody() const noexcept { return server.empty(); }

    bool operator==(const EditHolder&) const = default;
};

/// In which order edits and what files say are heard.
enum class EditLayer : std::uint8_t {
    edit = 1,   ///< Before anything that files say and do not lock.
    lease = 2,  ///< Behind what files say of the name, before defaults and ranges.
};

/// "edit" or "lease".
[[nodiscard]] std::string_view to_text(EditLayer layer) noexcept;

/// What one layer has a name have of one type.
struct Edit {
    using Time = std::chrono::sys_seconds;

    Address address;  ///< Whose name it is, whatever zone that lies in; says nothing with `name`.
    RrType type = RrType::ptr;
    EditLayer layer = EditLayer::edit;
    std::vector<Rdata> rdatas;         ///< No two equal.
    std::optional<Ttl> ttl = {};       ///< Else the network's `edit_ttl`.
    EditHolder holder = {};            ///< Whose it is: it is only heard while the address is, too.
    ChangeId change = 0;               ///< That it comes from.
    std::optional<Name> name = {};     ///< One that is no address's, in lower case.
    bool is_hole = false;              ///< The layer says that there is none; without `rdatas`.
    std::optional<Time> expires = {};  ///< When the layer says nothing any more.

    /// Whether the layer says anything of it.
    [[nodiscard]] bool says_anything() const noexcept { return is_hole || !rdatas.empty(); }

    bool operator==(const Edit&) const = default;
};

/// Whether `locked` keeps edits from an address's RRsets of `type`: its name, and what would lead
/// away from that.
[[nodiscard]] constexpr bool is_kept_by_locked(RrType type) noexcept {
    return type == RrType::ptr || leads_away(type);
}

/// Whether both are about the same name.
[[nodiscard]] inline bool have_one_owner(const Edit& left, const Edit& right) noexcept {
    return left.name == right.name && (left.name || left.address == right.address);
}

/// Whether one takes the place of the other.
[[nodiscard]] inline bool are_of_one_kind(const Edit& left, const Edit& right) noexcept {
    return left.type == right.type && left.layer == right.layer && have_one_owner(left, right);
}

/// The address or the name that `edit` is about.
[[nodiscard]] std::string owner_text(const Edit& edit);

/// The edit that has the layer of `edit` say nothing of what that is about.
[[nodiscard]] Edit reset_of(const Edit& edit);

/// The edit that names `address`; without `names`, that it has what files say.
[[nodiscard]] Edit ptr_edit(Address address, std::span<const Name> names,
                            std::optional<Ttl> ttl = {});

/// The targets of the PTRs in `edit`; none if it is of another type.
[[nodiscard]] std::vector<Name> targets_of(const Edit& edit);

/// The targets of the PTRs in `rrset`, likewise.
[[nodiscard]] std::vector<Name> targets_of(const Rrset& rrset);

/// Where edits are kept.
class EditSource {
public:
    virtual ~EditSource() = default;

    /// Calls `visit` with each edit of an address of `range`, ascending by address, type, layer;
    /// each says something.
    virtual void for_each_edit(const AddressRange& range,
                               const std::function<void(const Edit&)>& visit) = 0;

    /// The same with those of other names that are at or below `apex`, those of each name one after
    /// the other.
    virtual void for_each_named_edit(const Name& /*apex*/,
                                     const std::function<void(const Edit&)>& /*visit*/) {}

    /// Who made `edit`, and when, for people: "acme-script, 2026-11-20"; empty if that is not
    /// known.
    [[nodiscard]] virtual std::string maker_of(const Edit& /*edit*/) { return {}; }
};

}  // namespace arpad
