/// \file  What one name has when edits are laid over what files say of it.
///
/// The layers of docs/zone-files.md for a single name: the first that says something of a type is
/// heard, as a whole RRset.
/// Threads: values; the usual rules.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dns/types.hpp"
#include "zone/edit.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// What files say of a name.
struct FileData {
    std::vector<Rrset> written;    ///< By entries of files.
    std::optional<Rrset> low_ptr;  ///< By a default or a range, where nobody wrote a PTR.
    bool is_silent = false;        ///< `~`: that it has no PTR.

    /// All that it has without edits.
    [[nodiscard]] std::vector<Rrset> all() const;
};

/// Who says something of a name, in the order in which they are heard.
enum class DataLayer : std::uint8_t { edit, file, lease, low };

/// "edit", "record", "lease", or "default".
[[nodiscard]] std::string_view to_text(DataLayer layer) noexcept;

/// What a name has, by whom.
struct EditedData {
    struct Held {
        Rrset rrset;
        DataLayer layer = DataLayer::file;
    };
    struct Hole {
        RrType type = RrType::ptr;
        DataLayer layer = DataLayer::file;
    };

    std::vector<Held> rrsets;     ///< By type.
    std::vector<Hole> holes;      ///< Types that somebody says it does not have.
    std::vector<RrType> written;  ///< Types that files say something of, heard or not.

    /// Null if it has none of `type`.
    [[nodiscard]] const Held* find(RrType type) const noexcept;

    /// Who says whether it has any of `type`; none if nobody does.
    [[nodiscard]] std::optional<DataLayer> layer_of(RrType type) const noexcept;

    /// All that it has.
    [[nodiscard]] std::vector<Rrset> all() const;
};

/// Lays `edits`, which are all that are heard of the name, over `files`; with `ttl` where they have
/// none. A CNAME among them is not heard beside other data, nor is anything else beside one that
/// files say; nor is a lease of NS, DNAME or CNAME where files or other edits say anything.
[[nodiscard]] EditedData lay_over(const FileData& files, std::span<const Edit> edits, Ttl ttl);

/// Whether both are the same in any order.
[[nodiscard]] bool are_same(std::vector<Rrset> left, std::vector<Rrset> right);

}  // namespace arpad
