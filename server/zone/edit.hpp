/// \file  Names that addresses are given beside the files: the uppermost layer.
///
/// Kept by the state, laid over what files say by zone/zone_editor. Threads: values; the usual
/// rules.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"
#include "reverse/name_template.hpp"

namespace arpad {

/// The PTR RRset that an address is given.
struct Edit {
    Address address;
    std::vector<Name> names;      ///< Targets, no two equal; none: the address has what files say.
    std::optional<Ttl> ttl = {};  ///< Else the network's `edit_ttl`.

    bool operator==(const Edit&) const = default;
};

/// Where edits are kept.
class EditSource {
public:
    virtual ~EditSource() = default;

    /// Calls `visit` with each edit of an address of `range`, ascending; each has names.
    virtual void for_each_edit(const AddressRange& range,
                               const std::function<void(const Edit&)>& visit) = 0;
};

}  // namespace arpad
