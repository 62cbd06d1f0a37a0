/// \file  Names that addresses are given beside the files.
///
/// Kept by the state, laid over what files say by zone/zone_editor. Threads: values; the usual
/// rules.
#pragma once

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
    edit = 1,  ///< Before anything that files say and do not lock.
};

/// What one layer has an address have of one type.
struct Edit {
    Address address;
    RrType type = RrType::ptr;
    EditLayer layer = EditLayer::edit;
    std::vector<Rdata> rdatas;    ///< No two equal; none: the layer says nothing of it.
    std::optional<Ttl> ttl = {};  ///< Else the network's `edit_ttl`.
    EditHolder holder = {};       ///< Whose it is: it is only heard while the address is, too.
    ChangeId change = 0;          ///< That it comes from.

    bool operator==(const Edit&) const = default;
};

/// The edit that names `address`; without `names`, that it has what files say.
[[nodiscard]] Edit ptr_edit(Address address, std::span<const Name> names,
                            std::optional<Ttl> ttl = {});

/// The targets of the PTRs in `edit`, which is of that type.
[[nodiscard]] std::vector<Name> targets_of(const Edit& edit);

/// The targets of the PTRs in `rrset`, which is of that type.
[[nodiscard]] std::vector<Name> targets_of(const Rrset& rrset);

/// Where edits are kept.
class EditSource {
public:
    virtual ~EditSource() = default;

    /// Calls `visit` with each edit of an address of `range`, ascending by address, type, layer;
    /// each has RDATA.
    virtual void for_each_edit(const AddressRange& range,
                               const std::function<void(const Edit&)>& visit) = 0;

    /// Who made `edit`, and when, for people: "acme-script, 2026-11-20"; empty if that is not
    /// known.
    [[nodiscard]] virtual std::string maker_of(const Edit& /*edit*/) { return {}; }
};

}  // namespace arpad
